"""What a node still speaks of and what is not there any more: columns, and settings of another version."""

from collections.abc import Mapping
from typing import Any

from components import references
from components.errors import UnknownComponent
from components.ports import visible
from engine.checks.problems import Fix
from engine.errors import CanvasbackError
from engine.graph import Node, Pipeline, component_of
from engine.refactor import most_alike
from engine.schemas import NodeSchemas, TableSchemas, infer_node


def gone_fix(
    placed: Pipeline, node: Node, schemas: Mapping[str, NodeSchemas], error: CanvasbackError, stored: TableSchemas
) -> Fix | None:
    """How a node is mended that names what is gone.

    Parameters
    ----------
    placed
        The drawing with its splits placed.
    node
        As drawn there.
    """
    unknown = error.detail.get("unknown")
    if unknown:
        return Fix("remove_setting", "Remove this setting", node.id, drop=(unknown,))
    column = error.detail.get("column")
    if error.code != "unknown_column" or not isinstance(column, str):
        return None
    return _likely(placed, node, schemas, error, column, stored)


def _likely(
    placed: Pipeline,
    node: Node,
    schemas: Mapping[str, NodeSchemas],
    error: CanvasbackError,
    column: str,
    stored: TableSchemas,
) -> Fix | None:
    """The one column that is likely meant, if the node is content with it."""
    inputs = schemas[node.id].inputs
    try:
        kind = component_of(node).params_type()
    except UnknownComponent:
        return None
    said = references.mentioned(kind, node.params)
    ports = [port or next(iter(inputs), "") for _, port, name in said if name == column]
    for port in dict.fromkeys(ports):
        if port not in inputs or column in inputs[port]:
            continue
        there = most_alike(column, visible(inputs[port]))
        params = _speaking_of(kind, node.params, port, next(iter(inputs)), {column: there}) if there else {}
        if there and _is_content(placed, node, params, schemas, (error, there), stored):
            changed = {name: value for name, value in params.items() if value != node.params.get(name)}
            label = f"Use “{there}” instead"
            return Fix("stand_in", label, node.id, params=changed, stand_in=(port, column, there))
    return None


def _speaking_of(
    kind: Any, params: Mapping[str, Any], port: str, first: str, names: Mapping[str, str | None]
) -> dict[str, Any]:
    def told(at: str, name: str) -> str:
        return (names.get(name) or name) if (at or first) == port else name

    return references.renamed(kind, params, told)


def _is_content(
    placed: Pipeline,
    node: Node,
    params: Mapping[str, Any],
    schemas: Mapping[str, NodeSchemas],
    about: tuple[CanvasbackError, str],
    stored: TableSchemas,
) -> bool:
    """Whether the other column is not a problem, too: another one that is gone is told by itself."""
    error, there = about
    other = node.model_copy(update={"params": dict(params)})
    now = infer_node(placed, other, schemas, frozenset(), stored)
    known = {(one.code, one.detail.get("column")) for one in schemas[node.id].errors}
    fresh = [one for one in now.errors if (one.code, one.detail.get("column")) not in known]
    is_another = all(one.code == "unknown_column" and one.detail.get("column") != there for one in fresh)
    return is_another and not any(
        (one.code, one.detail.get("column")) == (error.code, error.detail.get("column")) for one in now.errors
    )
