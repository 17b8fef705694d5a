"""The HTTP surface: predictions, schemas, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio.to_thread
from fastapi import FastAPI, Header, Response
from fastapi.responses import JSONResponse
from starlette.routing import Route

from engine.api.admission import Admission
from engine.api.asking import Asking
from engine.api.companions import Companions
from engine.api.deployed import Deployed
from engine.api.desk import Desk
from engine.api.keys import Keys, headers_of
from engine.api.metrics import add_metrics
from engine.api.minutes import Counted
from engine.api.openapi import api_paths
from engine.api.predicting import PATH, Api, Predicting
from engine.api.problems import Hosts, KnownHosts, refuse_in_words
from engine.api.protocols import add_protocols
from engine.api.telling import Telling
from engine.settings import LOOPBACK, Settings
from engine.workspace import Workspace

MOST_LARGE = 64
"""So many of the largest requests may be inside at once."""


def make_app(workspace: Workspace) -> FastAPI:
    """The API of one home."""
    deployed, keys = Deployed(workspace), Keys(workspace)
    asking = Asking(deployed, workspace)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if workspace.settings.api_processes > 1:
            # They share a port: whichever accepts a connection must be ready for it.
            await anyio.to_thread.run_sync(deployed.refresh)
        deployed.start()
        asking.start()
        yield
        deployed.stop()
        await anyio.to_thread.run_sync(asking.stop)
        keys.stop()

    app = Api(
        title="Canvasback",
        version="1",
        description="Published models.",
        lifespan=lifespan,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.deployed, app.state.asking = deployed, asking
    settings = workspace.settings
    _describe(app, deployed, settings)
    _health(app, deployed)
    add_metrics(app, workspace)
    hosts = Hosts(*LOOPBACK, settings.host, *settings.api_hosts)
    _endpoints(app, Desk(workspace, deployed, keys, _admission(settings), asking), hosts)
    app.add_middleware(KnownHosts, hosts=hosts)
    refuse_in_words(app)
    app.add_middleware(Counted, minutes=asking.minutes, id_of=deployed.id_of)
    return app


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


def _admission(settings: Settings) -> Admission:
    places = settings.request_concurrency + settings.request_queue
    return Admission(places, min(places, MOST_LARGE) * settings.request_max_kb * 1_000)


def _endpoints(app: Api, desk: Desk, hosts: Hosts) -> None:
    telling = Telling(Companions(desk.workspace), desk.workspace.settings.request_concurrency)
    add_protocols(app, desk)
    app.predicting = Predicting(desk, telling, hosts)
    # It answers before the router is asked; what stands here says of other methods that they are not allowed.
    app.router.routes.insert(0, Route(PATH, app.predicting, methods=["POST"], include_in_schema=False))

    @app.get("/v1/endpoints/{name}/schema", include_in_schema=False)
    async def schema(name: str, authorization: Annotated[str, Header()] = "") -> Response:
        key = await desk.keys.open(name, authorization)
        return JSONResponse((await desk.deployed.find(name)).schema(), headers=headers_of(key))


def _describe(app: FastAPI, deployed: Deployed, settings: Settings) -> None:
    """OpenAPI with a typed schema and an example for each endpoint, as they are now."""
    standard = app.openapi

    def openapi() -> dict[str, Any]:
        app.openapi_schema = None
        document = standard()
        document["paths"] |= api_paths(deployed, settings)
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["key"] = {"type": "http", "scheme": "bearer"}
        return document

    app.openapi = openapi  # type: ignore[method-assign]
