"""Runs side by side: with the one before, with the fastest, and any two of them node by node."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from engine.graph import Node, Pipeline, defaults_of
from engine.service.amounts import count
from engine.service.amounts import seconds as duration
from engine.service.running.run_views import read_run
from engine.service.views import NodeRunView, RunView, View
from engine.workspace import Workspace
from storage.schema import Run
from storage.unit_of_work import UnitOfWork

SIMILAR = 0.05
"""Runs whose times differ by less than this share took about the same."""


class PaceView(View):
    """How fast a run was, beside another one that did the same."""

    run_id: str
    number: int
    seconds: float
    other_seconds: float
    computed: int | None = None
    other_computed: int | None = None

    @property
    def change(self) -> float:
        """By which share of the other's time this run was slower; negative when it was faster."""
        return self.seconds / self.other_seconds - 1 if self.other_seconds else 0.0

    @property
    def in_words(self) -> str:
        """The comparison in words, with both times.

        >>> PaceView(run_id="r", number=4, seconds=3.0, other_seconds=4.0).in_words
        '25 % faster than run 4 (3.0 s instead of 4.0 s)'
        """
        times = f"({duration(self.seconds)} instead of {duration(self.other_seconds)}{self._work()})"
        if abs(self.change) < SIMILAR:
            return f"About as fast as run {self.number} {times}"
        if self.change >= 1:
            return f"{self.change + 1:.1f} times as long as run {self.number} {times}"
        word = "slower" if self.change > 0 else "faster"
        return f"{100 * abs(self.change):.0f} % {word} than run {self.number} {times}"

    def _work(self) -> str:
        if None in (self.computed, self.other_computed) or self.computed == self.other_computed:
            return ""
        return f"; {count(self.computed, 'node')} computed instead of {self.other_computed}"


class StandingView(View):
    """A run beside the one before it and the fastest of those that computed at least as many nodes."""

    previous: PaceView | None = None
    fastest: PaceView | None = None


class DifferenceView(View):
    """Something that was not the same for two runs: a param, a dataset version, the drawing, a limit."""

    what: str
    left: Any = None
    right: Any = None


class NodePairView(View):
    """What one node did in two runs; a side is None where the node was not part of that run."""

    node: str
    title: str
    left: NodeRunView | None = None
    right: NodeRunView | None = None

    @property
    def is_same_result(self) -> bool:
        """Whether both made the same, by their fingerprints."""
        sides = (self.left, self.right)
        first, second = (side.fingerprint if side else None for side in sides)
        return first is not None and first == second


class ScoreView(View):
    """One metric of one model node in two runs."""

    node: str
    title: str
    metric: str
    left: float | None = None
    right: float | None = None


class ComparisonView(View):
    """Two runs side by side."""

    left: RunView
    right: RunView
    differences: list[DifferenceView] = Field(default_factory=list)
    nodes: list[NodePairView] = Field(default_factory=list)
    scores: list[ScoreView] = Field(default_factory=list)

    @property
    def pace(self) -> PaceView | None:
        """How fast the right run was beside the left one."""
        return _pace(self.right, self.left)


def run_standing(workspace: Workspace, run_id: str) -> StandingView:
    """A run beside others that did the same: same pipeline, up to the same node.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        run = uow.runs.get(run_id)
        if run.status != "succeeded" or run.seconds is None:
            return StandingView()
        fastest = uow.runs.fastest(run) if run.computed else None  # who only reuses runs no race
        return StandingView(previous=_pace(run, uow.runs.before(run)), fastest=_pace(run, fastest))


def compare_runs(workspace: Workspace, left_id: str, right_id: str) -> ComparisonView:
    """Two runs side by side, node by node.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        left, right = uow.runs.get(left_id), uow.runs.get(right_id)
        views = read_run(uow, left), read_run(uow, right)
        differences = [
            *_differences(_facts(uow, left), _facts(uow, right)),
            *_drawn_differences(_drawn(uow, left), _drawn(uow, right)),
        ]
    pairs = list(_pairs(*views))
    scores = [score for pair in pairs for score in _scores(pair)]
    return ComparisonView(left=views[0], right=views[1], differences=differences, nodes=pairs, scores=scores)


def _pace(run: Run | RunView, other: Run | RunView | None) -> PaceView | None:
    if other is None or other.seconds is None or run.seconds is None:
        return None
    return PaceView(
        run_id=other.id,
        number=other.number,
        seconds=run.seconds,
        other_seconds=other.seconds,
        computed=run.computed,
        other_computed=other.computed,
    )


def _facts(uow: UnitOfWork, run: Run) -> dict[str, Any]:
    """What was decided before the run began, besides the drawing, each under the name that people know."""
    facts: dict[str, Any] = {"Pipeline": uow.pipelines.get(run.pipeline_id).name, "Only up to": run.target}
    facts |= {"Backend": run.backend, **{f"Limit {name}": value for name, value in (run.limits or {}).items()}}
    facts |= {f"Parameter {name}": value for name, value in {**_drawn(uow, run).values(), **run.params}.items()}
    for pinned in uow.runs.inputs(run.id):
        version = uow.datasets.get_version(pinned.dataset_version_id)
        facts[f"Dataset {uow.datasets.get(version.dataset_id).name} ({pinned.node_id})"] = f"v{version.number}"
    return facts


def _drawn(uow: UnitOfWork, run: Run) -> Pipeline:
    return Pipeline.from_document(uow.pipelines.get_version(run.pipeline_version_id).graph)


def _differences(left: Mapping[str, Any], right: Mapping[str, Any], of: str = "") -> Iterator[DifferenceView]:
    for name in dict.fromkeys([*left, *right]):
        if left.get(name) != right.get(name):
            yield DifferenceView(what=f"{of}{name}", left=left.get(name), right=right.get(name))


def _drawn_differences(left: Pipeline, right: Pipeline) -> Iterator[DifferenceView]:
    for node_id in dict.fromkeys([*left.by_id, *right.by_id]):
        ours, theirs = left.by_id.get(node_id), right.by_id.get(node_id)
        name = next(node.label for node in (theirs, ours) if node)
        if ours is None or theirs is None:
            yield DifferenceView(what=f"{name} ({node_id})", left=_presence(ours), right=_presence(theirs))
            continue
        usual = defaults_of(theirs.component) if ours.component == theirs.component else {}
        before, after = (
            {
                "component": node.component,
                "wires": _wires(drawn, node_id),
                "switched off": node.disabled,
                **usual,
                **node.params,
            }
            for node, drawn in ((ours, left), (theirs, right))
        )
        yield from _differences(before, after, of=f"{name} ({node_id}): ")


def _presence(node: Node | None) -> str:
    return "in the drawing" if node else "not in the drawing"


def _wires(drawn: Pipeline, node_id: str) -> list[str]:
    return sorted(f"{edge.source}.{edge.source_port} -> {edge.target_port}" for edge in drawn.into(node_id))


def _pairs(left: RunView, right: RunView) -> Iterator[NodePairView]:
    ours, theirs = ({node.node: node for node in run.nodes} for run in (left, right))
    for node_id in dict.fromkeys([*theirs, *ours]):
        first, second = ours.get(node_id), theirs.get(node_id)
        title = next(side.title for side in (second, first) if side)
        yield NodePairView(node=node_id, title=title, left=first, right=second)


def _scores(pair: NodePairView) -> Iterator[ScoreView]:
    first, second = (_metrics(side) for side in (pair.left, pair.right))
    for metric in dict.fromkeys([*first, *second]):
        both = {"left": first.get(metric), "right": second.get(metric)}
        yield ScoreView(node=pair.node, title=pair.title, metric=metric, **both)


def _metrics(node: NodeRunView | None) -> Mapping[str, float]:
    metrics: Mapping[str, float] = ((node.model if node else None) or {}).get("metrics") or {}
    return metrics
