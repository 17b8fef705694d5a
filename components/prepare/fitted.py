"""What components share that scikit-learn fits on a matrix: their columns, their arguments, their figures."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Annotated, Any, Self

import ibis.expr.schema as sch
from pydantic import Field

from components.errors import ComponentError
from components.params import FeatureColumns, NumericColumns, Params, Widget, distinct_names
from components.ports import visible

Seed = Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)]
Advanced = Widget(advanced=True)
MOST_COLUMNS = 2_000
"""Columns that one node may make."""


class NumbersParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to work on."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if schemas:
            check_some(bound.columns)
        return bound


def check_some(columns: NumericColumns | FeatureColumns) -> None:
    """Refuse to work on nothing.

    Raises
    ------
    ComponentError
    """
    if not len(columns):
        raise ComponentError(
            "There is no column here that this could work on.",
            hint="Choose columns, connect a table that has some, or encode text columns first.",
            field="columns",
        )


def check_made(schemas: Iterable[sch.Schema], dropped: Iterable[str], made: Sequence[str], field: str) -> None:
    """Refuse new columns of which there are too many, or whose names are taken.

    Raises
    ------
    ComponentError
        With the field.
    """
    if len(made) > MOST_COLUMNS:
        raise ComponentError(
            f"There would be {len(made):,} new columns, more than {MOST_COLUMNS:,}.",
            hint="Choose fewer columns or a smaller number of new ones.",
            field=field,
        )
    gone = frozenset(dropped)
    for schema in schemas:
        distinct_names([*(name for name in visible(schema) if name not in gone), *made], field)


def arguments(params: Params, *ours: str) -> dict[str, Any]:
    """The transformer's own arguments: all but ``columns`` and ``ours``; a ``seed`` becomes ``random_state``."""
    own = {name: value for name, value in params if name not in {"columns", "seed", *ours}}
    return own | ({"random_state": params.seed} if hasattr(params, "seed") else {})


def figure(value: Any) -> float | None:
    """A number as JSON; None for what is not finite."""
    number = float(value)
    return number if isfinite(number) else None


def figures(columns: Sequence[str], **told: Sequence[Any]) -> list[dict[str, Any]]:
    """A row for each column: its name, and a figure of each kind."""
    return [
        {"column": name, **{kind: figure(values[place]) for kind, values in told.items() if place < len(values)}}
        for place, name in enumerate(columns)
    ]
