"""What a node still speaks of and what is not there any more: columns, and settings of another version."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import ibis.expr.schema as sch

from components import references
from components.base import Source, StoredTable
from components.errors import UnknownComponent
from components.params import Params
from components.ports import visible
from engine.checks.problems import Fix
from engine.errors import CanvasbackError
from engine.graph import Node, Pipeline, component_of
from engine.refactor import most_alike
from engine.schemas import NodeSchemas, TableSchemas, infer, infer_node

Earlier = Callable[[StoredTable], sch.Schema | None]
"""Tells the columns of the version before the one that is read; None where there is none."""


def no_earlier(_: StoredTable) -> sch.Schema | None:
    """Where versions are not known."""
    return None


@dataclass(frozen=True)
class Surroundings:
    """What is known around a node.

    Parameters
    ----------
    placed
        The drawing with its splits placed.
    """

    placed: Pipeline
    schemas: Mapping[str, NodeSchemas]
    stored: TableSchemas
    earlier: Earlier = no_earlier


def gone_fix(node: Node, error: CanvasbackError, around: Surroundings) -> Fix | None:
    """How a node is mended that names what is gone."""
    unknown = error.detail.get("unknown")
    if unknown:
        return Fix("remove_setting", "Remove this setting", node.id, drop=(unknown,))
    column = error.detail.get("column")
    if error.code != "unknown_column" or not isinstance(column, str):
        return None
    return _likely(node, column, around)


def _likely(node: Node, column: str, around: Surroundings) -> Fix | None:
    """The column that is likely meant, if the node is content with it."""
    try:
        kind = component_of(node).params_type()
    except UnknownComponent:
        return None
    inputs = around.schemas[node.id].inputs
    first = next(iter(inputs), "")
    ports = [port or first for _, port, name in references.mentioned(kind, node.params) if name == column]
    for port in dict.fromkeys(ports):
        for there in _candidates(node, port, column, around):
            params = _speaking_of(kind, node.params, (port, first), {column: there})
            if _is_content(node, params, (column, there), around):
                changed = {name: value for name, value in params.items() if value != node.params.get(name)}
                label = f"Use “{there}” instead"
                return Fix("stand_in", label, node.id, params=changed, stand_in=(port, column, there))
    return None


def _candidates(node: Node, port: str, column: str, around: Surroundings) -> Iterator[str]:
    there = visible(around.schemas[node.id].inputs.get(port, sch.Schema({})))
    if column in there or not there:
        return
    successor = _successor(node, column, around)
    if successor in there:
        yield str(successor)
    alike = most_alike(column, there)
    if alike is not None:
        yield alike
    yield from get_close_matches(column, there, n=1)  # what the message asks whether it was meant


def _successor(node: Node, column: str, around: Surroundings) -> str | None:
    """What a dataset calls now what stood at the same place, with the same type, in the version before."""
    for above in sorted(around.placed.ancestors(node.id)):
        known = around.schemas.get(above, NodeSchemas())
        table = known.component.table() if isinstance(known.component, Source) else None
        before = around.earlier(table) if isinstance(table, StoredTable) else None
        if before is None:
            continue
        old, new = visible(before), visible(known.outputs.get("table", sch.Schema({})))
        pairs = zip(old.items(), new.items(), strict=True) if len(old) == len(new) else ()
        for (name, dtype), (fresh, now) in pairs:
            if name == column and dtype == now and fresh not in old and name not in new:
                return fresh
    return None


def _speaking_of(
    kind: type[Params], params: Mapping[str, Any], at: tuple[str, str], names: Mapping[str, str]
) -> dict[str, Any]:
    port, first = at

    def told(asked: str, name: str) -> str:
        return names.get(name, name) if (asked or first) == port else name

    return references.renamed(kind, params, told)


def _is_content(node: Node, params: Mapping[str, Any], names: tuple[str, str], around: Surroundings) -> bool:
    """Whether nothing is wrong with the other column; a further one that is gone is told by itself."""
    gone, there = names
    now = _inferred(node, params, around)
    known = {_what(error) for error in around.schemas[node.id].errors}
    fresh = [_what(error) for error in now.errors if _what(error) not in known]
    is_mended = ("unknown_column", gone) not in {_what(error) for error in now.errors}
    return is_mended and all(code == "unknown_column" and column != there for code, column in fresh)


def _inferred(node: Node, params: Mapping[str, Any], around: Surroundings) -> NodeSchemas:
    other = node.model_copy(update={"params": dict(params)})
    if params.get("target") == node.params.get("target"):
        return infer_node(around.placed, other, around.schemas, frozenset(), around.stored)
    # Everything before it leaves another target alone then.
    nodes = tuple(other if one.id == node.id else one for one in around.placed.nodes)
    return infer(around.placed.model_copy(update={"nodes": nodes}), around.stored)[node.id]


def _what(error: CanvasbackError) -> tuple[str, Any]:
    return error.code, error.detail.get("column")
