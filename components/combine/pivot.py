"""Turn values into columns."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.combine.group_by import FIGURES, FITTING
from components.errors import ComponentError
from components.listed import Listed, check_listed, equals
from components.params import (
    AnyColumns,
    CategoryColumns,
    Column,
    ColumnPick,
    NewColumn,
    Params,
    PlainColumns,
    distinct_names,
)
from components.portable.numbers import where
from components.portable.row_ids import row_id
from components.ports import ROLE, ROW, kind_of

MOST = 500


class PivotParams(Params):
    index: PlainColumns
    """Rows that agree in these columns become one row."""
    columns: Annotated[str, ColumnPick(CategoryColumns.kinds)]
    """The column whose values become columns."""
    columns_values: Annotated[tuple[Listed, ...], Field(max_length=MOST)] = ()
    """Which values become columns, in this order. They are listed here because columns are known before a run."""
    values: Column | None = None
    """The column that fills them; only ``count`` goes without one and counts rows."""
    aggregation: Literal["count", "count_distinct", "sum", "mean", "median", "std", "var", "min", "max"] = "mean"
    """How several rows become one value; missing values are left out."""
    prefix: Annotated[str, Field(max_length=50)] = ""
    """Put in front of the names of the new columns."""
    others: Literal["refuse", "leave_out"] = "refuse"
    """What happens when rows have values that are not listed: the run stops, or such rows are left out."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            check_listed(self.columns_values, self.columns, schema, "columns_values")
            self._check_values(schema)
            distinct_names([*bound.index, *bound.names().values()], "columns_values")
        return bound

    def names(self) -> dict[str, NewColumn]:
        """The new columns by the value they stand for."""
        return {value: self.prefix + value for value in self.columns_values}

    def _check_values(self, schema: sch.Schema) -> None:
        if self.values is not None:
            FITTING.get(self.aggregation, AnyColumns).of([self.values]).resolve(schema, field="values")
        elif self.aggregation != "count":
            raise ComponentError(
                f"{self.aggregation} needs a column of values.", hint="Choose one, or count rows.", field="values"
            )


class Pivot(Transform[PivotParams]):
    """Turns the values of a column into columns: one row for each group, one column for each listed value.

    A row's new id is the md5 of its keys. After a split, each role is summarised apart. Where a group has no row for a
    value, the new column is missing there, and a count is 0.

    When: a long table, such as one row per month, should be a wide one. Serving: boundary, an endpoint's input starts
    after it. Source: `pandas.pivot_table`; SQL ``PIVOT … IN``.
    """

    spec = Spec(
        key="pivot",
        title="Pivot",
        category="combine",
        icon="pivot_table_chart",
        about="Turns the values of a column into columns.",
        words=(
            "crosstab",
            "cross tab",
            "wide",
            "reshape",
            "pivot table",
            "long to wide",
            "pivoting",
            "spread",
            "dcast",
        ),
        serving="boundary",
        example={
            "index": ["group"],
            "columns": "target_class",
            "columns_values": ["yes", "no"],
            "values": "number",
            "aggregation": "mean",
        },
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        keys = [*self.params.index, *([ROLE] if ROLE in table.columns else [])]
        figures = [self._figure(table, value).name(name) for value, name in self.params.names().items()]
        wide = table.aggregate(figures, by=[table[key] for key in keys])
        return wide.select(
            *self.params.index,
            *self.params.names().values(),
            row_id(*(wide[key] for key in keys)).name(ROW),
            *([ROLE] if ROLE in keys else []),
        )

    def demands(self, *tables: ir.Table) -> dict[str, ir.IntegerScalar]:
        (table,) = tables
        if self.params.others == "leave_out":
            return {}
        is_listed = reduce(or_, (self._is(table, value) for value in self.params.columns_values))
        message = f"Values of column {self.params.columns!r} are not listed, so they would be lost."
        return {message: (~is_listed).fill_null(False).sum()}

    def _is(self, table: ir.Table, value: str) -> ir.BooleanValue:
        column = table[self.params.columns]
        return equals(column, value, kind_of(column.type()), "columns_values")

    def _figure(self, table: ir.Table, value: str) -> ir.Scalar:
        chosen = table[self.params.values] if self.params.values is not None else ibis.literal(1, "int64")
        return FIGURES[self.params.aggregation](where(self._is(table, value), chosen))
