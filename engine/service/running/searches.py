"""Searches: how far one is, ending it with the best so far, its leaderboard, and any of its trials as a pipeline."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from components.catalog import component
from components.ensembles.metrics import LOWER_IS_BETTER
from engine.errors import MissingThing
from engine.graph import Pipeline
from engine.refactor import Columns, open_trial
from engine.serve.modelfile import MODEL, ModelFile
from engine.service.building.pipelines import get_draft
from engine.service.running.search_time import remaining_seconds, spent_seconds
from engine.service.views import DraftView, ModelView, NodeRunView, RunView, View
from engine.workspace import Workspace
from storage.repositories.names import LONGEST_NAME
from storage.unit_of_work import UnitOfWork


class SearchView(View):
    """A search that goes on.

    Parameters
    ----------
    spent, remaining_seconds
        None where it ends with its trials, and none is known to have ended.
    most_trials
        None where only time ends it.
    recalled
        How many trials an attempt that was cut short had made.
    """

    node: str
    title: str
    metric: str
    search: dict[str, Any]
    trials: int
    most_trials: int | None
    spent: float
    remaining_seconds: float | None
    recalled: int


class Ranked(View):
    """One line of a leaderboard.

    Parameters
    ----------
    place
        Among the trials of the search.
    settings
        What was tried, by name.
    seconds
        Of one fit.
    seconds_per_row
        To answer for one row, among many.
    size
        Bytes of the model.
    """

    place: int
    model: str
    preparation: str
    settings: dict[str, Any]
    score: float | None
    spread: float | None
    seconds: float
    seconds_per_row: float | None
    size: int | None
    rows: int
    note: str
    is_kept: bool
    made_of: list[str]

    @property
    def can_open(self) -> bool:
        """Whether it can be drawn."""
        return self.score is not None


class OpenedView(View):
    """A trial as a pipeline of its own.

    Parameters
    ----------
    differs
        What it does otherwise than the search did.
    """

    pipeline_id: str
    name: str
    differs: list[str]


def searching(run: RunView) -> list[SearchView]:
    """The searches of a run that go on now."""
    return [_going_on(node) for node in run.nodes if node.search and node.status == "running"]


def stop_search(workspace: Workspace, run_id: str, node: str) -> None:
    """Ask a search to end after the fit at hand and to keep the best; the run goes on with it.

    Raises
    ------
    MissingThing
        When nothing is searched at this node now.
    """

    def write(uow: UnitOfWork) -> bool:
        run = uow.runs.get(run_id)
        at_work = any(row.node_id == node and row.status == "running" for row in uow.runs.nodes(run_id))
        return at_work and run.job_id is not None and uow.jobs.request_stop(run.job_id, node)

    if not workspace.database.transact(write):
        raise MissingThing("Nothing is searched here now.", hint="The search may have ended by itself.", node_id=node)


def leaderboard(search: Mapping[str, Any]) -> list[Ranked]:
    """All trials of a search: whole ones first, those on more rows before others, then the best."""
    trials = search["trials"]
    return [_ranked(place, trials, search) for place in sorted(range(len(trials)), key=lambda at: _rank(search, at))]


def open_as_pipeline(workspace: Workspace, model: ModelView, place: int) -> OpenedView:
    """A new pipeline: the nodes up to the one that searched, and in its place what a trial was.

    Raises
    ------
    MissingThing, NotFound
    """
    with workspace.database.read() as uow:
        row = uow.models.version(uow.models.by_name(model.model).id, model.version)
        run = uow.runs.get(row.run_id)
        version = uow.pipelines.get_version(row.pipeline_version_id)
        name = uow.pipelines.get(version.pipeline_id).name
    described = ModelFile.model_validate_json(workspace.artifacts.get_bytes(row.files[MODEL], MODEL))
    if described.search is None:
        raise MissingThing("This model was not searched for.", hint="Open one that Tune or AutoML has made.")
    drawn = Pipeline.from_document({**version.graph, "name": name})
    asked = {one: drawn.params[one].model_copy(update={"default": run.params[one]}) for one in run.params}
    drawn = drawn.model_copy(update={"params": {**drawn.params, **asked}}) if asked else drawn
    opened = open_trial(drawn, row.node_id, described.search, place, _columns(described))
    tried = described.search.trials[place].model

    def write(uow: UnitOfWork) -> tuple[str, str]:
        free = _free_name(uow, f"{name[: LONGEST_NAME - 60]} · {tried} (trial {place + 1})")
        document = {**opened.pipeline.as_document(), "name": free}
        return uow.pipelines.add(free, document, origin=version).id, free

    pipeline_id, free = workspace.database.transact(write)
    draft: DraftView = get_draft(workspace, pipeline_id)
    return OpenedView(pipeline_id=draft.pipeline_id, name=free, differs=list(opened.differs))


def _free_name(uow: UnitOfWork, usual: str) -> str:
    names = (usual if number == 1 else f"{usual} {number}" for number in count(1))
    return next(name for name in names if uow.pipelines.find(name) is None)


def _columns(described: ModelFile) -> Columns:
    may_be_missing = {name for name, nullable in described.inputs.items() if nullable}
    features = described.matrix.features
    return Columns(
        [feature.name for feature in features if feature.kind == "numeric"],
        [feature.name for feature in features if feature.kind == "boolean" and feature.name in may_be_missing],
    )


def _going_on(node: NodeRunView) -> SearchView:
    told = node.search or {}
    return SearchView(
        node=node.node,
        title=node.title,
        metric=told["metric"],
        search={**told, "best": _best(told)},
        trials=len(told["trials"]),
        most_trials=told["most_trials"],
        spent=spent_seconds(told),
        remaining_seconds=remaining_seconds(told),
        recalled=told["recalled"],
    )


def _best(search: Mapping[str, Any]) -> int | None:
    trials: Sequence[Mapping[str, Any]] = search["trials"]
    scored = [at for at, trial in enumerate(trials) if trial["score"] is not None and not trial["note"]]
    return min(scored, key=lambda at: _rank(search, at), default=None)


def _rank(search: Mapping[str, Any], place: int) -> tuple[bool, int, float, int]:
    trial = search["trials"][place]
    if trial["score"] is None or trial["note"]:
        return (True, 0, 0.0, place)
    sign = 1 if search["metric"] in LOWER_IS_BETTER else -1
    return (False, -trial["rows"], sign * trial["score"], place)


def _ranked(place: int, trials: Sequence[Mapping[str, Any]], search: Mapping[str, Any]) -> Ranked:
    trial = trials[place]
    thousand = trial["answer_seconds"]
    return Ranked(
        place=place,
        model=trial["model"],
        preparation=", ".join(component(key).spec.title for key in trial.get("preparation", ())),
        settings=trial["params"],
        score=trial["score"],
        spread=trial["spread"],
        seconds=trial["seconds"],
        seconds_per_row=None if thousand is None else thousand / 1_000,
        size=trial.get("size"),
        rows=trial["rows"],
        note=trial["note"],
        is_kept=place == search["best"],
        made_of=_made_of(trial, trials),
    )


def _made_of(trial: Mapping[str, Any], trials: Sequence[Mapping[str, Any]]) -> list[str]:
    weights = trial.get("weights") or ()
    members = [f"{trials[at]['model']} (trial {at + 1})" for at in trial.get("members", ())]
    return [f"{weight:g} × {name}" for weight, name in zip(weights, members, strict=True)] if weights else members
