"""Give a column of an output another type, and tell what follows from it."""

from collections.abc import Iterator

from engine.errors import ParamError
from engine.graph import Pipeline
from engine.refactor.follow import Followed, Known, follow
from engine.refactor.insert import CAST, new_node, put_behind
from engine.refactor.proposal import Change, Proposal, proposed
from engine.refactor.rename import Spot, find
from engine.schemas import NodeSchemas, TableSchemas


def retype_column(pipeline: Pipeline, stored: TableSchemas, node_id: str, port: str, column: str, to: str) -> Proposal:
    """Propose another type for a column: ``int64``, ``float64``, ``string``, ``boolean``, ``date`` or ``timestamp``.

    Raises
    ------
    MissingThing
        When there is no such column.
    ParamError
        When it has the type already.
    CanvasbackError
        When its values cannot become that.
    """
    spot = find(pipeline, stored, node_id, port, column)
    if str(spot.columns[column]).removeprefix("!") == to:
        raise ParamError(f"{column!r} is of this type already.", hint="Choose another.", node_id=node_id, field="to")
    after, caster = _cast(spot, to)
    followed = follow(spot.known, after, stored, given={})
    refused = [error for error in followed.schemas[caster].errors if not spot.known.get(caster, NodeSchemas()).errors]
    if refused:
        raise refused[0]
    return proposed(f"Change the type of “{column}”", pipeline, followed, (*_taken(spot.known, followed, column),))


def _cast(spot: Spot, to: str) -> tuple[Pipeline, str]:
    """The drawing in which the column is converted, by a node that converts it or its like anyhow, or by a new one."""
    pipeline, node, reader = spot.pipeline, spot.node, spot.sole_reader()
    if node.component == CAST and list(node.params.get("columns") or ()) == [spot.column]:
        return pipeline.with_params(node.id, to=to), node.id
    if reader and reader.component == CAST and reader.params.get("to") == to:
        columns = reader.params.get("columns")
        if isinstance(columns, list | tuple) and spot.column not in columns:
            return pipeline.with_params(reader.id, columns=[*columns, spot.column]), reader.id
    added = new_node(pipeline, CAST, {"columns": [spot.column], "to": to})
    return put_behind(pipeline, node.id, spot.port, added), added.id


def _taken(before: Known, followed: Followed, column: str) -> Iterator[Change]:
    """Which nodes take the column from now on, or leave it, because their settings say a kind and no name."""
    for node_id, known in followed.schemas.items():
        was, node = before.get(node_id, NodeSchemas()).component, followed.pipeline.by_id.get(node_id)
        if was is None or known.component is None or node is None:
            continue
        old, new = was.params.named_columns(), known.component.params.named_columns()
        for field, names in new.items():
            if (column in names) != (column in old.get(field, ())):
                note = f"“{column}” is {'among' if column in names else 'no longer among'} its columns from now on."
                yield Change("derived", node_id, node.label, field, note=note)
