"""The HTTP surface: predictions, schemas, health; problem details (RFC 9457) for every refusal."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio.to_thread
from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from engine.api.deployed import Deployed
from engine.api.openapi import endpoint_paths
from engine.errors import PEOPLE_ERRORS, CanvasbackError, InvalidRecord, MissingThing, NotAllowed, error_data
from engine.logs import start_logging
from engine.serve.scorer import respond
from engine.service.endpoints import is_allowed
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace

log = logging.getLogger("canvasback.api")

STATUS = {InvalidRecord: 422, NotAllowed: 401, MissingThing: 404}
PROBLEM = "application/problem+json"


class TooLarge(CanvasbackError):
    """A request's body is over the limit."""

    code = "too_large"


class NotJson(CanvasbackError):
    """A request's body is not a JSON object."""

    code = "not_json"


def make_app(workspace: Workspace) -> FastAPI:
    """The API of one home."""
    deployed = Deployed(workspace)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        deployed.start()
        yield
        deployed.stop()

    app = FastAPI(title="Canvasback", version="1", description="Published models.", lifespan=lifespan)
    app.state.deployed = deployed
    _describe(app, deployed)
    _refuse_in_words(app)
    _health(app, deployed)
    _endpoints(app, workspace, deployed)
    return app


def run_api(settings: Settings) -> None:
    """Serve until told to stop."""
    import uvicorn

    start_logging(settings, "api")
    app = make_app(open_workspace(settings))
    uvicorn.run(app, host=settings.host, port=settings.api_port, log_config=None, access_log=False)


def _health(app: FastAPI, deployed: Deployed) -> None:
    @app.get("/healthz", tags=["health"])
    async def alive() -> dict[str, str]:
        """The process is up."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"])
    async def ready() -> Response:
        """Every published model is loaded and passed its golden rows."""
        broken = deployed.broken()
        status = "ok" if deployed.is_loaded and not broken else "not ready"
        return JSONResponse({"status": status, "broken": broken}, 200 if status == "ok" else 503)


def _endpoints(app: FastAPI, workspace: Workspace, deployed: Deployed) -> None:
    settings = workspace.settings

    @app.post("/v1/endpoints/{name}/predict", include_in_schema=False)
    async def predict(name: str, request: Request, authorization: Annotated[str, Header()] = "") -> Response:
        await _check_key(workspace, name, authorization)
        body = await _body(request, settings.request_max_kb * 1_000)
        live = deployed.get(name)
        told = await anyio.to_thread.run_sync(
            respond, live.scorer, body, live.model, live.version, settings.request_max_records
        )
        return JSONResponse(told)

    @app.get("/v1/endpoints/{name}/schema", include_in_schema=False)
    async def schema(name: str, authorization: Annotated[str, Header()] = "") -> Response:
        await _check_key(workspace, name, authorization)
        return JSONResponse(deployed.get(name).schema())


async def _check_key(workspace: Workspace, name: str, authorization: str) -> None:
    scheme, _, key = authorization.partition(" ")
    allowed = scheme.lower() == "bearer" and await anyio.to_thread.run_sync(is_allowed, workspace, name, key.strip())
    if not allowed:
        raise NotAllowed("The key is missing, wrong or revoked.", hint="Send the header 'Authorization: Bearer cbk_…'.")


async def _body(request: Request, most: int) -> Any:
    """The JSON body, never more of it than allowed.

    Raises
    ------
    TooLarge, NotJson
    """
    if "json" not in request.headers.get("content-type", "application/json"):
        raise NotJson("The request must be JSON.", hint="Send the header 'Content-Type: application/json'.")
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            raise TooLarge(f"The request is larger than {most // 1_000:,} kB.", hint="Send fewer records at a time.")
    try:
        body = json.loads(received.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotJson(f"The request is not valid JSON: {error}", hint='Send {"records": [{…}]}.') from error
    if not isinstance(body, dict):
        raise NotJson("The request must be a JSON object.", hint='Send {"records": [{…}]}.')
    return body


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _describe(app: FastAPI, deployed: Deployed) -> None:
    """OpenAPI with a typed schema and an example for each endpoint, as they are now."""
    standard = app.openapi

    def openapi() -> dict[str, Any]:
        app.openapi_schema = None
        document = standard()
        document["paths"] |= endpoint_paths(deployed)
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["key"] = {"type": "http", "scheme": "bearer"}
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _refuse_in_words(app: FastAPI) -> None:
    async def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, PEOPLE_ERRORS)  # noqa: S101  registered for these only
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), _status_of(error))
        return problem(status, error_data(error))

    for kind in PEOPLE_ERRORS:
        app.add_exception_handler(kind, told)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, {"code": "http", "message": str(error.detail), "hint": ""})

    @app.middleware("http")
    async def never_a_traceback(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            return await call(request)
        except Exception:
            log.exception("%s %s", request.method, request.url.path)
            told = {"code": "unexpected", "message": "Something went wrong inside Canvasback.", "hint": "See its log."}
            return problem(500, told)


def _status_of(error: Exception) -> int:
    code = getattr(error, "code", "")
    return {"not_found": 404, "too_large": 413, "not_json": 400, "busy": 503}.get(code, 400)


def problem(status: int, error: dict[str, Any]) -> Response:
    """A refusal as problem details: the standard members, then ours."""
    details = error.get("detail", {})
    document = {
        "type": f"urn:canvasback:{error['code']}",
        "title": error["code"].replace("_", " "),
        "status": status,
        "detail": error["message"],
        "hint": error.get("hint", ""),
        **({"field": error["field"]} if error.get("field") else {}),
        **({"errors": details["errors"]} if "errors" in details else {}),
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(document, status, headers=headers, media_type=PROBLEM)
