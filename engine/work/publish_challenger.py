"""Put a round's challenger behind its endpoint, once it has proved to answer as its training run did."""

from typing import Any

from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.work.assignment import Assignment
from engine.work.publish_endpoint import verified_files
from storage.errors import StorageError
from storage.repositories import Reason
from storage.schema import Round
from storage.unit_of_work import UnitOfWork

BY = "policy"
CHAMPION, CHALLENGER = "champion", "challenger"


class ChampionChanged(StorageError):
    """Somebody published something else since the two were compared."""

    code = "champion_changed"


def publish_challenger(assignment: Assignment) -> dict[str, Any]:
    """Publish the challenger of ``payload["round_id"]`` for ``payload["share"]`` of the traffic.

    What answers, the round's end and the aliases change together with the end of this job, or not at all.

    Returns
    -------
    dict
        ``endpoint, model, version, share, parity``

    Raises
    ------
    ParityFailed, Withheld, ChampionChanged
        The endpoint stays as it was.
    """
    workspace, payload = assignment.workspace, assignment.payload
    share = float(payload["share"])
    with workspace.database.read() as uow:
        found = uow.policies.round(payload["round_id"])
        version = uow.models.get_version(str(found.challenger_id))
        model = uow.models.get(version.model_id)
        endpoint = uow.endpoints.get(found.endpoint_id)
    assignment.tell(0.2, "Loading the model", always=True)
    scorer = load_scorer(verified_files(workspace, version))
    assignment.tell(0.5, "Replaying stored rows", always=True)
    parity = check_parity(scorer).as_data()

    def publish(uow: UnitOfWork) -> None:
        revision = _deploy(uow, found, share, parity)
        uow.policies.move(found.id, "publishing", "published", revision=revision)
        if share == 1.0:
            crown(uow, found)
        told = {"model": f"{model.name} v{version.number}", "round": found.number, "share": share}
        uow.audit.record(found.decided_by or BY, "endpoint published", f"endpoint {endpoint.name}", told)

    assignment.finish.append(publish)
    told = {"endpoint": endpoint.name, "model": model.name, "version": version.number}
    return {**told, "share": share, "parity": parity}


def crown(uow: UnitOfWork, found: Round) -> None:
    """Let the alias of the champion stand for what answers all requests now."""
    version_id = str(found.challenger_id)
    model_id = uow.models.get_version(version_id).model_id
    uow.registry.set_alias(version_id, CHAMPION, found.decided_by or BY)
    if any(it.alias == CHALLENGER and it.version_id == version_id for it in uow.registry.aliases(model_id)):
        uow.registry.remove_alias(model_id, CHALLENGER, found.decided_by or BY)


def _deploy(uow: UnitOfWork, found: Round, share: float, parity: dict[str, Any]) -> int:
    """Make the revision, if the champion is still the one that the challenger was compared with."""
    active = uow.endpoints.active(found.endpoint_id)
    live = [it.deployment for it in active if it.deployment.role == "live"]
    if (live[0].model_version_id if live else None) != found.champion_id:
        raise ChampionChanged(
            "Another version answers by now than the one it was compared with", "It is compared with that one."
        )
    challenger = str(found.challenger_id)
    shares = {challenger: share}
    if share < 1 and found.champion_id:
        shares[found.champion_id] = 1 - share
    shadows = [it.deployment for it in active if it.deployment.role == "shadow"]
    known = {it.deployment.model_version_id: it.deployment.parity for it in active}
    cause = {"kind": "policy", "round": found.number, "round_id": found.id, "cause": found.cause}
    made = uow.endpoints.deploy(
        found.endpoint_id,
        shares,
        parity={**known, challenger: parity},
        shadows=[it.model_version_id for it in shadows if it.model_version_id not in shares],
        reason=Reason(by=found.decided_by or BY, note=found.verdict, cause=cause),
    )
    return made[0].revision
