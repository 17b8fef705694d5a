"""Give a column of an output another name, and let every use of it follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.datatypes as dt

from components import references
from components.errors import UnknownComponent
from components.ports import RESERVED_PREFIX, is_reserved, visible
from engine.errors import MissingThing, ParamError
from engine.graph import Node, Pipeline, component_of
from engine.refactor.follow import Place, follow, known_of, settled
from engine.refactor.insert import RENAME, new_node, put_behind
from engine.refactor.names import Names
from engine.refactor.proposal import Proposal, proposed
from engine.schemas import NodeSchemas, TableSchemas, infer_node, targets_after

MOST_LETTERS = 500


@dataclass(frozen=True)
class Spot:
    """A column of an output.

    Parameters
    ----------
    known
        What is known of every node before the change.
    """

    pipeline: Pipeline
    known: Mapping[str, NodeSchemas]
    node: Node
    port: str
    column: str
    columns: Mapping[str, dt.DataType]

    def sole_reader(self) -> Node | None:
        """The one node that the output goes to, where there is only one."""
        wires = [edge for edge in self.pipeline.out_of(self.node.id) if edge.source_port == self.port]
        return self.pipeline.by_id.get(wires[0].target) if len(wires) == 1 else None


def rename_column(pipeline: Pipeline, stored: TableSchemas, node_id: str, port: str, column: str, to: str) -> Proposal:
    """Propose another name for a column.

    The node that makes the column is told the new name, where it has a param for it; else a node that renames it is
    put behind.

    Raises
    ------
    MissingThing
        When there is no such column.
    ParamError
        When it cannot be called that.
    """
    spot = find(pipeline, stored, node_id, port, column)
    to = _fit(spot, to)
    after, given = next(_ways(spot, stored, to))
    followed = follow(spot.known, after, stored, given=given)
    return proposed(f"Rename “{column}” to “{to}”", pipeline, followed)


def find(pipeline: Pipeline, stored: TableSchemas, node_id: str, port: str, column: str) -> Spot:
    """Look a column of an output up.

    Raises
    ------
    MissingThing
    """
    node = pipeline.by_id.get(node_id)
    if node is None:
        raise MissingThing("This node is gone already.", hint="Look at the drawing again.")
    known = known_of(pipeline, stored)
    schema = known.get(node_id, NodeSchemas()).outputs.get(port)
    if schema is None or column not in visible(schema):
        hint = "Mend the problems of the node first." if schema is None else "Look at its columns again."
        raise MissingThing(f"{node.label} gives no column {column!r}.", hint=hint)
    return Spot(pipeline, known, node, port, column, visible(schema))


def _fit(spot: Spot, to: str) -> str:
    to = to.strip()
    others = {name.lower(): name for name in spot.columns if name != spot.column}
    problem = ""
    if not to or len(to) > MOST_LETTERS:
        problem = f"A column needs a name of 1 to {MOST_LETTERS} letters."
    elif is_reserved(to):
        problem = f"Names starting with {RESERVED_PREFIX} are reserved."
    elif to == spot.column:
        problem = "This is its name already."
    elif to.lower() in others:
        problem = f"There is a column {others[to.lower()]!r} already."
    if problem:
        raise ParamError(problem, hint="Choose another name.", node_id=spot.node.id, field="to")
    return to


def _ways(spot: Spot, stored: TableSchemas, to: str) -> Iterator[tuple[Pipeline, dict[Place, Names]]]:
    """Drawings in which the column has the new name, the plainest first."""
    for node, params in (*_said_by_maker(spot, to), *_said_by_reader(spot, to)):
        given = _given(spot, stored, node, params, to)
        if given:
            yield _with(spot.pipeline, node, params), given
    added = new_node(spot.pipeline, RENAME, {"mapping": {spot.column: to}})
    yield put_behind(spot.pipeline, spot.node.id, spot.port, added), {(added.id, "table"): {spot.column: to}}


def _said_by_maker(spot: Spot, to: str) -> Iterator[tuple[Node, dict[str, Any]]]:
    """The node itself, with each param that may be the name of the column saying the new one."""
    try:
        kind = component_of(spot.node).params_type()
    except UnknownComponent:
        return
    params = spot.node.params
    for path in references.names_made(kind, params):
        if references.at(params, path) in (None, spot.column):
            yield spot.node, references.put(params, path, to)
    for field in references.mappings(kind):
        yield spot.node, references.put(params, (field, spot.column), to)


def _said_by_reader(spot: Spot, to: str) -> Iterator[tuple[Node, dict[str, Any]]]:
    """The one node behind it, where that gives columns other names anyhow."""
    reader = spot.sole_reader()
    try:
        fields = list(references.mappings(component_of(reader).params_type())) if reader else []
    except UnknownComponent:
        return
    for field in fields:
        names = reader.params.get(field) if reader else None
        if reader and isinstance(names, Mapping) and spot.column not in names:
            yield reader, references.put(reader.params, (field, spot.column), to)


def _given(spot: Spot, stored: TableSchemas, node: Node, params: dict[str, Any], to: str) -> dict[Place, Names]:
    """The outputs that have the column under its new name, and are as they were else; none where others differ."""
    placed = settled(_with(spot.pipeline, node, params))
    was = spot.known.get(node.id, NodeSchemas())
    if node.id not in placed.by_id or not was.outputs:
        return {}
    hidden = targets_after(placed, placed.order())[node.id]
    now = infer_node(placed, placed.by_id[node.id], spot.known, hidden, stored)
    names = {spot.column: to}
    given: dict[Place, Names] = {}
    for port, schema in was.outputs.items():
        old, new = visible(schema), visible(now.outputs[port]) if port in now.outputs else {}
        if [*new.items()] == [*old.items()]:
            continue
        if [*new.items()] != [(names.get(name, name), dtype) for name, dtype in old.items()]:
            return {}
        given[node.id, port] = names
    return given if node is not spot.node or (node.id, spot.port) in given else {}


def _with(pipeline: Pipeline, node: Node, params: dict[str, Any]) -> Pipeline:
    other = node.model_copy(update={"params": params})
    return pipeline.model_copy(update={"nodes": tuple(other if it is node else it for it in pipeline.nodes)})
