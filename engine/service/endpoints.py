"""Endpoints: publish, try, roll back, retire; keys."""

import hmac
import json
from typing import Any

import pyarrow.parquet as pq

from engine.errors import CanvasbackError, MissingThing
from engine.serve.modelfile import GOLDEN
from engine.serve.parity import plain_value
from engine.serve.records import Field
from engine.serve.scorer import Scorer, load_scorer, respond
from engine.service.views import DeploymentView, EndpointView, KeyView
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from storage.repositories.endpoints import Answering
from storage.schema import Endpoint, ModelVersion
from storage.secrets import hash_key, new_endpoint_key, shown
from storage.unit_of_work import UnitOfWork

MOST = 10_000


def start_publish(workspace: Workspace, model: str, version: int | None, endpoint: str, note: str = "") -> str:
    """Queue the publication of a model version; it goes live only if it passes the parity gate.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound
    CanvasbackError
        When the endpoint's name cannot be part of a URL, or it is retired.
    """
    name = checked_name(endpoint)

    def write(uow: UnitOfWork) -> str:
        row = uow.models.version(uow.models.by_name(model).id, version)
        found = uow.endpoints.find(name)
        if found is not None and found.status == "retired":
            raise CanvasbackError(f"The endpoint {name!r} is retired.", hint="Choose another name.", field="endpoint")
        payload = {"model_version_id": row.id, "endpoint": name, "note": note}
        return uow.jobs.enqueue("publish_endpoint", payload, timeout_seconds=600).id

    return workspace.database.transact(write)


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
        keys = [KeyView.model_validate(row, from_attributes=True) for row in uow.endpoints.keys(endpoint.id)]
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
        keys=keys,
        fields=fields_of(row) if row else [],
        sample=sample_request(workspace, row) if row else {},
    )


def roll_back(workspace: Workspace, name: str) -> EndpointView:
    """Let the model that answered before answer again.

    Raises
    ------
    NotFound
        When there was none.
    """

    def write(uow: UnitOfWork) -> None:
        endpoint = uow.endpoints.by_name(name)
        uow.endpoints.rollback(endpoint.id)
        uow.audit.record("local", "endpoint rolled back", f"endpoint {name}")

    workspace.database.transact(write)
    return get_endpoint(workspace, name)


def retire_endpoint(workspace: Workspace, name: str) -> None:
    """Stop answering for good."""

    def write(uow: UnitOfWork) -> None:
        uow.endpoints.retire(uow.endpoints.by_name(name).id)
        uow.audit.record("local", "endpoint retired", f"endpoint {name}")

    workspace.database.transact(write)


def create_key(workspace: Workspace, name: str) -> str:
    """A new key for one endpoint.

    Returns
    -------
    str
        The key; only its keyed hash is kept, so this is the one time it can be seen.
    """
    key = new_endpoint_key()
    workspace.database.transact(lambda uow: _keep_key(workspace, uow, uow.endpoints.by_name(name), key))
    return key


def first_key(workspace: Workspace, name: str) -> str | None:
    """A key for an endpoint that never had one; None otherwise."""
    key = new_endpoint_key()

    def write(uow: UnitOfWork) -> bool:
        endpoint = uow.endpoints.by_name(name)
        if uow.endpoints.keys(endpoint.id):
            return False
        _keep_key(workspace, uow, endpoint, key)
        return True

    return key if workspace.database.transact(write) else None


def _keep_key(workspace: Workspace, uow: UnitOfWork, endpoint: Endpoint, key: str) -> None:
    uow.endpoints.add_key(endpoint.id, shown(key), hash_key(workspace.secret, key))
    uow.audit.record("local", "key created", f"endpoint {endpoint.name}", {"prefix": shown(key)})


def revoke_key(workspace: Workspace, name: str, key_id: str) -> None:
    """Refuse a key from now on."""

    def write(uow: UnitOfWork) -> None:
        endpoint = uow.endpoints.by_name(name)
        if key_id not in {key.id for key in uow.endpoints.keys(endpoint.id)}:
            raise MissingThing("This endpoint has no such key.")
        uow.endpoints.revoke_key(key_id)
        uow.audit.record("local", "key revoked", f"endpoint {name}", {"key": key_id})

    workspace.database.transact(write)


def is_allowed(workspace: Workspace, name: str, key: str) -> bool:
    """Whether a key opens an endpoint; an unknown endpoint is not told from a wrong key."""
    return opens(workspace, name, hash_key(workspace.secret, key))


def opens(workspace: Workspace, name: str, hashed: str) -> bool:
    """Whether the key with this keyed hash opens an endpoint."""
    with workspace.database.read() as uow:
        endpoint = uow.endpoints.find(name)
        stored = uow.endpoints.valid_hashes(endpoint.id) if endpoint else frozenset()
    return any(hmac.compare_digest(hashed, one) for one in stored)


def note_key_used(workspace: Workspace, hashed: str) -> None:
    """Note that the key with this keyed hash was used now."""
    workspace.database.transact(lambda uow: uow.endpoints.key_used(hashed), patience=1.0)


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
    golden = pq.read_table(workspace.artifacts.verify(row.files[GOLDEN])).slice(0, records)
    names = [given["name"] for given in row.signature["inputs"]]
    rows = golden.select(names).to_pylist()
    return json.loads(json.dumps({"records": [{k: plain_value(v) for k, v in found.items()} for found in rows]}))  # type: ignore[no-any-return]


def url_of(workspace: Workspace, name: str) -> str:
    """Where an endpoint answers."""
    return f"{workspace.settings.api_url}/v1/endpoints/{name}/predict"


def checked_name(name: str) -> str:
    """An endpoint's name, fit to be part of a URL.

    Raises
    ------
    CanvasbackError
    """
    import re

    name = name.strip()
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name):
        raise CanvasbackError(
            f"{name[:80]!r} cannot be the name of an endpoint.",
            hint="Use lower-case letters, digits, - and _, at most 63, beginning with a letter or digit.",
            field="endpoint",
        )
    return name


def _deployment(entry: Answering) -> DeploymentView:
    row = entry.deployment
    return DeploymentView(
        revision=row.revision,
        model=entry.model,
        version=entry.version,
        active=row.active,
        share=row.share,
        note=row.note,
        parity=row.parity,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
