"""Do what was planned, step by step; what cannot be done ends it, and what was done before stays done."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import PEOPLE_ERRORS, CanvasbackError
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.serve.rollout import Rollout
from engine.service.applying.planning import Origin, Plan, Step
from engine.service.applying.reading import Wishes
from engine.service.applying.secrets import secret_of, settings_of
from engine.service.applying.wishes import ChannelWish, DatasetWish, EndpointWish, PolicyWish
from engine.service.building.pipelines import import_pipeline, save_version
from engine.service.data.datasets import start_import
from engine.service.data.syncs import set_sync
from engine.service.data.versions import describe_dataset
from engine.service.modelling.models import split_reference
from engine.service.monitoring.alert_rules import NewRule, add_rule, edit_rule
from engine.service.monitoring.channels import add_channel, edit_channel
from engine.service.retraining.policies import model_nodes, pause_policy, resume_policy, set_policy
from engine.service.running.runs import job_of, start_run
from engine.service.running.triggers import add_trigger, saved_drawing
from engine.service.serving.publications import get_publication
from engine.work.publication import queue_publication, standing
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork

BY = "apply"
Wait = Callable[[str], Mapping[str, Any]]
"""Waits for a job, and gives its result; raises where it failed."""


@dataclass(frozen=True)
class Done:
    """A step that was done."""

    step: Step
    words: str

    def as_data(self) -> dict[str, str]:
        """As a JSON document."""
        return {**self.step.as_data(), "done": self.words}


def apply_plan(workspace: Workspace, plan: Plan, *, origin: Origin, wait: Wait) -> Iterator[Done]:
    """Do the steps of a plan, and tell each when it is done.

    Parameters
    ----------
    origin
        What a text means as the source of a dataset.

    Raises
    ------
    CanvasbackError
        With the line of the wish that could not be fulfilled.
    """
    doer = _Doer(workspace, plan.wishes, origin, wait)
    for step in plan.to_do:
        try:
            words = doer.do(step)
        except PEOPLE_ERRORS as error:
            raise plan.wishes.told(CanvasbackError, error, *step.path) from error
        yield Done(step, words)


class _Doer:
    def __init__(self, workspace: Workspace, wishes: Wishes, origin: Origin, wait: Wait) -> None:
        self._workspace, self._wishes, self._origin, self._wait = workspace, wishes, origin, wait

    def do(self, step: Step) -> str:
        """Do one step; what came of it."""
        act: Mapping[str, Callable[[Step], str]] = {
            "dataset": self._dataset,
            "sync": self._sync,
            "pipeline": self._pipeline,
            "trigger": self._trigger,
            "model": self._model,
            "endpoint": self._endpoint,
            "settings": self._settings,
            "policy": self._policy,
            "channel": self._channel,
            "alert": self._alert,
        }
        return act[step.what](step)

    def _dataset(self, step: Step) -> str:
        wish: DatasetWish = step.wish
        told = ""
        if step.verb == "make":
            result = self._wait(start_import(self._workspace, self._origin(str(wish.origin)), step.name))
            told = f"v{result['version']} with {result['rows']:,} rows"
        said = {"description": wish.description, "owner": wish.owner, "tags": wish.tags}
        if any(value is not None for value in said.values()):
            describe_dataset(self._workspace, step.name, **said)  # type: ignore[arg-type]
        return told or step.words

    def _sync(self, step: Step) -> str:
        wish: DatasetWish = step.wish
        assert wish.sync is not None  # noqa: S101  planned for this
        how = wish.sync.model_dump(include={"mode", "watermark", "on_schema_change", "retries"})
        source = self._origin(str(wish.origin)) if wish.origin else self._known_source(step.name)
        return set_sync(self._workspace, step.name, source, wish.sync.schedule, **how).schedule.words

    def _known_source(self, name: str) -> Any:
        from engine.service.data.syncs import get_sync
        from engine.sources import read_source

        before = get_sync(self._workspace, name)
        assert before is not None  # noqa: S101  planned as a change
        return read_source(before.source)

    def _pipeline(self, step: Step) -> str:
        draft = import_pipeline(self._workspace, self._wishes.pipelines[step.name])
        return f"v{save_version(self._workspace, draft.pipeline_id, 'From a file', made_by=BY)}"

    def _trigger(self, step: Step) -> str:
        add_trigger(self._workspace, str(step.wish), step.name)
        return step.words

    def _model(self, step: Step) -> str:
        wish: EndpointWish = step.wish
        with self._workspace.database.read() as uow:
            pipeline_id = uow.pipelines.by_name(step.name).id
        drawn = saved_drawing(self._workspace, pipeline_id)
        run_id = start_run(self._workspace, pipeline_id, drawn, target=self._node(drawn, wish.node), made_by=BY)
        self._wait(str(job_of(self._workspace, run_id)))
        with self._workspace.database.read() as uow:
            return ", ".join(f"{model.name} v{version.number}" for model, version in uow.models.of_run(run_id))

    @staticmethod
    def _node(drawn: Any, node: str | None) -> str:
        known = model_nodes(drawn)
        if node is not None and node in known:
            return node
        if node is None and len(known) == 1:
            return known[0]
        listed = ", ".join(known) or "none"
        told = f"{drawn.name} has {'no model node ' + node if node else 'not just one model node'}."
        raise CanvasbackError(told, hint=f"Its model nodes: {listed}.", field="node")

    def _endpoint(self, step: Step) -> str:
        """Publish what shall answer, in one revision."""
        wish: EndpointWish = step.wish
        cause = {"kind": "apply", "words": "A file was applied"}

        def queue(uow: UnitOfWork) -> str:
            shares = self._shares(uow, wish)
            for version_id in shares:
                uow.endpoints.check_may_answer(version_id)
            shadows = [it for it in standing(uow, step.name).traffic.shadows if it not in shares]
            rollout = Rollout(how="traffic", shares=shares, shadows=tuple(shadows))
            if len(shares) == 1:
                rollout = Rollout(version_id=next(iter(shares)))
            made = queue_publication(uow, step.name, rollout, note=step.words, asked_by=BY, cause=cause)
            return str(made.job_id)

        done = self._wait(self._workspace.database.transact(queue))
        return f"revision {get_publication(self._workspace, str(done['publication'])).revision}"

    def _shares(self, uow: UnitOfWork, wish: EndpointWish) -> dict[str, float]:
        if wish.pipeline is not None:
            return {self._newest(uow, wish.pipeline, wish.node): 1.0}
        found: dict[str, float] = {}
        for reference, share in (wish.traffic or {str(wish.model): 100.0}).items():
            model, which = split_reference(reference)
            version_id = uow.models.version(uow.models.by_name(model).id, which).id
            found[version_id] = found.get(version_id, 0.0) + share / 100
        return found

    @staticmethod
    def _newest(uow: UnitOfWork, pipeline: str, node: str | None) -> str:
        """The model version that a pipeline trained last."""
        ids = [
            str(model["model_version_id"])
            for _, model in uow.runs.models_of_pipeline(uow.pipelines.by_name(pipeline).id)
        ]
        versions = [uow.models.get_version(it) for it in dict.fromkeys(ids)]
        fit = [it for it in versions if it.deleted_at is None and node in (None, it.node_id)]
        if not fit:
            raise CanvasbackError(f"The pipeline {pipeline} has trained no model yet.", hint="Run it first.")
        return max(fit, key=lambda it: it.created_at).id

    def _settings(self, step: Step) -> str:
        wish: EndpointWish = step.wish

        def write(uow: UnitOfWork) -> None:
            endpoint = uow.endpoints.by_name(step.name)
            before = dict(endpoint.settings)
            wanted = read_endpoint_settings({**before, **wish.settings})
            endpoint.settings = wanted.model_dump(mode="json", exclude_defaults=True)
            told = {"before": before, "after": endpoint.settings}
            uow.audit.record(BY, "endpoint settings changed", f"endpoint {step.name}", told)

        self._workspace.database.transact(write)
        return step.words

    def _channel(self, step: Step) -> str:
        wish: ChannelWish = step.wish
        settings, secret = settings_of(self._wishes, step.name), secret_of(self._wishes, step.name)
        if step.verb == "make":
            add_channel(self._workspace, step.name, wish.kind, settings, secret=secret, **wish.how)
        else:
            edit_channel(self._workspace, step.name, settings, secret=secret, **wish.how)
        return step.words

    def _alert(self, step: Step) -> str:
        rule: NewRule = step.wish
        (add_rule if step.verb == "make" else edit_rule)(self._workspace, rule)
        return step.words

    def _policy(self, step: Step) -> str:
        wish: PolicyWish = step.wish
        view = set_policy(self._workspace, step.name, wish.pipeline, wish.settings, node=wish.node, by=BY)
        if wish.paused and not view.paused:
            pause_policy(self._workspace, step.name, by=BY)
        if not wish.paused and view.paused:
            resume_policy(self._workspace, step.name, by=BY)
        return step.words
