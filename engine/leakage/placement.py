"""Splits put where they must stand."""

import itertools
from dataclasses import dataclass, field
from typing import NamedTuple

from components.base import Estimator, Learner, Split, Unsupervised
from engine.graph import Node, Pipeline, makes_new_rows
from engine.leakage.implied import with_implied
from engine.leakage.lines import is_a

IMPLICIT_SPLIT = "split_random"
IMPLICIT_ID = "automatic_split"
IMPLICIT_PARAMS = {"test": 0.2}


@dataclass(frozen=True)
class Placement:
    """A pipeline whose splits stand where they must.

    Parameters
    ----------
    moved
        Split id → id of the learned node it now stands before.
    implicit
        Ids of splits that nobody drew.
    """

    pipeline: Pipeline
    moved: dict[str, str] = field(default_factory=dict)
    implicit: tuple[str, ...] = ()


def place_splits(pipeline: Pipeline) -> Placement:
    """Move each split before the first learned node on its line; add one where a model with a target has none.

    Returns
    -------
    Placement
        Unsound lines (see `leaks`) are left as drawn.
    """
    pipeline = with_implied(pipeline)
    placing = _Placing(pipeline)
    models = [node.id for node in pipeline.nodes if is_a(node, Estimator)]
    for model in sorted(models, key=lambda model: not placing.way(model).splits):
        placing.merge(model)
        placing.place(model)
    for model in [node.id for node in pipeline.nodes if is_a(node, Unsupervised)]:
        if placing.way(model).splits:
            placing.place(model)
    return placing.done()


class _Way(NamedTuple):
    """What matters of a line: its splits, its first learned node, and whether a split stands before that."""

    splits: tuple[str, ...] = ()
    learned: str | None = None
    is_split_first: bool = False
    is_whole: bool = False
    """Whether it has more than one node."""

    def on(self, node: Node) -> "_Way":
        """The line that goes on to a node."""
        if is_a(node, Split):
            return self._replace(splits=(*self.splits, node.id), is_whole=True)
        if self.learned is None and is_a(node, Learner):
            return self._replace(learned=node.id, is_split_first=bool(self.splits), is_whole=True)
        return self if self.is_whole else self._replace(is_whole=True)


class _Placing:
    """Places the splits of one model after the other; what two lines have in common is walked once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.drawing = pipeline.redrawing()
        self.moved: dict[str, str] = {}
        self.implicit: dict[str, None] = {}
        self._ways: dict[str, _Way] = {}

    def done(self) -> Placement:
        """The result."""
        if not self.moved and not self.implicit and len(self.drawing.nodes) == len(self.pipeline.by_id):
            return Placement(self.pipeline)
        redrawn = self.pipeline.model_copy(update=self.drawing.parts())
        return Placement(redrawn, self.moved, tuple(self.implicit))

    def way(self, node_id: str) -> _Way:
        """What matters of a node's line."""
        nodes, here, further, circle = self.drawing.nodes, node_id, dict[str, None](), False
        found = self._ways.get(here)
        while found is None:
            edge = self.drawing.first_input(here)
            circle = edge is not None and (edge.source == here or edge.source in further)
            if edge is None or circle:
                found = self._begin(nodes[here])
                break
            further[here] = None
            here = edge.source
            found = self._begin(nodes[here]) if makes_new_rows(nodes[here], edge.source_port) else self._ways.get(here)
        for below in reversed(further):
            found = found.on(nodes[below])
            if not circle:  # on a circle every node has a line of its own
                self._ways[below] = found
        return found

    def merge(self, model: str) -> None:
        """Of equal splits on one line the first is enough: two models after one learned node may bring their own."""
        first, *others = self.way(model).splits or [""]
        for other in others:
            kept, same = self.drawing.nodes[first], self.drawing.nodes[other]
            if (kept.component, kept.params) == (same.component, same.params):
                if first in self.moved:
                    self.moved[other] = self.moved[first]
                self._forget(other)
                self.drawing.without(other)

    def place(self, model: str) -> None:
        """Move the split of a model's line to its place, or give it one."""
        way = self.way(model)
        if len(way.splits) > 1 or not way.is_whole:
            return
        if not way.splits:
            self._insert_implicit(way.learned or model)
        elif way.learned and not way.is_split_first:
            self._move(way.splits[0], way.learned)

    def _insert_implicit(self, before: str) -> None:
        edge = self.drawing.first_input(before)
        assert edge is not None  # noqa: S101  a line of several nodes came through it
        self._forget(before)
        for other in self.drawing.out_of(edge.source):
            # Two models on one table share one automatic split.
            if other.source_port == edge.source_port and other.target in self.implicit:
                return self.drawing.rewire(edge, other.target)
        split = Node(id=self._free_id(), component=IMPLICIT_SPLIT, params=IMPLICIT_PARAMS, title="Automatic split")
        self.drawing.insert(split, [edge])
        self.implicit[split.id] = None
        return None

    def _move(self, split_id: str, before: str) -> None:
        split, place = self.drawing.nodes[split_id], self.drawing.layout.get(split_id)
        self._forget(before)
        self.drawing.without(split_id)
        edge = self.drawing.first_input(before)
        assert edge is not None  # noqa: S101  the line found `before` through this edge
        self.drawing.insert(split, [edge])
        if place:
            self.drawing.layout[split_id] = place
        self.moved[split_id] = before

    def _free_id(self) -> str:
        """``automatic_split``, then ``automatic_split_2`` and so on."""
        numbers = itertools.count(len(self.implicit) + 1)
        names = (IMPLICIT_ID if number == 1 else f"{IMPLICIT_ID}_{number}" for number in numbers)
        return next(name for name in names if name not in self.drawing.nodes)

    def _forget(self, node_id: str) -> None:
        """Ways that lead through a node change with it."""
        pending = [node_id]
        while pending:
            here = pending.pop()
            if self._ways.pop(here, None) is not None:
                pending.extend(edge.target for edge in self.drawing.out_of(here))

    @staticmethod
    def _begin(node: Node) -> _Way:
        return _Way((node.id,) if is_a(node, Split) else ())
