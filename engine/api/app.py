"""The HTTP surface: predictions, schemas, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio.to_thread
from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

from engine.api.admission import Admission
from engine.api.body import read_json
from engine.api.deployed import Deployed
from engine.api.keys import Keys
from engine.api.openapi import endpoint_paths
from engine.api.problems import KnownHosts, refuse_in_words
from engine.logs import start_logging
from engine.serve.scorer import respond
from engine.settings import LOOPBACK, Settings
from engine.workspace import Workspace, open_workspace

STOP_SECONDS = 8
NOT_KEPT = {"Cache-Control": "no-store"}


def make_app(workspace: Workspace) -> FastAPI:
    """The API of one home."""
    deployed = Deployed(workspace)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        deployed.start()
        yield
        deployed.stop()

    app = FastAPI(
        title="Canvasback",
        version="1",
        description="Published models.",
        lifespan=lifespan,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.deployed = deployed
    _describe(app, deployed)
    _health(app, deployed)
    _endpoints(app, workspace, deployed)
    settings = workspace.settings
    app.add_middleware(KnownHosts, names=frozenset(map(str.lower, (*LOOPBACK, settings.host, *settings.api_hosts))))
    refuse_in_words(app)
    return app


def run_api(settings: Settings) -> None:
    """Serve until told to stop; what is in flight then is answered."""
    import uvicorn

    start_logging(settings, "api")
    app = make_app(open_workspace(settings))
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


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
    keys = Keys(workspace)
    admission = Admission(settings.request_concurrency, settings.request_queue)

    @app.post("/v1/endpoints/{name}/predict", include_in_schema=False)
    async def predict(name: str, request: Request, authorization: Annotated[str, Header()] = "") -> Response:
        await keys.check(name, authorization)
        async with admission.place():
            body = await read_json(request, settings.request_max_kb * 1_000)
            async with admission.turn():
                live = await deployed.find(name)
                told = await anyio.to_thread.run_sync(
                    respond, live.scorer, body, live.model, live.version, settings.request_max_records
                )
        return JSONResponse(told, headers=NOT_KEPT)

    @app.get("/v1/endpoints/{name}/schema", include_in_schema=False)
    async def schema(name: str, authorization: Annotated[str, Header()] = "") -> Response:
        await keys.check(name, authorization)
        return JSONResponse((await deployed.find(name)).schema(), headers=NOT_KEPT)


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
