"""What scalers share: something to subtract from a column, and something to divide it by."""

from collections.abc import Iterable, Mapping
from typing import Any

import ibis.expr.types as ir

from components.base import State
from components.portable.numbers import as_float, decimal

SMALLEST = 10 * 2.0**-52
"""Below, scikit-learn takes a column for constant too (`sklearn.preprocessing._data._handle_zeros_in_scale`)."""


class Scaled(State):
    center: dict[str, float]
    scale: dict[str, float]  # 1.0 where a column is constant


def spread(measured: float | None) -> float:
    """What to divide by: 1.0 where a column is constant or has no value at all."""
    return 1.0 if measured is None or measured < SMALLEST else measured


def scaled_from(names: Iterable[str], center: Mapping[str, Any], scale: Mapping[str, Any]) -> Scaled:
    """The state, from measured figures by column (None where a column has no value at all)."""
    columns = [*names]
    return Scaled(
        center={name: center.get(name) or 0.0 for name in columns},
        scale={name: spread(scale.get(name, 1.0)) for name in columns},
    )


def scale(table: ir.Table, state: Scaled) -> ir.Table:
    """Subtract and divide; missing values stay missing."""
    return table.mutate(
        {
            name: (as_float(table[name]) - decimal(center)) / decimal(state.scale[name])
            for name, center in state.center.items()
        }
    )


def part(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The measures whose names begin with a word, by column: ``mean age`` and ``mean fare`` give age and fare."""
    return {key.removeprefix(f"{name} "): value for key, value in values.items() if key.startswith(f"{name} ")}
