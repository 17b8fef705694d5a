"""What begins a round: new data, a time, drift, performance. Each cause begins one round, whoever looks first."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from components.evaluate.metrics import LOWER_IS_BETTER
from components.evaluate.metrics import words as metric_words
from engine.errors import PEOPLE_ERRORS
from engine.service.amounts import count
from engine.service.monitoring.watch_points import WatchPoint, latest_point
from engine.service.retraining.policies import latest_datasets
from engine.service.retraining.policy_settings import (
    DriftTrigger,
    PerformanceTrigger,
    PolicySettings,
    read_policy_settings,
)
from engine.service.running.triggers import saved_drawing
from engine.service.schedules import stored_schedule
from engine.service.scores import main_metric
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.repositories import PolicyEntry
from storage.schema import Policy, Round
from storage.unit_of_work import UnitOfWork

Cause = dict[str, Any]

log = logging.getLogger("canvasback.rounds")


def fire_policies(workspace: Workspace, now: datetime) -> int:
    """Begin the rounds that are due; how many this process has begun."""
    with workspace.database.read() as uow:
        entries = [it for it in uow.policies.list() if not it.policy.paused]
    return sum(_fire(workspace, entry, now) for entry in entries)


def _fire(workspace: Workspace, entry: PolicyEntry, now: datetime) -> bool:
    policy = entry.policy
    try:
        settings = read_policy_settings(policy.settings)
        if _is_resting(workspace, policy, settings, now):
            return False
        due = next(_due(workspace, entry, settings, now), None)
        if due is None:
            return False
        cause, told = due
        return workspace.database.transact(lambda uow: _begin(uow, entry, cause, told))
    except Conflict:  # somebody was faster
        return False
    except PEOPLE_ERRORS as error:
        log.warning("what the policy of %s waits for is looked at later: %s", entry.endpoint, error.message)
        return False


def _is_resting(workspace: Workspace, policy: Policy, settings: PolicySettings, now: datetime) -> bool:
    """Whether a round is under way, or the last one was begun a short while ago."""
    with workspace.database.read() as uow:
        last = uow.policies.last_of(policy.endpoint_id)
    if last is None:
        return False
    is_at_work = last.finished_at is None and last.state != "waiting"
    return is_at_work or now < last.created_at + timedelta(hours=settings.triggers.wait_hours)


def _begin(uow: UnitOfWork, entry: PolicyEntry, cause: Cause, told: dict[str, Any]) -> bool:
    policy = entry.policy
    uow.policies.claim(policy.endpoint_id, policy.turn, **told)
    _overtake(uow, policy.endpoint_id, cause)
    made = begin_round(uow, policy, cause)
    circle = _circle(uow, policy.pipeline_id, cause)
    if circle:
        error = {"code": "circle", "message": circle, "hint": "Retrain by hand where that is meant."}
        uow.policies.move(made.id, "queued", "failed", error=error, verdict=circle)
    uow.audit.record("policy", "round begun", f"endpoint {entry.endpoint}", {"round": made.number, "cause": cause})
    return True


def _overtake(uow: UnitOfWork, endpoint_id: str, cause: Cause) -> None:
    """Nobody has decided about the last challenger, and there is a reason for a newer one."""
    waiting = uow.policies.open_of(endpoint_id)
    if waiting is not None:
        verdict = f"Overtaken before anybody decided. {cause['words']}."
        uow.policies.move(waiting.id, "waiting", "kept", verdict=verdict)


def begin_round(uow: UnitOfWork, policy: Policy, cause: Cause) -> Round:
    """Make the next round of a policy; `Conflict` while another one is under way."""
    live = [it.deployment for it in uow.endpoints.active(policy.endpoint_id) if it.deployment.role == "live"]
    return uow.policies.begin(
        policy.endpoint_id,
        cause=cause,
        pipeline_id=policy.pipeline_id,
        node=policy.node,
        champion_id=live[0].model_version_id if live else None,
    )


def _due(
    workspace: Workspace, entry: PolicyEntry, settings: PolicySettings, now: datetime
) -> Iterator[tuple[Cause, dict[str, Any]]]:
    """What is due, each with what the policy remembers of it from then on."""
    policy, triggers = entry.policy, settings.triggers
    latest = _latest(workspace, policy)
    if triggers.new_data:
        yield from _new_data(workspace, policy, latest)
    if policy.next_at is not None and policy.next_at <= now and triggers.schedule is not None:
        schedule = stored_schedule(triggers.schedule.model_dump(mode="json"))
        words = f"Its time had come: {schedule.words}"
        told = {"next_at": schedule.next_after(now), "seen": latest}
        yield {"kind": "schedule", "words": words, "due": policy.next_at.isoformat()}, told
    if triggers.drift is None and triggers.performance is None:
        return
    point = latest_point(workspace, entry.endpoint)
    if point is None or not _is_news(workspace, policy, point):
        return
    for found in (
        _drift(point, triggers.drift) if triggers.drift else None,
        _performance(point, triggers.performance) if triggers.performance else None,
    ):
        if found is not None:
            yield found, {"seen": latest}


def _latest(workspace: Workspace, policy: Policy) -> dict[str, int]:
    with workspace.database.read() as uow:
        pipeline = uow.pipelines.get(policy.pipeline_id)
    if pipeline.deleted_at is not None:
        return {}
    names = latest_datasets(saved_drawing(workspace, policy.pipeline_id))
    with workspace.database.read() as uow:
        found = {name: uow.datasets.find(name) for name in names}
    return {name: it.latest for name, it in found.items() if it is not None and it.latest is not None}


def _new_data(workspace: Workspace, policy: Policy, latest: dict[str, int]) -> Iterator[tuple[Cause, dict[str, Any]]]:
    changed = {name: number for name, number in latest.items() if policy.seen.get(name, number) != number}
    if changed:
        listed = ", ".join(f"{name} v{number}" for name, number in changed.items())
        words = f"{'New data arrived' if len(changed) == 1 else 'New data arrived in several datasets'}: {listed}"
        yield {"kind": "data", "words": words, "datasets": changed}, {"seen": latest}
    elif set(latest) - set(policy.seen):  # the drawing reads a dataset more: its present version is no news
        workspace.database.transact(lambda uow: uow.policies.claim(policy.endpoint_id, policy.turn, seen=latest))


def _circle(uow: UnitOfWork, pipeline_id: str, cause: Cause) -> str:
    """Why a round would be begun by what its own pipeline made; empty where it is not."""
    for name, number in cause.get("datasets", {}).items():
        version = uow.datasets.version(uow.datasets.by_name(name).id, number)
        if pipeline_id in uow.triggers.made_by(version):
            return (
                f"v{number} of {name} came out of this pipeline, by itself or by others: it would retrain on its own "
                "rows for ever."
            )
    return ""


def _is_news(workspace: Workspace, policy: Policy, point: WatchPoint) -> bool:
    """Whether a window of requests is of the model that answers now, and ended after the last round was begun."""
    with workspace.database.read() as uow:
        last = uow.policies.last_of(policy.endpoint_id)
        live = [it.deployment for it in uow.endpoints.active(policy.endpoint_id) if it.deployment.role == "live"]
    is_now = any(it.model_version_id == point.version.id for it in live)
    return is_now and (last is None or point.ends_at > last.created_at)


def _drift(point: WatchPoint, asked: DriftTrigger) -> Cause | None:
    drifted = {name: psi for name, psi in point.drift.items() if psi >= asked.psi}
    if len(drifted) < asked.fields:
        return None
    worst = sorted(drifted, key=lambda name: -drifted[name])
    listed = ", ".join(f"{name} (PSI {drifted[name]:.2f})" for name in worst[:3])
    more = f" and {len(worst) - 3} more" if len(worst) > 3 else ""
    words = f"{count(len(drifted), 'field')} drifted: {listed}{more}"
    return {"kind": "drift", "words": words, "drift": {name: drifted[name] for name in worst[:20]}}


def _performance(point: WatchPoint, asked: PerformanceTrigger) -> Cause | None:
    name = asked.metric or main_metric({name: 0.0 for name in point.performance if name in point.baseline})
    if name is None or name not in point.performance or name not in point.baseline:
        return None
    now, then = point.performance[name], point.baseline[name]
    fell = now - then if name in LOWER_IS_BETTER else then - now
    if fell < asked.fell_by:
        return None
    words = f"{metric_words(name)} is {now:.3g} on outcomes of late, {then:.3g} in training"
    return {"kind": "performance", "words": words[0].upper() + words[1:], "metric": name, "value": now, "then": then}
