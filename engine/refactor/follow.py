"""Params after a changed place, speaking of its columns by their new names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.schema as sch

from components import references
from components.base import Component
from components.errors import UnknownComponent
from components.ports import visible
from engine.errors import CanvasbackError
from engine.graph import Edge, Node, Pipeline, component_of
from engine.leakage import place_splits
from engine.refactor.insert import RENAME, new_node, put_on
from engine.refactor.names import NOTHING, Names, at_one_place, same_columns, still_there
from engine.schemas import NodeSchemas, TableSchemas, infer, infer_node, inputs_of, targets_after

Place = tuple[str, str]
"""A node and one of its ports."""
Known = Mapping[str, NodeSchemas]
Retelling = Callable[..., dict[str, Any]]

MOST_AGREED = 20
"""Inputs that get a new name, too, because a node needs one name in all of them."""


@dataclass(frozen=True)
class Followed:
    """A drawing in which everything has followed.

    Parameters
    ----------
    derived
        By node, the columns it makes whose names come from those that were renamed: ``mean_price``.
    unsure
        By node, why it must be looked at, with the field where there is one.
    """

    pipeline: Pipeline
    schemas: Known
    derived: Mapping[str, Names] = field(default_factory=dict)
    unsure: Mapping[str, tuple[tuple[str | None, str], ...]] = field(default_factory=dict)


def settled(pipeline: Pipeline) -> Pipeline:
    """As it would run: with its parameters put in, and its splits where they must stand."""
    try:
        pipeline = pipeline.resolved()
    except CanvasbackError:  # the param that names no parameter is a problem of its own
        return place_splits(pipeline).pipeline
    return place_splits(pipeline).pipeline


def known_of(pipeline: Pipeline, stored: TableSchemas) -> dict[str, NodeSchemas]:
    """The columns at every port, as they would be in a run."""
    return infer(settled(pipeline), stored)


def follow(
    before: Known,
    after: Pipeline,
    stored: TableSchemas,
    *,
    given: Mapping[Place, Names],
    arriving: Mapping[Place, Names] | None = None,
) -> Followed:
    """Let everything after a changed place speak of columns by their new names.

    Parameters
    ----------
    before
        What was known before the change.
    after
        The drawing with the change.
    given
        The columns of outputs that the change gives other names.
    arriving
        The same of inputs.
    """
    for _ in range(MOST_AGREED):
        walk = _Walk(before, after, stored, given, arriving or {})
        walk.go()
        if walk.disagreed is None:
            break
        wire, names = walk.disagreed
        node = new_node(after, RENAME, {"mapping": dict(names)})
        after, given = put_on(after, [wire], node), {**given, (node.id, "table"): names}
    return walk.followed()


class _Walk:
    """Goes through a drawing from its sources to its ends."""

    def __init__(
        self,
        before: Known,
        after: Pipeline,
        stored: TableSchemas,
        given: Mapping[Place, Names],
        arriving: Mapping[Place, Names],
    ) -> None:
        self.before, self.after, self.stored = before, after, stored
        self.given, self.arriving = given, arriving
        self.settled = settled(after)
        self.drawn: dict[str, Node] = dict(after.by_id)
        self.known: dict[str, NodeSchemas] = {}
        self.called: dict[Place, Names] = dict(given)
        self.pairs = frozenset(pair for names in (*given.values(), *arriving.values()) for pair in names.items())
        self.derived: dict[str, Names] = {}
        self.unsure: dict[str, list[tuple[str | None, str]]] = {}
        self.disagreed: tuple[Edge, Names] | None = None

    def go(self) -> None:
        order = self.settled.order()
        hidden = targets_after(self.settled, order)
        for node_id in order:
            self._visit(self.settled.by_id[node_id], hidden[node_id])
            if self.disagreed:
                return

    def followed(self) -> Followed:
        nodes = tuple(self.drawn.get(node.id, node) for node in self.after.nodes)
        unsure = {node: tuple(dict.fromkeys(said)) for node, said in self.unsure.items()}
        return Followed(self.after.model_copy(update={"nodes": nodes}), self.known, self.derived, unsure)

    def _visit(self, node: Node, hidden: frozenset[str]) -> None:
        names = self._arriving(node)
        first = names.get(self._first(node), NOTHING)
        hidden = frozenset(first.get(name, name) for name in hidden)
        if names:
            self._retell(node, names, hidden)
        else:
            self.known[node.id] = infer_node(self.settled, node, self.known, hidden, self.stored)
        self._look_at_errors(node)

    def _retell(self, node: Node, names: Mapping[str, Names], hidden: frozenset[str]) -> None:
        kind = _component(node)
        if kind is None:
            self._say(node, None, "This component is not installed, so its settings stay as they are.")
            self.known[node.id] = NodeSchemas()
            return
        self._say_what_is_elsewhere(node, kind, names)
        # What a column is computed anew under its old name takes its place, so that none is left over.
        for retelling in (references.renamed, references.replacing):
            told = self._retold(node, kind, retelling, names)
            known = infer_node(self.settled, told[1], self.known, hidden, self.stored)
            called = {port: self._called(node, known, port, names) for port in known.outputs}
            if None not in called.values():
                break
        else:
            told = self._retold(node, kind, references.renamed, names)
            known = infer_node(self.settled, told[1], self.known, hidden, self.stored)
        self._keep(node, told[0], known)
        was = self.before.get(node.id, NodeSchemas())
        for port in known.outputs:
            found = self._called(node, known, port, names)
            if found is None:
                found = still_there(was, known, port, names)
                self._say(node, None, _others(was.outputs[port], known.outputs[port], found))
            self.called.setdefault((node.id, port), found)
            self.pairs |= frozenset(found.items())
        self._note_derived(node, names)
        self._agree(node, names)

    def _retold(
        self, node: Node, kind: type[Component[Any]], retelling: Retelling, names: Mapping[str, Names]
    ) -> tuple[Node | None, Node]:
        """The node as drawn, where it is, and as it would run."""
        told, drawn = self._told(node, names), self.after.by_id.get(node.id)
        retold = _with(drawn or node, retelling(kind.params_type(), (drawn or node).params, told))
        return (retold, self._resolved(retold)) if drawn else (None, retold)

    def _keep(self, node: Node, drawn: Node | None, known: NodeSchemas) -> None:
        if drawn is not None and drawn.params != self.drawn[node.id].params:
            self.drawn[node.id] = drawn
        self.known[node.id] = known

    def _resolved(self, node: Node) -> Node:
        alone = self.after.model_copy(update={"nodes": (node,), "edges": ()})
        try:
            return alone.resolved().nodes[0]
        except CanvasbackError:
            return node

    def _told(self, node: Node, names: Mapping[str, Names]) -> references.Told:
        first = self._first(node)
        schemas = self.before.get(node.id, NodeSchemas()).inputs

        def told(port: str, name: str) -> str:
            here = names.get(port or first, NOTHING)
            if name in here or name in schemas.get(port or first, ()):
                return here.get(name, name)
            alike = [new for old, new in here.items() if old.lower() == name.lower()]
            return alike[0] if len(alike) == 1 else name

        return told

    def _called(self, node: Node, known: NodeSchemas, port: str, names: Mapping[str, Names]) -> Names | None:
        was = self.before.get(node.id, NodeSchemas())
        if (node.id, port) in self.given:
            return self.given[node.id, port]
        if port not in was.outputs:
            return still_there(was, known, port, names)
        return same_columns(was, known, port, names)

    def _first(self, node: Node) -> str:
        return next(iter(inputs_of(self.settled, node.id, self.known)), "")

    def _arriving(self, node: Node) -> dict[str, Names]:
        """By input port, the columns that have other names there."""
        found: dict[str, Names] = {}
        inputs = inputs_of(self.settled, node.id, self.known)
        was = self.before.get(node.id, NodeSchemas()).inputs
        for edge in self.settled.into(node.id):
            port, above = edge.target_port, self.known.get(edge.source, NodeSchemas())
            is_plain = port in inputs and inputs[port] is above.outputs.get(edge.source_port)
            if is_plain or _component(node) is None:
                names = self.called.get((edge.source, edge.source_port), NOTHING)
            else:  # through a model: the columns that it knows
                names = at_one_place(was.get(port), inputs.get(port), self.pairs)
            names = {**names, **self.arriving.get((node.id, port), NOTHING)}
            if names:
                found[port] = names
        return found

    def _agree(self, node: Node, names: Mapping[str, Names]) -> None:
        """Where a node needs one name in several inputs, the others get the new one, too."""
        fresh = {new: old for here in names.values() for old, new in here.items()}
        for error in self.known[node.id].errors:
            new = error.detail.get("column")
            if error.code != "unknown_column" or new not in fresh or self.before.get(node.id, NodeSchemas()).errors:
                continue
            for port, schema in self.known[node.id].inputs.items():
                wire = next((edge for edge in self.after.into(node.id) if edge.target_port == port), None)
                if port not in names and fresh[new] in schema and new not in schema and wire:
                    self.disagreed = (wire, {fresh[new]: new})
                    return

    def _note_derived(self, node: Node, names: Mapping[str, Names]) -> None:
        known = {pair for here in names.values() for pair in here.items()}
        for port in self.known[node.id].outputs:
            called = self.called.get((node.id, port), NOTHING)
            made = {old: new for old, new in called.items() if (old, new) not in known}
            if made:
                self.derived[node.id] = {**self.derived.get(node.id, NOTHING), **made}

    def _say_what_is_elsewhere(self, node: Node, kind: type[Component[Any]], names: Mapping[str, Names]) -> None:
        drawn = self.after.by_id.get(node.id)
        if drawn is None or drawn.params == node.params:
            return
        told = self._told(node, names)
        wanted = references.renamed(kind.params_type(), node.params, told)
        reached = self._resolved(_with(drawn, references.renamed(kind.params_type(), drawn.params, told)))
        for name, value in wanted.items():
            if reached.params.get(name) != value:
                self._say(node, name, "Its value is a parameter of the pipeline: change it there.")

    def _look_at_errors(self, node: Node) -> None:
        was = self.before.get(node.id, NodeSchemas())
        told = {(error.code, error.field) for error in was.errors}
        for error in self.known[node.id].errors:
            if (error.code, error.field) not in told:
                self._say(node, error.field, error.message)

    def _say(self, node: Node, at: str | None, text: str) -> None:
        if not any(known == at for known, _ in self.unsure.get(node.id, ())):
            self.unsure.setdefault(node.id, []).append((at, text))


def _with(node: Node, params: dict[str, Any]) -> Node:
    return node.model_copy(update={"params": params})


def _component(node: Node) -> type[Component[Any]] | None:
    try:
        return component_of(node)
    except UnknownComponent:
        return None


def _others(before: sch.Schema, after: sch.Schema, called: Names) -> str:
    old, new = visible(before), visible(after)
    gone = [repr(name) for name in old if name not in new and name not in called]
    fresh = [repr(name) for name in new if name not in old and name not in called.values()]
    parts = [f"{', '.join(gone[:4])} will be gone"] if gone else []
    parts += [f"{', '.join(fresh[:4])} will be new"] if fresh else []
    return f"Its columns change: {' and '.join(parts) or 'they come in another order'}."
