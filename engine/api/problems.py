"""Refusals as problem details (RFC 9457)."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from components.errors import ComponentError
from engine.errors import PEOPLE_ERRORS, CanvasbackError, error_data
from storage.errors import StorageError

log = logging.getLogger("canvasback.api")

MEDIA_TYPE = "application/problem+json"
STATUS = {
    "not_json": 400,
    "wrong_host": 400,
    "not_allowed": 401,
    "not_found": 404,
    "too_slow": 408,
    "conflict": 409,
    "gone": 410,
    "too_large": 413,
    "wrong_type": 415,
    "invalid_query": 422,
    "invalid_record": 422,
    "cannot_tell": 422,
    "too_many": 429,
    "busy": 503,
    "unavailable": 503,
    "unserved": 503,
    "damaged_file": 503,
}
"""The HTTP status of an error's code; any other is a mistake of ours."""

HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    413: {"Connection": "close"},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "5"},
}
MEMBERS = ("errors", "successor", "error")
"""What an error's detail adds to its problem document; `error` is where the Open Inference Protocol looks."""
UNEXPECTED = {"code": "unexpected", "message": "Something went wrong inside Canvasback.", "hint": "See its log."}


class RequestError(CanvasbackError):
    """A request that is refused before anyone looks at its records."""


class TooLarge(RequestError):
    code = "too_large"


class TooSlow(RequestError):
    code = "too_slow"


class TooMany(RequestError):
    code = "too_many"


class NotJson(RequestError):
    code = "not_json"


class Gone(RequestError):
    """The endpoint is retired."""

    code = "gone"


def gone(endpoint: str, sunset: Mapping[str, Any] | None) -> Gone:
    """What callers of a retired endpoint are told: why it is gone, and what answers instead."""
    told = sunset or {}
    reason, successor = str(told.get("reason") or "").strip(), str(told.get("successor") or "").strip()
    return Gone(
        f"The endpoint {endpoint!r} is retired." + (f" {reason}" if reason else ""),
        hint=f"Ask {successor} instead." if successor else "Ask the people who published it what answers instead.",
        detail={"successor": successor or None},
    )


class InvalidQuery(RequestError):
    """What is asked for in the URL or a header cannot be."""

    code = "invalid_query"


class CannotTell(RequestError):
    """The model can answer, but not tell this about its answer."""

    code = "cannot_tell"


class WrongType(RequestError):
    code = "wrong_type"


def problem(status: int, error: dict[str, Any]) -> Response:
    """A refusal: the standard members, then ours."""
    details = error.get("detail", {})
    document = {
        "type": f"urn:canvasback:{error['code']}",
        "title": error["code"].replace("_", " ").capitalize(),
        "status": status,
        "detail": error["message"],
        "hint": error.get("hint", ""),
        **({"field": error["field"]} if error.get("field") else {}),
        **{name: details[name] for name in MEMBERS if details.get(name)},
    }
    headers = dict(HEADERS.get(status, {}))
    if "retry_after" in details:
        headers["Retry-After"] = str(details["retry_after"])
    # ASCII, because what is repeated from a request may hold characters that UTF-8 has not.
    return Response(json.dumps(document), status, headers, MEDIA_TYPE)


def refusal(error: CanvasbackError | ComponentError | StorageError, scope: Scope) -> Response:
    """What an error for people means over HTTP; one that no caller could have caused is logged."""
    status = STATUS.get(error.code)
    if status is None:
        log.error("%s %s: %s", scope["method"], scope["path"], error.code, exc_info=error)
        return problem(500, _as_asked(scope, UNEXPECTED))
    return problem(status, _as_asked(scope, error_data(error)))


def refuse_in_words(app: FastAPI) -> None:
    """Answer every error for people, and every refusal of the framework, as problem details."""

    async def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, PEOPLE_ERRORS)  # noqa: S101  registered for these only
        return refusal(error, request.scope)

    for kind in PEOPLE_ERRORS:
        app.add_exception_handler(kind, told)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        known = {404: "not_found", 405: "method_not_allowed"}
        found = {"code": known.get(error.status_code, "http"), "message": str(error.detail)}
        told = problem(error.status_code, _as_asked(request.scope, found))
        told.headers.update(error.headers or {})
        return told

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        name = str(first["loc"][-1]) if first.get("loc") else "request"
        found = {"code": InvalidQuery.code, "message": f"{name}: {first['msg']}", "field": name}
        return problem(STATUS[InvalidQuery.code], _as_asked(request.scope, found))

    app.add_middleware(NeverATraceback)


def _as_asked(scope: Scope, error: dict[str, Any]) -> dict[str, Any]:
    """An error as the protocol of the request wants it: clients of the Open Inference Protocol look for `error`."""
    if not scope["path"].startswith("/v2"):
        return error
    return {**error, "detail": {**error.get("detail", {}), "error": error["message"]}}


class NeverATraceback:
    """The edge of the process: what nobody expected is logged, and the next request is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noted(message: Any) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            raise  # counted, and told to nobody
        except Exception:
            log.exception("%s %s", scope.get("method"), scope.get("path"))
            if has_begun or scope["type"] != "http":
                raise
            await problem(500, UNEXPECTED)(scope, receive, send)


class Hosts:
    """The names that the API answers to."""

    def __init__(self, *names: str) -> None:
        self._names = frozenset(name.lower() for name in names)

    def know(self, scope: Scope) -> bool:
        """Whether a request was sent to one of them."""
        return _host(scope) in self._names

    def refusal(self) -> Response:
        """What a request to any other is told."""
        error = {
            "code": "wrong_host",
            "message": "This API does not answer to that host name.",
            "hint": "Use the address it listens on, or name the host in CANVASBACK_API_HOSTS.",
        }
        return problem(STATUS["wrong_host"], error)


class KnownHosts:
    """Answer only to our own names, so that no web page can reach us through a name of its own (DNS rebinding)."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_known = scope["type"] != "http" or self._hosts.know(scope)
        await (self._app if is_known else self._hosts.refusal())(scope, receive, send)


def _host(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    if given.startswith("["):
        return given[1:].partition("]")[0]
    return given.partition(":")[0]
