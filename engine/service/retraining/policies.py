"""Policies: which pipeline retrains for an endpoint, when, and by which rule a new model goes live."""

from datetime import datetime
from typing import Any

from components.base import Model as ModelComponent
from components.base import Source, StoredTable
from engine.errors import CanvasbackError, InvalidSetting, MissingThing
from engine.graph import Pipeline, in_effect
from engine.schemas import read_params
from engine.service.people import person
from engine.service.retraining.policy_settings import PolicySettings, in_words, read_policy_settings
from engine.service.running.triggers import saved_drawing
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.names import nearest
from storage.schema import Policy, utc_now
from storage.unit_of_work import UnitOfWork


class PolicyView(View):
    """When an endpoint's model learns anew.

    Parameters
    ----------
    node
        The model node whose models answer the endpoint.
    words
        The policy as sentences.
    next_at
        When the schedule begins the next round; None while it is paused, or without a schedule.
    """

    endpoint: str
    pipeline: str
    pipeline_id: str
    node: str
    settings: PolicySettings
    words: list[str]
    paused: bool = False
    next_at: datetime | None = None
    made_by: str = "local"
    changed_at: datetime | None = None


class TrainerView(View):
    """What could retrain for an endpoint: a pipeline, with its model nodes."""

    pipeline: str
    pipeline_id: str
    nodes: list[str]


def set_policy(
    workspace: Workspace,
    endpoint: str,
    pipeline: str,
    settings: PolicySettings,
    *,
    node: str | None = None,
    by: str = "",
    now: datetime | None = None,
) -> PolicyView:
    """Give an endpoint a policy, or change the one that it has; what is there by now begins no round.

    Parameters
    ----------
    node
        The model node; may be left out where the pipeline has only one.

    Raises
    ------
    NotFound, InvalidSetting
    """
    with workspace.database.read() as uow:
        uow.endpoints.by_name(endpoint)
        pipeline_id = uow.pipelines.by_name(pipeline).id
    drawn = saved_drawing(workspace, pipeline_id)
    chosen = _node(drawn, node)
    reads = latest_datasets(drawn)
    schedule = settings.triggers.schedule
    next_at = schedule.next_after(now or utc_now()) if schedule else None
    who = person(by)

    def write(uow: UnitOfWork) -> PolicyView:
        found = uow.endpoints.by_name(endpoint)
        if found.status == "retired":
            raise InvalidSetting(f"{endpoint} is retired, so that nothing learns anew for it.", hint="Choose another.")
        before = uow.policies.of(found.id)
        paused = before.paused if before else False
        told = {
            "pipeline_id": pipeline_id,
            "node": chosen,
            "settings": settings.model_dump(mode="json", exclude_defaults=True),
            "seen": before.seen if before and _goes_on(before, pipeline_id) else _latest(uow, reads),
            "next_at": None if paused else next_at,
            "made_by": who,
        }
        policy = uow.policies.put(found.id, **told)
        detail = {
            "pipeline": pipeline,
            "node": chosen,
            "before": before and before.settings,
            "words": in_words(settings),
        }
        uow.audit.record(who, "policy set", f"endpoint {endpoint}", detail)
        return _view(policy, endpoint, pipeline)

    return workspace.database.transact(write)


def get_policy(workspace: Workspace, endpoint: str) -> PolicyView | None:
    """The policy of an endpoint, if it has one.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        policy = uow.policies.of(uow.endpoints.by_name(endpoint).id)
        return _view(policy, endpoint, uow.pipelines.get(policy.pipeline_id).name) if policy else None


def list_policies(workspace: Workspace) -> list[PolicyView]:
    """All policies, by the name of the endpoint."""
    with workspace.database.read() as uow:
        return [_view(entry.policy, entry.endpoint, entry.pipeline) for entry in uow.policies.list()]


def pause_policy(workspace: Workspace, endpoint: str, *, by: str = "") -> None:
    """Let nothing begin a round but a person."""
    who = person(by)

    def write(uow: UnitOfWork) -> None:
        policy = _policy(uow, endpoint)
        policy.paused, policy.next_at = True, None
        uow.audit.record(who, "policy paused", f"endpoint {endpoint}")

    workspace.database.transact(write)


def resume_policy(workspace: Workspace, endpoint: str, *, by: str = "", now: datetime | None = None) -> None:
    """Let rounds begin by themselves again; what was missed meanwhile is not caught up."""
    with workspace.database.read() as uow:
        pipeline_id = _policy(uow, endpoint).pipeline_id
    reads, who = latest_datasets(saved_drawing(workspace, pipeline_id)), person(by)

    def write(uow: UnitOfWork) -> None:
        policy = _policy(uow, endpoint)
        schedule = read_policy_settings(policy.settings).triggers.schedule
        policy.paused, policy.next_at = False, schedule.next_after(now or utc_now()) if schedule else None
        policy.seen = _latest(uow, reads)
        uow.audit.record(who, "policy resumed", f"endpoint {endpoint}")

    workspace.database.transact(write)


def remove_policy(workspace: Workspace, endpoint: str, *, by: str = "") -> None:
    """Let the model learn anew no more; the rounds stay.

    Raises
    ------
    MissingThing
    """
    who = person(by)

    def write(uow: UnitOfWork) -> None:
        if not uow.policies.remove(uow.endpoints.by_name(endpoint).id):
            raise _missing(endpoint)
        uow.audit.record(who, "policy removed", f"endpoint {endpoint}")

    workspace.database.transact(write)


def trainers(workspace: Workspace) -> list[TrainerView]:
    """The pipelines that train something, by name."""
    with workspace.database.read() as uow:
        drawings = uow.pipelines.drawings()
    found = []
    for key, name, graph in drawings:
        nodes = model_nodes(Pipeline.from_document({**graph, "name": name}))
        if nodes:
            found.append(TrainerView(pipeline=name, pipeline_id=key, nodes=nodes))
    return found


def trainer_of(workspace: Workspace, endpoint: str) -> tuple[str, str] | None:
    """The pipeline and the node that made what answers an endpoint now."""
    with workspace.database.read() as uow:
        active = uow.endpoints.active(uow.endpoints.by_name(endpoint).id)
        if not active:
            return None
        version = uow.models.get_version(active[0].deployment.model_version_id)
        pipeline = uow.pipelines.get(uow.pipelines.get_version(version.pipeline_version_id).pipeline_id)
        return None if pipeline.deleted_at else (pipeline.name, version.node_id)


def latest_datasets(drawn: Pipeline) -> list[str]:
    """The datasets of which a pipeline reads whatever version is the latest."""
    found = []
    for node in in_effect(drawn.filled_in()).pipeline.nodes:
        try:
            component = read_params(node)
        except CanvasbackError:  # a drawing in the making
            continue
        table = component.table() if isinstance(component, Source) else None
        if isinstance(table, StoredTable) and table.version == "latest":
            found.append(table.dataset)
    return list(dict.fromkeys(found))


def model_nodes(drawn: Pipeline) -> list[str]:
    """The nodes that train a model."""
    found = []
    for node in in_effect(drawn.filled_in()).pipeline.nodes:
        try:
            component = read_params(node)
        except CanvasbackError:
            continue
        if isinstance(component, ModelComponent):
            found.append(node.id)
    return found


def _node(drawn: Pipeline, node: str | None) -> str:
    known = model_nodes(drawn)
    if not known:
        raise InvalidSetting(f"The pipeline {drawn.name} trains no model.", hint="Choose another.", field="pipeline")
    if node is None and len(known) > 1:
        raise InvalidSetting(
            f"The pipeline {drawn.name} trains several models.", hint=f"Name one of {', '.join(known)}.", field="node"
        )
    if node is not None and node not in known:
        raise InvalidSetting(
            f"The pipeline {drawn.name} has no model node {node}.", hint=nearest(node, known), field="node"
        )
    return node or known[0]


def _goes_on(before: Policy, pipeline_id: str) -> bool:
    """Whether it looked for new data of the same pipeline until now, so that what it has not seen is news."""
    is_looking = read_policy_settings(before.settings).triggers.new_data
    return is_looking and before.pipeline_id == pipeline_id


def _latest(uow: UnitOfWork, names: list[str]) -> dict[str, Any]:
    found = {name: uow.datasets.find(name) for name in names}
    return {name: dataset.latest for name, dataset in found.items() if dataset is not None}


def _policy(uow: UnitOfWork, endpoint: str) -> Policy:
    policy = uow.policies.of(uow.endpoints.by_name(endpoint).id, lock=True)
    if policy is None:
        raise _missing(endpoint)
    return policy


def _missing(endpoint: str) -> MissingThing:
    return MissingThing(f"Nothing retrains for {endpoint}.", hint="Set up a policy first.")


def _view(policy: Policy, endpoint: str, pipeline: str) -> PolicyView:
    settings = read_policy_settings(policy.settings)
    return PolicyView(
        endpoint=endpoint,
        pipeline=pipeline,
        pipeline_id=policy.pipeline_id,
        node=policy.node,
        settings=settings,
        words=in_words(settings),
        paused=policy.paused,
        next_at=policy.next_at,
        made_by=policy.made_by,
        changed_at=policy.changed_at,
    )
