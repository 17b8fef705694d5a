"""Draw what a search tried as ordinary nodes: the preparation and the model of a trial, with its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.base import Search, Trial
from components.catalog import component
from engine.errors import MissingThing
from engine.graph import Edge, Node, Pipeline
from engine.graph.placing import placed

TAKEN_OVER = ("target", "features", "positive", "sample_weight")
"""What a model takes over from the node that searched."""
NOTE, FILL_FLAGS = "note", "impute_mode"
NOTE_BELOW, NOTE_WIDTH = 170.0, 420


@dataclass(frozen=True)
class Columns:
    """What arrives at the model.

    Parameters
    ----------
    numbers
        The columns that are filled and scaled.
    flags
        Columns of true and false that may be missing.
    """

    numbers: Sequence[str]
    flags: Sequence[str] = ()


@dataclass(frozen=True)
class Opened:
    """A trial as a drawing.

    Parameters
    ----------
    differs
        What it does otherwise than the search did, in sentences.
    """

    pipeline: Pipeline
    node: str
    differs: tuple[str, ...] = ()


def open_trial(pipeline: Pipeline, node_id: str, search: Search, place: int, columns: Columns) -> Opened:
    """The pipeline up to the node that searched, and in its place what a trial was.

    Raises
    ------
    MissingThing
        When there is no such trial, or it was ended before it came to a score.
    """
    if not 0 <= place < len(search.trials):
        raise MissingThing(f"There is no trial {place + 1}.", hint=f"There are {len(search.trials)} of them.")
    trial = search.trials[place]
    if trial.score is None:
        raise MissingThing(f"Trial {place + 1} came to no score: {trial.note}.", hint="Open another one.")
    if not trial.component:
        return _member(pipeline, node_id, trial)
    return _Drawing(pipeline, node_id, search, columns).drawn(trial)


def _member(pipeline: Pipeline, node_id: str, trial: Trial) -> Opened:
    """The model whose settings were searched, with those of the trial."""
    edges = pipeline.models_into(node_id)
    if not edges:
        raise MissingThing("The model that was tuned is not in this drawing.", node_id=node_id)
    member = edges[0].source
    return Opened(pipeline.slice_to(member).with_params(member, **trial.params), member)


class _Drawing:
    """The nodes of a trial behind those that come before the search."""

    def __init__(self, pipeline: Pipeline, node_id: str, search: Search, columns: Columns) -> None:
        arriving = pipeline.first_input(node_id)
        if arriving is None:
            raise MissingThing("Nothing arrives at the node that searched.", node_id=node_id)
        self._given = pipeline.by_id[node_id].params
        self._search = search
        self._columns = columns
        self._pipeline = pipeline.slice_to(arriving.source)
        self._end = (arriving.source, arriving.source_port)

    def drawn(self, trial: Trial) -> Opened:
        members = [self._search.trials[place] for place in trial.members]
        differs = self._prepare(members or [trial])
        if not members:
            return self._opened(self._model(trial), differs)
        models = [self._model(member) for member in members]
        weights = {"weights": list(trial.weights)} if trial.weights else {}
        folds = {"folds": self._search.folds, "seed": self._search.seed} if not trial.weights else {}
        made = self._add(trial.component, {**weights, **folds}, [])
        for model in models:
            self._wire((model, "model"), (made, "model"))
        return self._opened(made, differs)

    def _opened(self, node: str, differs: Sequence[str]) -> Opened:
        drawn = placed(self._pipeline, self._pipeline.layout)
        return Opened(_noted(drawn, node, differs) if differs else drawn, node, tuple(differs))

    def _prepare(self, trials: Sequence[Trial]) -> list[str]:
        """One preparation for all members: models made of models learn from one table."""
        steps = list(dict.fromkeys(step for trial in trials for step in trial.preparation))
        kept = [step for step in steps if step == next(one for one in steps if _kind(one) == _kind(step))]
        kept.sort(key=_kind)  # missing numbers are filled before anything is scaled
        for step in kept:
            if _kind(step) == "impute" and self._columns.flags:
                self._end = (self._add(FILL_FLAGS, {"columns": list(self._columns.flags)}, [self._end]), "table")
            if self._columns.numbers:
                self._end = (self._add(step, {"columns": list(self._columns.numbers)}, [self._end]), "table")
        return [
            f"{trial.model} was tried with {_words(trial.preparation)}; here all models share {_words(kept)}."
            for trial in trials
            if list(trial.preparation) != kept
        ]

    def _model(self, trial: Trial) -> str:
        fields = component(trial.component).params_type().model_fields
        taken = {name: self._given[name] for name in TAKEN_OVER if name in self._given and name in fields}
        seed = {"seed": self._search.seed} if "seed" in fields else {}
        return self._add(trial.component, {**taken, **seed, **trial.params}, [self._end])

    def _add(self, key: str, params: Mapping[str, Any], sources: Sequence[tuple[str, str]]) -> str:
        node = Node(id=self._pipeline.free_id(key), component=key, params=dict(params))
        self._pipeline = self._pipeline.model_copy(update={"nodes": (*self._pipeline.nodes, node)})
        port = next((port.name for port in component(key).spec.inputs if port.kind == "table"), "table")
        for source in sources:
            self._wire(source, (node.id, port))
        return node.id

    def _wire(self, source: tuple[str, str], target: tuple[str, str]) -> None:
        edge = Edge(source=source[0], source_port=source[1], target=target[0], target_port=target[1])
        self._pipeline = self._pipeline.model_copy(update={"edges": (*self._pipeline.edges, edge)})


def _noted(pipeline: Pipeline, node: str, sentences: Sequence[str]) -> Pipeline:
    """With a note below a node, for whoever wonders at the scores."""
    x, y = pipeline.layout[node]
    note = Node(id=pipeline.free_id(NOTE), component=NOTE, params={"text": "\n".join(sentences), "width": NOTE_WIDTH})
    layout = {**pipeline.layout, note.id: (x, y + NOTE_BELOW)}
    return pipeline.model_copy(update={"nodes": (*pipeline.nodes, note), "layout": layout})


def _kind(step: str) -> str:
    return component(step).spec.category.rpartition("/")[2]


def _words(steps: Sequence[str]) -> str:
    return " and ".join(f"“{component(step).spec.title}”" for step in steps) or "no preparation"
