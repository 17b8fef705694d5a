"""What two runs did not have in common, and mixtures of the two: this from the one, that from the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from components.base import Source, StoredTable
from components.catalog import component
from components.errors import UnknownComponent
from engine.errors import PEOPLE_ERRORS
from engine.graph import Node, NodeChange, Pipeline, PipelineDiff, diff
from engine.graph.renamed import with_ids
from engine.schemas import read_params
from engine.work.attribution import MOST_FACTORS, Chosen
from storage.schema import DatasetVersion

DATA, SEED, DRAWING, PARAMS = "data", "seed", "drawing", "params"

Line = tuple[str, str, Any, Any]
"""Node, param, before, after; both None where there is nothing to say but that it is so."""


@dataclass(frozen=True)
class Side:
    """What a run was asked for.

    Parameters
    ----------
    drawn
        The way to the node whose score is compared, with the pipeline's parameters put in.
    node
        That node.
    data
        The version that each stored table was read at.
    """

    drawn: Pipeline
    node: str
    data: Mapping[StoredTable, DatasetVersion]


@dataclass(frozen=True)
class Factor:
    """Something that was not the same.

    Parameters
    ----------
    name
        In a sentence.
    changes
        What exactly, one line each: node, param, before, after.
    """

    key: str
    name: str
    changes: tuple[Line, ...] = ()


class Mixing:
    """Two runs of pipelines that can be mixed.

    Parameters
    ----------
    before, after
        The two runs; where the node has two names, both are taken to be the same.
    """

    def __init__(self, before: Side, after: Side) -> None:
        self.before = _with_node(before, after.node)
        self.after = after
        found = diff(self.before.drawn, after.drawn)
        if found.renamed:
            self.before = replace(self.before, drawn=with_ids(self.before.drawn, found.renamed))
            found = diff(self.before.drawn, after.drawn)
        self._diff: PipelineDiff = found

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """What was not the same, at most four of them: where that is too many, all params count as one."""
        found = [*self._data(), *self._drawing(), *self._params(), *self._seed()]
        if len(found) <= MOST_FACTORS:
            return tuple(found)
        params = [factor for factor in found if factor.key.startswith("node:")]
        rest = [factor for factor in found if not factor.key.startswith("node:")]
        told = tuple(line for factor in params for line in factor.changes)
        return (*rest, Factor(PARAMS, f"the params of {len(params)} nodes", told))

    def mixed(self, chosen: Chosen) -> Side:
        """The run with these factors as they were in the second one, and the others as in the first."""
        is_new = DRAWING in chosen or not any(factor.key == DRAWING for factor in self.factors)
        base, other = (self.after, self.before) if is_new else (self.before, self.after)
        nodes = tuple(self._mixed(node, other.drawn.by_id.get(node.id), chosen) for node in base.drawn.nodes)
        first, second = (self.after, self.before) if DATA in chosen else (self.before, self.after)
        return Side(base.drawn.model_copy(update={"nodes": nodes}), base.node, {**second.data, **first.data})

    def _mixed(self, node: Node, other: Node | None, chosen: Chosen) -> Node:
        if other is None or other.component != node.component:
            return node
        was, now = self.before.drawn.by_id[node.id].params, self.after.drawn.by_id[node.id].params
        params = {}
        for name in dict.fromkeys([*was, *now]):
            side = now if self._factor_of(node, name) in chosen else was
            if name in side:
                params[name] = side[name]
        return node.model_copy(update={"params": params})

    def _factor_of(self, node: Node, param: str) -> str:
        if _is_source(node):
            return DATA
        if param == SEED:
            return SEED
        own = f"node:{node.id}"
        return own if any(factor.key == own for factor in self.factors) else PARAMS

    def _data(self) -> Iterator[Factor]:
        both = [table for table in self.before.data if table in self.after.data]
        moved = tuple(
            (table.dataset, "version", f"v{self.before.data[table].number}", f"v{self.after.data[table].number}")
            for table in both
            if self.before.data[table].id != self.after.data[table].id
        )
        drawn = tuple(_lines(change for change in self._changed() if _is_source(change.node)))
        if moved or drawn:
            yield Factor(DATA, "the data", (*moved, *drawn))

    def _drawing(self) -> Iterator[Factor]:
        told = [line for change in self._diff.nodes if change.matters for line in _drawn_otherwise(change)]
        names = {**self.before.drawn.by_id, **self.after.drawn.by_id}
        ends = dict.fromkeys(change.target for change in self._diff.inputs)
        told = told or [(names[key].label, "wires", None, None) for key in ends]
        if told or self._diff.fields:
            yield Factor(DRAWING, "the drawing", tuple(told))

    def _params(self) -> Iterator[Factor]:
        for change in self._changed():
            lines = tuple(line for line in _lines([change]) if line[1] != SEED)
            if lines and not _is_source(change.node):
                named = f": {lines[0][1].replace('_', ' ')}" if len(lines) == 1 else ""
                yield Factor(f"node:{change.node.id}", f"{change.node.label}{named}", lines)

    def _seed(self) -> Iterator[Factor]:
        changed = [change for change in self._changed() if not _is_source(change.node)]
        lines = tuple(line for line in _lines(changed) if line[1] == SEED)
        if lines:
            yield Factor(SEED, "the seed", lines)

    def _changed(self) -> list[NodeChange]:
        """Nodes that are in both drawings, made of the same component, with other params."""
        return [
            change
            for change in self._diff.nodes
            if change.before is not None
            and change.after is not None
            and change.before.component == change.after.component
            and any(param.matters for param in change.params)
        ]


def side_of(drawn: Pipeline, node: str, pinned: Mapping[str, DatasetVersion]) -> Side:
    """A run as a side: the way to a node, and what its sources read.

    Parameters
    ----------
    drawn
        With the pipeline's parameters put in.
    pinned
        Node → the dataset version that it read.
    """
    part = drawn.slice_to(node)
    data = {
        table: version
        for node_id, version in pinned.items()
        if node_id in part.by_id and (table := stored_table(part.by_id[node_id])) is not None
    }
    return Side(part, node, data)


def stored_table(node: Node) -> StoredTable | None:
    """The stored table that a node reads, if it reads one."""
    try:
        found = read_params(node)
    except PEOPLE_ERRORS:
        return None
    table = found.table() if isinstance(found, Source) else None
    return table if isinstance(table, StoredTable) else None


def _lines(changes: Iterable[NodeChange]) -> Iterator[Line]:
    for change in changes:
        for param in change.params:
            if param.matters:
                yield change.node.label, param.name, param.before, param.after


def _drawn_otherwise(change: NodeChange) -> Iterator[Line]:
    was, now = change.before, change.after
    if was is None or now is None:
        yield change.node.label, change.state, None, None
        return
    for name in change.others:
        yield change.node.label, name, getattr(was, name), getattr(now, name)


def _with_node(side: Side, node: str) -> Side:
    """The same with the node called otherwise; whatever else has that name makes room."""
    if side.node == node:
        return side
    names = {side.node: node}
    if node in side.drawn.by_id:
        names[node] = side.drawn.free_id(node)
    return Side(with_ids(side.drawn, names), node, side.data)


def _is_source(node: Node) -> bool:
    try:
        return issubclass(component(node.component), Source)
    except UnknownComponent:
        return False
