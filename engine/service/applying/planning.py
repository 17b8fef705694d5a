"""What is to be made or changed so that a home is as a file says: told before anything is done."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.errors import PEOPLE_ERRORS, CanvasbackError, InvalidSetting
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.applying.reading import Wishes
from engine.service.applying.secrets import secret_of, settings_of
from engine.service.applying.wishes import ChannelWish, DatasetWish, EndpointWish, PipelineWish, PolicyWish, SyncWish
from engine.service.building.pipelines import digest
from engine.service.data.syncs import get_sync
from engine.service.modelling.models import split_reference
from engine.service.monitoring.alert_rules import (
    NewRule,
    WrittenRule,
    check_rule,
    check_subject,
    find_rule,
    words_of,
)
from engine.service.monitoring.channels import KINDS, differences
from engine.service.retraining.policies import get_policy
from engine.service.retraining.policy_settings import in_words
from engine.service.running.triggers import list_triggers
from engine.sources import DataSource
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.schema import Endpoint
from storage.unit_of_work import UnitOfWork

Verb = Literal["make", "change", "leave"]
Origin = Callable[[str], DataSource]

ORDER = ("dataset", "sync", "pipeline", "trigger", "model", "endpoint", "settings", "policy", "channel", "alert")
"""What a step can be about; nothing comes before what it needs."""


@dataclass(frozen=True)
class Step:
    """One thing of the file, and what becomes of it.

    Parameters
    ----------
    what
        One of `ORDER`.
    path
        Where the file wishes it.
    words
        What is made, or what changes.
    """

    verb: Verb
    what: str
    name: str
    path: tuple[str, ...]
    words: str = ""
    wish: Any = field(default=None, repr=False)

    def as_data(self) -> dict[str, str]:
        """As a JSON document."""
        return {"action": self.verb, "what": self.what, "name": self.name, "words": self.words}


@dataclass(frozen=True)
class Plan:
    """All steps, in the order in which they are done."""

    wishes: Wishes
    steps: tuple[Step, ...]

    @property
    def to_do(self) -> list[Step]:
        """Those that make or change something."""
        return [step for step in self.steps if step.verb != "leave"]

    def count(self, verb: Verb) -> int:
        """How many things are made, changed or left."""
        return sum(step.verb == verb for step in self.steps)


def make_plan(workspace: Workspace, wishes: Wishes) -> Plan:
    """Plan what a file wishes; nothing is changed.

    Raises
    ------
    InvalidSetting
        When something is wished that cannot be, with its line.
    """
    document = wishes.document
    planner = _Planner(workspace, wishes)
    steps: list[Step] = []
    for name, dataset in document.datasets.items():
        steps += planner.dataset(name, dataset)
    for name, pipeline in document.pipelines.items():
        steps += planner.pipeline(name, pipeline)
    for name, endpoint in document.endpoints.items():
        steps += planner.endpoint(name, endpoint)
    for name, policy in document.policies.items():
        steps += planner.policy(name, policy)
    for name, channel in document.channels.items():
        steps.append(planner.channel(name, channel))
    for name, rule in document.alerts.items():
        steps.append(planner.alert(name, rule))
    return Plan(wishes, tuple(sorted(steps, key=lambda step: ORDER.index(step.what))))


class _Planner:
    def __init__(self, workspace: Workspace, wishes: Wishes) -> None:
        self._workspace, self._wishes = workspace, wishes
        with workspace.database.read() as uow:
            self._datasets = {name: uow.datasets.find(name) for name in wishes.document.datasets}
            self._new = {name for name, it in self._datasets.items() if it is None or it.latest is None}

    def dataset(self, name: str, wish: DatasetWish) -> Iterator[Step]:
        path = ("datasets", name)
        found = self._datasets[name]
        said = {key: getattr(wish, key) for key in ("description", "owner", "tags") if getattr(wish, key) is not None}
        if name in self._new or found is None:
            if wish.origin is None:
                raise self._refused("There is no such dataset yet, and the file does not say from where.", *path)
            yield Step("make", "dataset", name, path, f"imported from {wish.origin}", wish)
        else:
            told = {key: value for key, value in said.items() if _listed(getattr(found, key)) != _listed(value)}
            words = ", ".join(f"{key}: {_listed(value)}" for key, value in told.items())
            yield Step("change" if told else "leave", "dataset", name, path, words or f"v{found.latest}", wish)
        if wish.sync is not None:
            yield self._sync(name, wish, wish.sync)

    def _sync(self, name: str, dataset: DatasetWish, wish: SyncWish) -> Step:
        path, words = ("datasets", name, "sync"), wish.schedule.words
        before = None if name in self._new else get_sync(self._workspace, name)
        if before is None:
            if dataset.origin is None:
                raise self._refused("A sync needs to know from where: add 'from' to the dataset.", *path)
            return Step("make", "sync", name, path, words, dataset)
        same = before.schedule == wish.schedule and all(
            getattr(before, key) == getattr(wish, key) for key in ("mode", "watermark", "on_schema_change", "retries")
        )
        return Step("leave" if same else "change", "sync", name, path, words, dataset)

    def pipeline(self, name: str, wish: PipelineWish) -> Iterator[Step]:
        path, drawn = ("pipelines", name), self._wishes.pipelines[name]
        with self._workspace.database.read() as uow:
            found = uow.pipelines.find(name)
            saved = uow.pipelines.versions(found.id, limit=1) if found else ()
        nodes = f"{len(drawn.nodes)} nodes"
        if found is None:
            yield Step("make", "pipeline", name, path, nodes, wish)
        elif saved and saved[0].sha256 == digest(drawn):
            yield Step("leave", "pipeline", name, path, f"v{saved[0].number}", wish)
        else:
            yield Step("change", "pipeline", name, path, f"saved as v{saved[0].number + 1 if saved else 1}", wish)
        for dataset in wish.starts_with:
            yield self._trigger(name, dataset, path)

    def _trigger(self, pipeline: str, dataset: str, path: tuple[str, ...]) -> Step:
        path, words = (*path, "starts_with"), f"started by new versions of {dataset}"
        try:
            known = {it.pipeline for it in list_triggers(self._workspace, dataset)}
        except NotFound as error:
            if dataset not in self._wishes.document.datasets:
                raise self._refused(f"{error.message}.", *path, hint=error.hint) from error
            known = set()
        return Step("leave" if pipeline in known else "make", "trigger", pipeline, path, words, dataset)

    def endpoint(self, name: str, wish: EndpointWish) -> Iterator[Step]:
        path = ("endpoints", name)
        with self._workspace.database.read() as uow:
            found = uow.endpoints.find(name)
            if found is not None and found.status == "retired":
                raise self._refused("The endpoint is retired for good.", *path, hint="Choose another name.")
            now = _answering(uow, found)
            if wish.pipeline is not None:
                yield from self._first_of(uow, name, wish, now, path)
            else:
                yield self._exactly(uow, name, wish, now, path)
        yield from self._settings(name, wish, found)

    def _first_of(
        self, uow: UnitOfWork, name: str, wish: EndpointWish, now: Mapping[str, float], path: tuple[str, ...]
    ) -> Iterator[Step]:
        """The newest model of a pipeline, where nothing answers yet."""
        pipeline = str(wish.pipeline)
        if now:
            answers = " and ".join(now)
            yield Step("leave", "endpoint", name, path, f"{answers} {'answers' if len(now) == 1 else 'answer'}", wish)
            return
        found = uow.pipelines.find(pipeline)
        if found is None and pipeline not in self._wishes.pipelines:
            raise self._refused(f"There is no pipeline named {pipeline}.", *path, "pipeline")
        if found is None or not uow.runs.models_of_pipeline(found.id):
            yield Step("make", "model", pipeline, path, "trained, because nothing has been yet", wish)
        yield Step("make", "endpoint", name, path, f"answered by the newest model of {pipeline}", wish)

    def _exactly(
        self, uow: UnitOfWork, name: str, wish: EndpointWish, now: Mapping[str, float], path: tuple[str, ...]
    ) -> Step:
        try:
            wanted = self._wanted(uow, wish)
        except NotFound as error:
            raise self._refused(f"{error.message}.", *path, hint=error.hint) from error
        words = ", ".join(f"{model}{f' {share:g} %' if len(wanted) > 1 else ''}" for model, share in wanted.items())
        if {it: round(share, 4) for it, share in now.items()} == {it: round(share, 4) for it, share in wanted.items()}:
            return Step("leave", "endpoint", name, path, f"{words} answers", wish)
        return Step("change" if now else "make", "endpoint", name, path, f"answered by {words}", wish)

    @staticmethod
    def _wanted(uow: UnitOfWork, wish: EndpointWish) -> dict[str, float]:
        found = {}
        for reference, share in (wish.traffic or {str(wish.model): 100.0}).items():
            model, which = split_reference(reference)
            version = uow.models.version(uow.models.by_name(model).id, which)
            found[f"{model} v{version.number}"] = share
        return found

    def _settings(self, name: str, wish: EndpointWish, found: Endpoint | None) -> Iterator[Step]:
        path = ("endpoints", name, "settings")
        if not wish.settings:
            return
        try:
            wanted = read_endpoint_settings(wish.settings)
        except CanvasbackError as error:
            raise self._refused(error.message, *path, hint=error.hint) from error
        before = read_endpoint_settings(found.settings if found else {})
        changed = {key: getattr(wanted, key) for key in wish.settings if getattr(wanted, key) != getattr(before, key)}
        words = ", ".join(f"{key}: {_listed(value)}" for key, value in changed.items())
        yield Step("change" if changed else "leave", "settings", name, path, words, wish)

    def policy(self, name: str, wish: PolicyWish) -> Iterator[Step]:
        path = ("policies", name)
        with self._workspace.database.read() as uow:
            found, pipeline = uow.endpoints.find(name), uow.pipelines.find(wish.pipeline)
        if found is None and name not in self._wishes.document.endpoints:
            raise self._refused(f"There is no endpoint named {name}.", *path, hint="Add it under endpoints.")
        if pipeline is None and wish.pipeline not in self._wishes.pipelines:
            raise self._refused(f"There is no pipeline named {wish.pipeline}.", *path, "pipeline")
        before = get_policy(self._workspace, name) if found is not None else None
        words = " ".join(in_words(wish.settings))
        if before is None:
            yield Step("make", "policy", name, path, words, wish)
            return
        same = (before.pipeline, before.settings, before.paused) == (wish.pipeline, wish.settings, wish.paused)
        same = same and wish.node in (None, before.node)
        yield Step("leave" if same else "change", "policy", name, path, words, wish)

    def channel(self, name: str, wish: ChannelWish) -> Step:
        """A channel; no secret is in the words of its step."""
        path = ("channels", name)
        settings, secret = settings_of(self._wishes, name), secret_of(self._wishes, name)
        try:
            told = differences(self._workspace, name, wish.kind, settings, secret, wish.how)
        except InvalidSetting as error:
            raise self._wishes.told(InvalidSetting, error, *path) from error
        place = KINDS[wish.kind].model_validate(settings).place
        words = f"{'e-mail to' if wish.email else 'webhook'} {place}"
        if told is None:
            return Step("make", "channel", name, path, words, wish)
        changed = f"{', '.join(told).replace('_', ' ')} of the {words}"
        return Step("change" if told else "leave", "channel", name, path, changed if told else words, wish)

    def alert(self, name: str, wish: WrittenRule) -> Step:
        path, rule = ("alerts", name), NewRule(**wish.model_dump(), name=name)
        self._check_rule(rule, path)
        words = f"{rule.subject}: {words_of(rule)}"
        before = find_rule(self._workspace, name)
        if before is None:
            return Step("make", "alert", name, path, words, rule)
        same = _unordered(before) == _unordered(rule)
        return Step("leave" if same else "change", "alert", name, path, words, rule)

    def _check_rule(self, rule: NewRule, path: tuple[str, ...]) -> None:
        document = self._wishes.document
        try:
            wished = getattr(document, f"{check_rule(rule).kind}s")
            if rule.subject not in wished:  # what the file wishes is looked at once it is there
                check_subject(self._workspace, rule)
        except PEOPLE_ERRORS as error:
            field = getattr(error, "field", None) or "subject"
            raise self._wishes.told(InvalidSetting, error, *path, field) from error
        with self._workspace.database.read() as uow:
            missing = [it for it in rule.channels if it not in document.channels and uow.channels.find(it) is None]
        if missing:
            said = f"There is no channel named {missing[0]}."
            raise self._refused(said, *path, "channels", hint="Add it under channels.")

    def _refused(self, message: str, *path: str, hint: str = "") -> CanvasbackError:
        return self._wishes.told(InvalidSetting, InvalidSetting(message, hint=hint), *path)


def _answering(uow: UnitOfWork, endpoint: Endpoint | None) -> dict[str, float]:
    """What answers now, each with its percent of the requests."""
    active = uow.endpoints.active(endpoint.id) if endpoint is not None else ()
    return {f"{it.model} v{it.version}": 100 * it.deployment.share for it in active if it.deployment.role == "live"}


def _unordered(rule: NewRule) -> NewRule:
    """A rule whose channels are in no order of their own."""
    return rule.model_copy(update={"channels": tuple(sorted(rule.channels))})


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
