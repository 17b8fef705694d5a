"""Edits posted as the canvas posts them: to the door of the server, with the token of the browser's cookie."""

import asyncio
import json
from typing import Any

import httpx
from starlette.applications import Starlette
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from ui.building.door import COOKIE, DOOR, HEADER, PATH

TOKEN = generate_xsrf_token_string(b"0123456789abcdef", 1_700_000_000)
ORIGIN = "http://canvasback.test"
OURS = {"Origin": ORIGIN, HEADER: TOKEN}


def post_edit(said: Any) -> httpx.Response:
    """What the door answers to an edit of the home that is open."""
    return post(json.dumps(said).encode())


def post(body: bytes, headers: dict[str, str] = OURS, cookie: str | None = TOKEN) -> httpx.Response:
    """What the door answers to whatever is sent."""
    return asyncio.run(_post(body, headers, {COOKIE: cookie} if cookie else {}))


async def _post(body: bytes, headers: dict[str, str], cookies: dict[str, str]) -> httpx.Response:
    server = httpx.ASGITransport(Starlette(routes=[DOOR]))
    async with httpx.AsyncClient(transport=server, base_url=ORIGIN, cookies=cookies) as browser:
        return await browser.post(PATH, content=body, headers=headers)
