"""Filters that no row of the stored table gets through."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.predicates import Predicate
from engine.checks.facts import Origins
from engine.checks.narrowed import knows_all, most_meeting
from engine.checks.problems import Problem
from engine.graph import Pipeline
from engine.profile import ColumnProfile
from engine.schemas import NodeSchemas

_FEW = 6
"""So many values are listed; of more, the ends are told."""


def emptied_problems(
    pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], arriving: Mapping[str, Origins]
) -> Iterator[Problem]:
    """By the columns that arrive unchanged at each node."""
    for node in pipeline.nodes:
        here = arriving.get(node.id, {})
        for outline in schemas.get(node.id, NodeSchemas()).outlines.values() if here else ():
            for one in outline.met:
                origin = here.get(one.column)
                if origin is None or origin.most == 0 or most_meeting(one, origin.column):
                    continue  # nothing is known, or nothing arrives, or something may get through
                written = f": {one.written}" if one.written else ""
                message = f"No row gets through {node.label}{written}. {_why(one, origin.column)}"
                hint = "Change the condition." if one.written else "Look at other columns, or fill this one."
                field = "condition" if one.written else "columns"
                yield Problem("no_row_left", message, "warning", node.id, field, hint)


def _why(predicate: Predicate, column: ColumnProfile) -> str:
    name = repr(column.name)
    if predicate.comparison == "missing":
        return f"{name} is never missing."
    if not column.filled:
        return f"{name} is missing in every row."
    if predicate.comparison == "finite":
        return f"{name} is infinite in every row."
    if predicate.comparison == "in" and knows_all(column) and column.distinct <= _FEW:
        return f"{name} is {' or '.join(str(one.value) for one in column.top)}."
    if predicate.comparison == "in" and column.kind == "text":
        return f"{name} is never {' or '.join(map(str, predicate.values[:_FEW]))}."
    return f"{name} goes from {_plain(column.min)} to {_plain(column.max)}."


def _plain(end: Any) -> str:
    return f"{end:,.6g}" if isinstance(end, float) else str(end)
