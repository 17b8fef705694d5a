"""Summarise groups of rows."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Transform
from components.described import Described
from components.params import AnyColumns, Column, Columns, NewColumn, NumericColumns, Params, Widget, distinct_names
from components.portable.numbers import measurable, where
from components.portable.row_ids import row_id
from components.ports import ROLE, ROW
from components.rows.order import ORDER

Function = Literal["count", "count_distinct", "sum", "mean", "median", "std", "var", "min", "max", "first", "last"]


class SummableColumns(Columns):
    """Columns that can be added up; true counts as 1."""

    kinds = ("numeric", "boolean")


class OrderedColumns(Columns):
    """Columns whose values have an order."""

    kinds = ("numeric", "text", "boolean", "datetime")


FITTING: Mapping[str, type[Columns]] = {
    "sum": SummableColumns,
    "mean": SummableColumns,
    "median": NumericColumns,
    "std": NumericColumns,
    "var": NumericColumns,
    "min": OrderedColumns,
    "max": OrderedColumns,
}


class Aggregation(Described):
    """One figure for each group."""

    column: Column | None = None
    """The column to summarise; only ``count`` goes without one and counts rows."""
    function: Function = "count"
    """How to summarise it; missing values are left out."""
    name: NewColumn | None = None
    """The name of the new column; ``mean_price`` and the like where it is left empty."""

    @model_validator(mode="after")
    def _needs_a_column(self) -> Self:
        if self.column is None and self.function != "count":
            raise ValueError(f"{self.function} needs a column")
        return self

    @property
    def output(self) -> str:
        return self.name or (f"{self.function}_{self.column}" if self.column else "rows")


class GroupByParams(Params):
    by: AnyColumns
    """Rows that agree in these columns form a group; missing values agree with each other."""
    aggregations: Annotated[tuple[Aggregation, ...], Widget("aggregations"), Field(min_length=1)] = (Aggregation(),)
    """What to compute for each group."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            for aggregation in self.aggregations:
                if aggregation.column is not None:
                    fitting = FITTING.get(aggregation.function, AnyColumns)
                    fitting.of([aggregation.column]).resolve(schema, field="aggregations")
            distinct_names([*bound.by, *(aggregation.output for aggregation in self.aggregations)], "aggregations")
        return bound


class GroupBy(Transform[GroupByParams]):
    """Gives one row for each group of rows, with figures about it.

    A row's new id is the md5 of its keys. After a split, each role is summarised apart, so that no test row flows
    into a train row. ``first`` and ``last`` follow the last Sort, or else the order of the original rows.

    When: the question is about customers and the table about purchases. Serving: boundary, an endpoint's input
    starts after it. Source: SQL ``GROUP BY``; ``std`` and ``var`` are those of a sample.
    """

    spec = Spec(
        key="group_by",
        title="Group by",
        category="combine",
        icon="group_work",
        about="Summarises groups of rows.",
        words=(
            "groupby",
            "aggregate",
            "aggregation",
            "sum",
            "count",
            "average",
            "mean",
            "summarise",
            "summarize",
            "agg",
            "pivot table",
            "statistics by group",
        ),
        serving="boundary",
        example={
            "by": ["group"],
            "aggregations": [{"function": "count"}, {"column": "number", "function": "mean", "name": "average"}],
        },
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        keys = [*self.params.by, *([ROLE] if ROLE in table.columns else [])]
        figures = {a.output: _figure(a, table) for a in self.params.aggregations}
        grouped = table.aggregate([figure.name(name) for name, figure in figures.items()], by=[table[k] for k in keys])
        return grouped.select(
            *self.params.by,
            *figures,
            row_id(*(grouped[key] for key in keys)).name(ROW),
            *([ROLE] if ROLE in keys else []),
        )


def _figure(aggregation: Aggregation, table: ir.Table) -> ir.Scalar:
    if aggregation.column is None:
        return table.count()
    column = table[aggregation.column]
    order = next((table[name] for name in (ORDER, ROW) if name in table.columns), column)
    if aggregation.function == "first":
        return column.argmin(order, where=column.notnull())
    if aggregation.function == "last":
        return column.argmax(order, where=column.notnull())
    return FIGURES[aggregation.function](column)


def _number(column: ir.Column) -> ir.NumericColumn:
    return column.cast("int64") if column.type().is_boolean() else column


def _spread(column: ir.NumericColumn, spread: ir.FloatingScalar) -> ir.FloatingScalar:
    """NULL where a value has no finite square: an engine stops at it, and a figure without it would be wrong."""
    return where(measurable(column).count() == column.count(), spread)


FIGURES: Mapping[str, Callable[[ir.Column], ir.Scalar]] = {
    "count": lambda column: column.count(),
    "count_distinct": lambda column: column.nunique(),
    "sum": lambda column: _number(column).sum(),
    "mean": lambda column: _number(column).mean(),
    "median": lambda column: column.cast("float64").quantile(0.5),
    "std": lambda column: _spread(column, measurable(column).std(how="sample")),
    "var": lambda column: _spread(column, measurable(column).var(how="sample")),
    "min": lambda column: column.min(),
    "max": lambda column: column.max(),
}
