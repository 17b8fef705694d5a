"""Quantiles of more rows than fit into memory: sorted, which may use the disk, and looked up by place."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeGuard, TypeVar

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from components.portable.frequencies import Measure, scalars

K = TypeVar("K")
VALUE = "v"
KINDS = (ops.Quantile, ops.MultiQuantile, ops.Median)
BYTES = 16
"""What a value takes while a quantile is computed in memory: a float64, in a list that doubles when it is full."""

Places = Callable[[Sequence[int]], Mapping[int, float]]
Sort = Callable[[ir.Table], AbstractContextManager[tuple[int, Places]]]
"""Sorts a table of one column without nulls: how many values there are, and what gives those at some places."""


def columns(measures: Iterable[Measure]) -> list[ir.Column]:
    """The different columns of numbers of which quantiles are asked."""
    found = (op.arg for op in _asked(scalars(dict(enumerate(measures))).values()))
    return [op.to_expr() for op in dict.fromkeys(found)]


def by_sorting(table: ir.Table, measures: Mapping[K, Measure], sort: Sort) -> dict[K, Measure]:
    """The same measures with every quantile replaced by its value, one sorted column at a time.

    As DuckDB's ``quantile_cont`` and `numpy.quantile` (method ``linear``; Hyndman & Fan, 1996, type 7) compute it.
    """
    known: dict[ops.Node, ops.Node] = {}
    asked = _asked(scalars(measures).values())
    for column in columns(measures.values()):
        values = table.select(column.name(VALUE))
        with sort(values.filter(values[VALUE].notnull())) as (count, at):
            for op in (op for op in asked if op.arg == column.op()):
                known[op] = _literal(op, [_between(share, count, at) for share in _shares(op)])
    return {
        name: measure.op().replace(known).to_expr() if isinstance(measure, ir.Scalar) else measure
        for name, measure in measures.items()
    }


def is_known(measure: Measure) -> TypeGuard[ir.Scalar]:
    """Whether nothing of it is left to be measured."""
    return isinstance(measure, ir.Scalar) and not measure.op().relations


def _asked(measures: Iterable[ir.Scalar]) -> list[Any]:
    """Every quantile of numbers over all rows; others, of dates, are small enough."""
    every = (op for measure in measures for op in measure.op().find(KINDS))
    return [*dict.fromkeys(op for op in every if op.where is None and op.arg.dtype.is_numeric())]


def _shares(op: Any) -> list[float]:
    if isinstance(op, ops.Median):
        return [0.5]
    given = op.quantile.value
    return [float(share) for share in given] if isinstance(op, ops.MultiQuantile) else [float(given)]


def _between(share: float, count: int, at: Places) -> float | None:
    """Between two neighbours, in proportion."""
    if not count:
        return None
    place = share * (count - 1)
    low, high = math.floor(place), math.ceil(place)
    values = at(sorted({low, high}))
    return values[low] + (values[high] - values[low]) * (place - low)


def _literal(op: Any, values: Sequence[float | None]) -> ops.Node:
    found = list(values) if isinstance(op, ops.MultiQuantile) else values[0]
    return ibis.literal(found, type=op.dtype).op()
