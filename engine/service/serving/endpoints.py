"""Endpoints: what they are, who may ask them, and an answer without a running API."""

import json
from typing import Any

import pyarrow.parquet as pq

from engine.errors import MissingThing
from engine.serve.fields import Field
from engine.serve.modelfile import GOLDEN
from engine.serve.parity import plain_value
from engine.serve.scorer import Scorer, load_scorer, respond
from engine.service.serving.deployments import roll_back
from engine.service.serving.endpoint_names import checked_name
from engine.service.serving.keys import list_keys
from engine.service.serving.publications import start_publish
from engine.service.serving.sunsets import retire_endpoint
from engine.service.views import DeploymentView, EndpointView
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from storage.repositories.endpoints import Answering
from storage.schema import ModelVersion

__all__ = ["checked_name", "retire_endpoint", "roll_back", "start_publish"]

MOST = 10_000


def list_endpoints(workspace: Workspace) -> list[EndpointView]:
    """Endpoints with what answers them, newest first."""
    with workspace.database.read() as uow:
        return [
            EndpointView(
                name=entry.endpoint.name,
                status=entry.endpoint.status,
                url=url_of(workspace, entry.endpoint.name),
                model=entry.answering[0].model if entry.answering else None,
                version=entry.answering[0].version if entry.answering else None,
                created_at=entry.endpoint.created_at,
            )
            for entry in uow.endpoints.list(limit=MOST)
        ]


def get_endpoint(workspace: Workspace, name: str) -> EndpointView:
    """One endpoint with its history, keys, fields and a sample request.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        endpoint = uow.endpoints.by_name(name)
        history = uow.endpoints.history(endpoint.id)
        active = next((entry for entry in history if entry.deployment.active), None)
        row = uow.models.get_version(active.deployment.model_version_id) if active else None
    return EndpointView(
        name=endpoint.name,
        status=endpoint.status,
        url=url_of(workspace, name),
        model=active.model if active else None,
        version=active.version if active else None,
        created_at=endpoint.created_at,
        deployments=[_deployment(entry) for entry in history],
        keys=list_keys(workspace, name),
        fields=fields_of(row) if row else [],
        sample=sample_request(workspace, row) if row else {},
    )


def predict(workspace: Workspace, name: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Answer records without a running API, by the same code.

    Raises
    ------
    InvalidRecord, NotFound, MissingThing
    """
    scorer, model, version = load_deployed(workspace, name)
    return respond(scorer, {"records": records}, model, version, most=max(len(records), 1))


def load_deployed(workspace: Workspace, name: str) -> tuple[Scorer, str, int]:
    """The scorer behind an endpoint, with the model's name and version.

    Raises
    ------
    MissingThing
        When nothing answers it.
    """
    with workspace.database.read() as uow:
        endpoint = uow.endpoints.by_name(name)
        active = uow.endpoints.active(endpoint.id)
        if not active:
            raise MissingThing(f"Nothing answers the endpoint {name!r}.", hint="Publish a model version to it.")
        row = uow.models.get_version(active[0].deployment.model_version_id)
    return load_scorer(verified_files(workspace, row)), active[0].model, active[0].version


def fields_of(row: ModelVersion) -> list[dict[str, Any]]:
    """The fields of a request: name, type, nullable, JSON Schema."""
    fields = [Field(given["name"], given["type"], given["nullable"]) for given in row.signature["inputs"]]
    return [
        {"name": field.name, "type": field.type, "nullable": field.nullable, "schema": field.schema()}
        for field in fields
    ]


def sample_request(workspace: Workspace, row: ModelVersion, records: int = 1) -> dict[str, Any]:
    """A request filled in with real rows."""
    golden = pq.read_table(workspace.artifacts.verify(row.files[GOLDEN], GOLDEN)).slice(0, records)
    names = [given["name"] for given in row.signature["inputs"]]
    rows = golden.select(names).to_pylist()
    return json.loads(json.dumps({"records": [{k: plain_value(v) for k, v in found.items()} for found in rows]}))  # type: ignore[no-any-return]


def url_of(workspace: Workspace, name: str) -> str:
    """Where an endpoint answers."""
    return f"{workspace.settings.api_url}/v1/endpoints/{name}/predict"


def _deployment(entry: Answering) -> DeploymentView:
    row = entry.deployment
    return DeploymentView(
        revision=row.revision,
        model=entry.model,
        version=entry.version,
        active=row.active,
        role=row.role,
        share=row.share,
        note=row.note,
        parity=row.parity,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
