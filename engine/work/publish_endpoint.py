"""Put a model version behind an endpoint, once it has proved to answer as its training run did."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.work.assignment import Assignment
from engine.workspace import Workspace
from storage.schema import ModelVersion
from storage.unit_of_work import UnitOfWork


def publish_endpoint(assignment: Assignment) -> dict[str, Any]:
    """Publish ``payload["model_version_id"]`` as ``payload["endpoint"]``.

    Returns
    -------
    dict
        ``endpoint, model, version, parity``

    Raises
    ------
    ParityFailed
        The endpoint stays as it was.
    """
    workspace, payload = assignment.workspace, assignment.payload
    with workspace.database.read() as uow:
        version = uow.models.get_version(payload["model_version_id"])
        model = uow.models.get(version.model_id)
    assignment.tell(0.2, "Loading the model", always=True)
    scorer = load_scorer(verified_files(workspace, version))
    assignment.tell(0.5, "Replaying stored rows", always=True)
    parity = check_parity(scorer).as_data()
    name = payload["endpoint"]
    result: dict[str, Any] = {"endpoint": name, "model": model.name, "version": version.number, "parity": parity}

    def publish(uow: UnitOfWork) -> None:
        endpoint = uow.endpoints.find(name) or uow.endpoints.add(name)
        before = [f"{a.model} v{a.version}" for a in uow.endpoints.active(endpoint.id)]
        uow.endpoints.deploy(endpoint.id, {version.id: 1.0}, parity=parity, note=payload.get("note", ""))
        after = {"before": before, "after": f"{model.name} v{version.number}"}
        uow.audit.record("local", "endpoint published", f"endpoint {name}", after)

    assignment.finish.append(publish)
    return result


def verified_files(workspace: Workspace, version: ModelVersion) -> Mapping[str, Path]:
    """The files of a model version, each checked against its hash.

    Raises
    ------
    DamagedFile
    """
    return {name: workspace.artifacts.verify(sha256) for name, sha256 in version.files.items()}
