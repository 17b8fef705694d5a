"""Remove rows with values far from the others."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_
from typing import Annotated, Literal, Self

import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Transform
from components.params import NumericColumns, Params
from components.portable.numbers import as_float, measurable
from components.ports import ROLE

Method = Literal["iqr", "zscore", "percentile"]
Bounds = tuple[ir.FloatingScalar, ir.FloatingScalar]

LOW, HIGH = "__cb_low_", "__cb_high_"
SLACK = 1e-12
"""Of the mean: sums differ in their last bits, so the values of a constant column would lie beside their mean."""


class RemoveOutliersParams(Params):
    columns: NumericColumns
    """The columns to look at; a row goes when one of them holds an outlier."""
    method: Method = "iqr"
    """How far is too far: from the quartiles (iqr), from the mean (zscore), or beyond a percentile."""
    threshold: Annotated[float | None, Field(gt=0, le=1_000)] = None
    """Quartile distances beyond the quartiles (1.5 where it is left empty), standard deviations from the mean (3), or
    percent at each end (1)."""

    @model_validator(mode="after")
    def _leaves_a_middle(self) -> Self:
        if self.method == "percentile" and self.limit >= 50:
            raise ValueError("less than 50 percent can be cut off at each end")
        return self

    @property
    def limit(self) -> float:
        """The threshold, or the usual one of the method."""
        return DEFAULTS[self.method] if self.threshold is None else self.threshold


class RemoveOutliers(Transform[RemoveOutliersParams]):
    """Removes rows in which a number lies far from the others; missing values are no outliers.

    After a split, only train rows are looked at and removed: the score must not profit from test rows that are gone,
    because an endpoint is asked about such rows too.

    When: wrong readings would drag a model away; where outliers are true, clip them or choose a robust scaler.
    Serving: skipped, an endpoint answers every row it is asked. Source: Tukey, *Exploratory Data Analysis* (1977), for
    the quartiles; `scipy.stats.zscore`; `numpy.percentile`.
    """

    spec = Spec(
        key="remove_outliers",
        title="Remove outliers",
        category="rows",
        icon="person_remove",
        about="Removes rows with values far from the others.",
        words=("outliers", "outlier", "anomalies", "iqr", "z score", "extreme values", "trim"),
        serving="training_only",
        example={"columns": ["number", "other"], "method": "zscore", "threshold": 1.2},
    )

    def most_left(self, rows: int) -> int:
        return rows

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        names = [*self.params.columns]
        if not names:
            return table
        beside = table.cross_join(self._bounds(table, names))
        inside = reduce(and_, (_is_inside(beside, name, place) for place, name in enumerate(names)))
        if ROLE in table.columns:
            inside |= (beside[ROLE] != "train").fill_null(True)
        return beside.filter(inside).select(table.columns)

    def _bounds(self, table: ir.Table, names: list[str]) -> ir.Table:
        """One row: between what the values of each column must lie."""
        rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
        figures: dict[str, ir.FloatingScalar] = {}
        for place, name in enumerate(names):
            low, high = METHODS[self.params.method](measurable(rows[name]), self.params.limit)
            figures |= {f"{LOW}{place}": low, f"{HIGH}{place}": high}
        return rows.aggregate([figure.name(name) for name, figure in figures.items()])


def _is_inside(beside: ir.Table, name: str, place: int) -> ir.BooleanValue:
    number = as_float(beside[name])
    return ((number >= beside[f"{LOW}{place}"]) & (number <= beside[f"{HIGH}{place}"])).fill_null(True)


def _around_quartiles(number: ir.FloatingColumn, distances: float) -> Bounds:
    low, high = number.quantile(0.25), number.quantile(0.75)
    return low - (high - low) * distances, high + (high - low) * distances


def _around_mean(number: ir.FloatingColumn, deviations: float) -> Bounds:
    mean = number.mean()
    reach = number.std(how="pop") * deviations + mean.abs() * SLACK
    return mean - reach, mean + reach


def _between_percentiles(number: ir.FloatingColumn, percent: float) -> Bounds:
    return number.quantile(percent / 100), number.quantile(1 - percent / 100)


METHODS: Mapping[Method, Callable[[ir.FloatingColumn, float], Bounds]] = {
    "iqr": _around_quartiles,
    "zscore": _around_mean,
    "percentile": _between_percentiles,
}
DEFAULTS: Mapping[Method, float] = {"iqr": 1.5, "zscore": 3.0, "percentile": 1.0}
