"""A real API over real HTTP: uvicorn in a thread of the tests."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn

from engine.api.app import make_app
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.homes import Published

PATIENCE_SECONDS = 20.0


@contextmanager
def serving(workspace: Workspace) -> Iterator[httpx.Client]:
    """The API of a home, and a client for it."""
    server = uvicorn.Server(uvicorn.Config(make_app(workspace), host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            eventually(lambda: client.get("/readyz").json()["status"] == "ok" or client.get("/readyz").json()["broken"])
            yield client
    finally:
        server.should_exit = True
        thread.join(10)


def eventually(holds: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait until something is so; what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not so within {seconds:.0f} seconds"
        time.sleep(0.02)
    return found


def predict(client: httpx.Client, home: Published, **given: Any) -> httpx.Response:
    """Ask the endpoint ``churn`` with the right key; a good record unless another body is given."""
    given = given or {"json": {"records": [home.record]}}
    headers = {**home.headers, **given.pop("headers", {})}
    return client.post("/v1/endpoints/churn/predict", headers=headers, **given)


@pytest.fixture(scope="session")
def served(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """A copy of the filled home that `client` asks: what is asked is kept there."""
    folder = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(filled_home.workspace.home.path, folder)
    workspace = open_workspace(Settings(home=folder))
    yield replace(filled_home, workspace=workspace)
    workspace.database.close()


@pytest.fixture(scope="session")
def client(served: Published) -> Iterator[httpx.Client]:
    """The API of the served home, for tests that only ask."""
    with serving(served.workspace) as found:
        yield found
