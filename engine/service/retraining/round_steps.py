"""A round, step by step: queued → training → comparing → (waiting →) publishing → published, or kept, or failed.

Every step is one transaction that takes the round from the state it was seen in, together with the job that it queues:
whoever comes second finds it taken, and after a kill at any moment the next look goes on from there.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from engine.errors import PEOPLE_ERRORS, MissingThing, error_data
from engine.serve.rollout import Rollout
from engine.service.retraining.policy_settings import PolicySettings, read_policy_settings
from engine.service.retraining.round_judgement import judge
from engine.service.running.runs import start_run
from engine.service.running.triggers import saved_drawing
from engine.work.crowning import BY, CHALLENGER, crown
from engine.work.publication import AnswerChanged, queue_publication
from engine.workspace import Workspace
from storage.errors import Conflict, NotFound, Withheld
from storage.schema import Job, Policy, Round, Run, utc_now
from storage.unit_of_work import UnitOfWork

MOST_TRIES = 2
"""A training that crashed is begun once more."""
JOB_SECONDS = 1_800
FOLLOWED = timedelta(days=90)
"""How long a canary is followed until it answers everything."""
REFUSED = ("parity_failed", "withheld")
"""What keeps a model from going live, without anything being broken."""

log = logging.getLogger("canvasback.rounds")


def go_on(workspace: Workspace, now: datetime | None = None) -> int:
    """Take every round as far as it can go; how many steps this process has done."""
    with workspace.database.read() as uow:
        rounds = uow.policies.open()
    return sum(_steps(workspace, found.id) for found in rounds) + _crown_canaries(workspace, now or utc_now())


def _steps(workspace: Workspace, round_id: str) -> int:
    """All steps of one round that can be done now."""
    done = 0
    try:
        while _step(workspace, round_id):
            done += 1
    except Conflict:  # somebody was faster
        return done
    except PEOPLE_ERRORS as error:
        done += _fail(workspace, round_id, error_data(error))
    return done


def _step(workspace: Workspace, round_id: str) -> bool:
    with workspace.database.read() as uow:
        found = uow.policies.round(round_id)
    match found.state:
        case "queued":
            return _train(workspace, found)
        case "training":
            return _trained(workspace, found)
        case "comparing":
            return _compared(workspace, found)
        case "publishing":
            return _published(workspace, found)
    return False


def _fail(workspace: Workspace, round_id: str, error: dict[str, Any]) -> int:
    """End a round that cannot go on, unless it went on meanwhile."""

    def write(uow: UnitOfWork) -> int:
        found = uow.policies.round(round_id)
        if found.finished_at is not None:
            return 0
        uow.policies.move(round_id, found.state, "failed", error=error, verdict=str(error["message"]))  # type: ignore[arg-type]
        return 1

    return workspace.database.transact(write)


def _train(workspace: Workspace, found: Round) -> bool:
    """Queue the run of the pipeline as it was saved last, up to the model."""
    drawn = saved_drawing(workspace, found.pipeline_id)
    with workspace.database.read() as uow:
        pipeline, params = uow.pipelines.get(found.pipeline_id), _params(uow, found)
    if pipeline.deleted_at is not None:
        raise MissingThing(f"The pipeline {pipeline.name} was deleted.", hint="Restore it, or choose another one.")
    params = {name: value for name, value in params.items() if name in drawn.params}

    def together(uow: UnitOfWork, run_id: str) -> None:
        uow.policies.move(found.id, "queued", "training", run_id=run_id, tries=found.tries + 1)

    start_run(workspace, found.pipeline_id, drawn, target=found.node, params=params, made_by=BY, together_with=together)
    return True


def _params(uow: UnitOfWork, found: Round) -> dict[str, Any]:
    """The parameters that the champion was trained with, where it came from the same pipeline."""
    if found.champion_id is None:
        return {}
    run = uow.runs.get(uow.models.get_version(found.champion_id).run_id)
    return run.params if run.pipeline_id == found.pipeline_id else {}


def _trained(workspace: Workspace, found: Round) -> bool:
    """Follow the run; when it has trained a new model, queue the comparison."""
    with workspace.database.read() as uow:
        run = uow.runs.get(found.run_id) if found.run_id else None
    if run is not None and run.finished_at is None:
        return False
    if run is None or run.status != "succeeded":
        return _not_trained(workspace, found, run)
    return workspace.database.transact(lambda uow: _challenge(uow, found, run))


def _not_trained(workspace: Workspace, found: Round, run: Run | None) -> bool:
    status = run.status if run is not None else "deleted"

    def write(uow: UnitOfWork) -> bool:
        if status == "crashed" and found.tries < MOST_TRIES:
            uow.policies.move(found.id, "training", "queued", run_id=None)
            return True
        told = (run.error if run is not None else None) or {
            "code": f"run_{status}",
            "message": f"The run was {status}.",
            "hint": "Retrain by hand.",
        }
        verdict = f"No new model was trained: {told['message']}"
        uow.policies.move(found.id, "training", "failed", error=told, verdict=verdict)
        return True

    return workspace.database.transact(write)


def _challenge(uow: UnitOfWork, found: Round, run: Run) -> bool:
    outputs = next((node.outputs for node in uow.runs.nodes(run.id) if node.node_id == found.node), {})
    challenger_id = ((outputs or {}).get("model") or {}).get("model_version_id")
    if challenger_id is None:
        told = {"code": "no_model", "message": f"The node {found.node} trained no model.", "hint": "Change the policy."}
        uow.policies.move(found.id, "training", "failed", error=told, verdict=str(told["message"]))
        return True
    champion_id = _champion(uow, found.endpoint_id)
    pair = {"challenger_id": challenger_id, "champion_id": champion_id}
    if challenger_id == champion_id:
        verdict = "There was nothing new to learn: the same data and the same drawing give the model that answers now."
        uow.policies.move(found.id, "training", "kept", verdict=verdict, **pair)
        return True
    uow.registry.set_alias(challenger_id, CHALLENGER, BY)
    if champion_id is None:
        verdict = "A person decides. Nothing answers this endpoint, so that there is nothing to compare it with."
        uow.policies.move(found.id, "training", "waiting", verdict=verdict, **pair)
        return True
    uow.policies.move(found.id, "training", "comparing", job_id=_compare(uow, found).id, **pair)
    return True


def _champion(uow: UnitOfWork, endpoint_id: str) -> str | None:
    """What answers most requests now."""
    live = [it.deployment for it in uow.endpoints.active(endpoint_id) if it.deployment.role == "live"]
    return live[0].model_version_id if live else None


def _compare(uow: UnitOfWork, found: Round) -> Job:
    rule = _settings(uow, found).rule
    payload = {
        "round_id": found.id,
        "metric": rule.metric,
        "group": rule.group,
        "replay": rule.most_changed is not None,
    }
    return uow.jobs.enqueue("compare_challenger", payload, max_attempts=2, timeout_seconds=JOB_SECONDS)


def _settings(uow: UnitOfWork, found: Round) -> PolicySettings:
    """The policy as it is now; a person is asked where it is gone."""
    policy: Policy | None = uow.policies.of(found.endpoint_id)
    return read_policy_settings(policy.settings) if policy else PolicySettings()


def _job(uow: UnitOfWork, found: Round) -> Job | None:
    try:
        return uow.jobs.get(found.job_id) if found.job_id else None
    except NotFound:
        return None


def _compared(workspace: Workspace, found: Round) -> bool:
    """Judge the challenger, once the numbers are there."""
    with workspace.database.read() as uow:
        job = _job(uow, found)
    if found.comparison is None:
        if job is not None and job.finished_at is None:
            return False
        return _fail(workspace, found.id, _job_error(job)) > 0
    return workspace.database.transact(lambda uow: _judge(uow, found))


def _job_error(job: Job | None) -> dict[str, Any]:
    status = job.status if job is not None else "deleted"
    told = {"code": f"job_{status}", "message": f"The job was {status}.", "hint": "Retrain by hand."}
    return (job.error if job is not None else None) or told


def _judge(uow: UnitOfWork, found: Round) -> bool:
    settings = _settings(uow, found)
    told = judge(found.comparison or {}, settings, _obstacles(uow, found))
    conditions = [it.model_dump(mode="json") for it in told.conditions]
    kept = {"verdict": told.verdict, "conditions": conditions}
    if told.outcome == "publish":
        job_id = queue_challenger(uow, found, settings, by=BY, note=told.verdict)
        uow.policies.move(found.id, "comparing", "publishing", job_id=job_id, **kept)
    else:
        uow.policies.move(found.id, "comparing", "kept" if told.outcome == "keep" else "waiting", **kept)
    return True


def _obstacles(uow: UnitOfWork, found: Round) -> list[str]:
    """What else keeps a challenger from going live by itself."""
    live = [it for it in uow.endpoints.active(found.endpoint_id) if it.deployment.role == "live"]
    told = []
    if len(live) > 1:
        listed = " and ".join(f"{it.model} v{it.version}" for it in live)
        told.append(f"The traffic is divided between {listed} already.")
    if uow.policies.of(found.endpoint_id) is None:
        told.append("The policy was removed meanwhile.")
    try:
        uow.endpoints.check_may_answer(str(found.challenger_id))
    except Withheld as withheld:
        told.append(f"{withheld.message}.")
    return told


def queue_challenger(uow: UnitOfWork, found: Round, settings: PolicySettings, *, by: str, note: str) -> str:
    """Queue the publication that puts the challenger behind the endpoint, in the place of its champion; its job."""
    challenger, champion = str(found.challenger_id), found.champion_id or ""
    wish = Rollout(version_id=challenger, instead_of=champion)
    if settings.canary and champion:
        wish = wish.model_copy(update={"how": "canary", "share": settings.canary})
    cause = {"kind": "policy", "round": found.number, "round_id": found.id, "cause": found.cause}
    name = uow.endpoints.get(found.endpoint_id).name
    made = queue_publication(uow, name, wish, note=note, asked_by=by, cause=cause, attempts=2)
    return str(made.job_id)


def _published(workspace: Workspace, found: Round) -> bool:
    """Follow the publication, which ends the round itself where it succeeds."""
    with workspace.database.read() as uow:
        job = _job(uow, found)
    if job is not None and job.finished_at is None:
        return False
    error = _job_error(job)
    if error.get("code") == AnswerChanged.code:
        return workspace.database.transact(lambda uow: _compare_again(uow, found))
    if error.get("code") in REFUSED:
        verdict = f"The champion stays. {error['message']}"
        moved = {"error": error, "verdict": verdict}
        workspace.database.transact(lambda uow: uow.policies.move(found.id, "publishing", "kept", **moved))
        return True
    return _fail(workspace, found.id, error) > 0


def _compare_again(uow: UnitOfWork, found: Round) -> bool:
    """Another model answers by now: it is the champion to beat."""
    champion_id = _champion(uow, found.endpoint_id)
    if champion_id == found.challenger_id:
        verdict = "Somebody published the challenger meanwhile."
        uow.policies.move(found.id, "publishing", "kept", verdict=verdict)
        return True
    job = _compare(uow, found)
    undecided: dict[str, Any] = {"comparison": None, "conditions": [], "decided_by": None, "decided_at": None}
    uow.policies.move(found.id, "publishing", "comparing", job_id=job.id, champion_id=champion_id, **undecided)
    return True


def _crown_canaries(workspace: Workspace, now: datetime) -> int:
    """Call those champions that began with a part of the traffic and answer all of it by now."""
    with workspace.database.read() as uow:
        ready = [it for it in uow.policies.canaries(now - FOLLOWED) if _is_promoted(uow, it)]
    for found in ready:
        workspace.database.transact(lambda uow, found=found: crown(uow, found))  # type: ignore[misc]
    return len(ready)


def _is_promoted(uow: UnitOfWork, found: Round) -> bool:
    live = [it.deployment for it in uow.endpoints.active(found.endpoint_id) if it.deployment.role == "live"]
    if [it.model_version_id for it in live] != [found.challenger_id]:
        return False
    model_id = uow.models.get_version(str(found.challenger_id)).model_id
    return any(it.alias == CHALLENGER and it.version_id == found.challenger_id for it in uow.registry.aliases(model_id))
