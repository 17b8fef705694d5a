"""Figures about the rows before each row."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, field_validator, model_validator

from components.base import Spec, Transform
from components.combine.group_by import SummableColumns
from components.params import Params, PlainColumns, Widget, distinct_names
from components.portable.numbers import as_float, finite, measurable, where
from components.rows.order import ordered_by, within

Function = Literal["mean", "sum", "min", "max", "std", "count"]


class RollingFeaturesParams(Params):
    columns: SummableColumns
    """The numbers to summarise."""
    order_by: PlainColumns = PlainColumns.of([])
    """What the rows are sorted by, usually a time; the last Sort or the original rows where it is left empty."""
    group: PlainColumns = PlainColumns.of([])
    """Figures stay within rows that agree in these columns, such as one shop."""
    window: Annotated[int, Field(ge=1, le=100_000), Widget(unit="rows")] = 7
    """How many rows are summarised."""
    functions: Annotated[tuple[Function, ...], Field(min_length=1)] = ("mean",)
    """Which figures to compute."""
    current: bool = False
    """Count the row itself as the last of these rows. Leave it out for a column that a model is to predict: the figure
    would contain the answer."""
    min_rows: Annotated[int | None, Field(ge=1, le=100_000), Widget(advanced=True)] = None
    """How many values there must be for a figure; as many as rows where it is left empty. Counts need none."""

    @field_validator("functions")
    @classmethod
    def _each_once(cls, functions: tuple[Function, ...]) -> tuple[Function, ...]:
        if len(set(functions)) < len(functions):
            raise ValueError("a function is listed twice")
        return functions

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.min_rows is not None and self.min_rows > self.window:
            raise ValueError(f"{self.window} rows never have {self.min_rows} values")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*schema, *(new for _, _, new in bound.made())], "functions")
        return bound

    def made(self) -> list[tuple[str, Function, str]]:
        """Each column, a figure, and the name of the new column."""
        return [(n, function, f"{n}_{function}_{self.window}") for n in self.columns for function in self.functions]


class RollingFeatures(Transform[RollingFeaturesParams]):
    """Adds figures about the rows before each row, named ``…_mean_7`` and so on.

    Missing and infinite values are left out. After a split, each role is a group of its own.

    When: the last week says more than the last day. Serving: boundary, an endpoint's input starts after it, with the
    figures among its fields. Source: `pandas.DataFrame.rolling`, after ``shift(1)`` unless ``current`` is set; ``std``
    is that of a sample.
    """

    spec = Spec(
        key="rolling_features",
        title="Rolling features",
        category="combine",
        icon="show_chart",
        about="Adds figures about the rows before each row.",
        words=("moving average", "rolling", "rolling mean", "rolling window", "time series"),
        serving="boundary",
        example={
            "columns": ["number", "flag"],
            "order_by": ["when"],
            "group": ["group"],
            "window": 4,
            "functions": ["mean", "max", "std", "count"],
            "min_rows": 2,
        },
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({new: self._figure(table, name, function) for name, function, new in self.params.made()})

    def _figure(self, table: ir.Table, name: str, function: Function) -> ir.Value:
        number = finite(as_float(table[name]))
        last = 0 if self.params.current else -1
        window = ibis.window(
            group_by=within(table, self.params.group),
            order_by=ordered_by(table, self.params.order_by),
            rows=(last - self.params.window + 1, last),
        )
        count = number.count().over(window)
        if function == "count":
            return count
        return where(count >= (self.params.min_rows or self.params.window), FIGURES[function](number).over(window))


FIGURES: Mapping[Function, Callable[[ir.FloatingColumn], ir.Scalar]] = {
    "mean": lambda number: number.mean(),
    "sum": lambda number: number.sum(),
    "min": lambda number: number.min(),
    "max": lambda number: number.max(),
    "std": lambda number: measurable(number).std(how="sample"),
}
