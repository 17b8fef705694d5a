"""The door for what is drawn: an edit is posted beside Streamlit, and answered as soon as it is stored.

Through Streamlit, the answer would wait until the page had drawn the beginning, the state and the end of a rerun.
What only an edit needs is imported with the first one: the server starts without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

    from ui.canvas import Edit

PATH = "/canvas/edits"
COOKIE, HEADER = "_streamlit_xsrf", "X-Xsrftoken"
"""Streamlit gives each browser the cookie; only a page of ours can read it, and send it in the header."""


async def take(request: Request) -> JSONResponse:
    """Store the edit that is posted, and say what is known of the drawing then."""
    from ui.canvas.messages import MAX_BYTES, Refused

    if not await run_in_threadpool(_is_ours, request):
        return _refusal(403, "Only the canvas of this server may draw here.")
    body = await _body(request, MAX_BYTES)
    if body is None:
        return _refusal(413, "The message is too big.")
    try:
        return JSONResponse(await run_in_threadpool(_store, body))
    except Refused as refusal:
        return _refusal(422, str(refusal))


DOOR = Route(PATH, take, methods=["POST"])


def _store(body: bytes) -> Mapping[str, Any]:
    from ui import session
    from ui.building.edits import store

    return store(session.workspace(), _read(body))


def _is_ours(request: Request) -> bool:
    """Whether one of our pages asks: what Streamlit asks of those who speak with it, and the token of the cookie."""
    from streamlit.web.server.server_util import is_url_from_allowed_origins
    from streamlit.web.server.starlette.starlette_app_utils import validate_xsrf_token
    from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

    origin, host = request.headers.get("Origin"), request.headers.get("Host")
    if origin is None or not is_host_allowed(host):
        return False
    if urlsplit(origin).netloc != host and not is_url_from_allowed_origins(origin):
        return False
    return validate_xsrf_token(request.headers.get(HEADER), request.cookies.get(COOKIE))


async def _body(request: Request, most: int) -> bytes | None:
    """What was sent; None for too much, of which no more is read."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > most:
            return None
    return bytes(read)


def _read(body: bytes) -> Edit:
    from ui.canvas.messages import Refused, read_edit

    try:
        value = json.loads(body)
    except RecursionError as error:
        raise Refused("The message is nested too deeply.") from error
    except ValueError as error:
        raise Refused("The message is not JSON.") from error
    return read_edit(value)


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message}, status)
