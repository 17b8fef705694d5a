"""The homes and the servers that these tests begin with."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from engine.service.serving import endpoints, keys
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.api.two_models import two_models
from tests.homes import Published, churn_pipeline, do_run, filled_home, home, new_home, publish, published
from tests.servers import client, served, serving
from tests.two_versions import second_version, two

__all__ = ["client", "filled_home", "home", "new_home", "published", "second_version", "served", "two", "two_models"]


@dataclass(frozen=True)
class Asked:
    """A served home with two endpoints: ``churn`` says yes or no, ``bill`` a number."""

    workspace: Workspace
    client: httpx.Client
    churn: dict[str, Any]
    bill: dict[str, Any]
    keys: dict[str, str]

    def headers(self, endpoint: str = "churn") -> dict[str, str]:
        """What a caller of an endpoint sends."""
        return {"Authorization": f"Bearer {self.keys[endpoint]}"}

    def post(self, path: str, endpoint: str = "churn", **sent: Any) -> httpx.Response:
        """Send with the key of an endpoint."""
        return self.client.post(path, headers={**self.headers(endpoint), **sent.pop("headers", {})}, **sent)

    def get(self, path: str, endpoint: str = "churn") -> httpx.Response:
        """Fetch with the key of an endpoint."""
        return self.client.get(path, headers=self.headers(endpoint))

    def predict(self, query: str = "", endpoint: str = "churn", count: int = 1) -> httpx.Response:
        """Ask for predictions of a good record."""
        records = [getattr(self, endpoint)] * count
        return self.post(f"/v1/endpoints/{endpoint}/predict{query}", endpoint, json={"records": records})


@pytest.fixture(scope="session")
def asked(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Two endpoints for all tests that only ask."""
    folder = tmp_path_factory.mktemp("asked") / "home"
    shutil.copytree(filled_home.workspace.home.path, folder)
    workspace = open_workspace(Settings(home=folder))
    document = churn_pipeline("linear_regression", target="monthly_charges").as_document()
    document["nodes"]["split"]["params"].pop("stratify")
    document["nodes"]["fill"]["params"] = {"columns": {"select": "numeric", "except": ["monthly_charges"]}}
    run = do_run(workspace, type(churn_pipeline()).from_document({**document, "name": "bill"}))
    assert run.status == "succeeded", run.error
    assert publish(workspace, "bill", None, "bill").status == "succeeded"
    bill = endpoints.get_endpoint(workspace, "bill").sample["records"][0]
    made = {"churn": filled_home.key, "bill": keys.create_key(workspace, "bill")}
    with serving(workspace) as client:
        yield Asked(workspace, client, filled_home.record, bill, made)
    workspace.database.close()
