"""Compute over the rows around each row."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self, get_args

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Transform
from components.combine.group_by import SummableColumns
from components.described import Described
from components.errors import ComponentError
from components.params import (
    Column,
    ColumnPick,
    Columns,
    NewColumn,
    Params,
    PlainColumns,
    Widget,
    distinct_names,
    only_if,
)
from components.portable.numbers import as_float, divide, finite
from components.rows.order import ordered_by, within

Function = Literal[
    "row_number", "rank", "dense_rank", "percent_rank", "lag", "lead", "difference", "change", "first", "last",
    "sum", "mean", "min", "max", "count", "share",
]  # fmt: skip

WindowBuilder = Any
"""A window as Ibis builds it."""

OF_COLUMNS = tuple(
    name for name in get_args(Function) if name not in ("row_number", "rank", "dense_rank", "percent_rank")
)
OF_NUMBERS = ("difference", "change", "sum", "mean", "share")


class WindowFunction(Described):
    """One new column."""

    function: Function = "row_number"
    """What is computed. Ranks need no column; ``difference`` and ``change`` (0.1 is 10 % more) compare with an earlier
    row; ``share`` is the part of the group's sum."""
    column: Annotated[Column | None, only_if(function=OF_COLUMNS)] = None
    """The column it is computed from."""
    name: NewColumn | None = None
    """The name of the new column; ``sum_price`` and the like where it is left empty."""
    rows: Annotated[int, Field(ge=1, le=100_000), only_if(function=("lag", "lead", "difference", "change"))] = 1
    """How many rows back (or ahead) ``lag``, ``lead``, ``difference`` and ``change`` look."""
    over: Annotated[Literal["so_far", "group"], only_if(function=("sum", "mean", "min", "max", "count"))] = "so_far"
    """Whether ``sum``, ``mean``, ``min``, ``max`` and ``count`` take the rows up to this one, or the whole group;
    ``first``, ``last`` and ``share`` always take the group."""

    @model_validator(mode="after")
    def _needs_a_column(self) -> Self:
        if self.column is None and self.function not in (*RANKS, "count"):
            raise ValueError(f"{self.function} needs a column")
        return self

    @property
    def output(self) -> str:
        """The name of the new column."""
        is_of_column = self.column is not None and self.function not in RANKS
        return self.name or (f"{self.function}_{self.column}" if is_of_column else self.function)


class WindowParams(Params):
    partition_by: PlainColumns = PlainColumns.of([])
    """Rows that agree in these columns form a group; all rows do where it is left empty."""
    order_by: PlainColumns = PlainColumns.of([])
    """What the rows of a group are sorted by; the last Sort or the original rows where it is left empty."""
    descending: Annotated[tuple[str, ...], ColumnPick()] = ()
    """Those of them that go from the largest to the smallest value."""
    functions: Annotated[tuple[WindowFunction, ...], Widget("aggregations"), Field(min_length=1, max_length=200)]
    """What to compute for each row."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            for asked in self.functions:
                if asked.column is not None:
                    _fitting(asked.function).of([asked.column]).resolve(schema, field="functions")
            distinct_names([*schema, *(asked.output for asked in self.functions)], "functions")
            if not set(self.descending) <= set(bound.order_by):
                raise ComponentError(
                    "Only columns that rows are sorted by can be descending.",
                    hint="Add them to these, or take them out.",
                    field="descending",
                )
        return bound


class Window(Transform[WindowParams]):
    """Adds columns that are computed from the rows around each row: ranks, running sums, earlier values, shares.

    Rows stay as they are. After a split, each role is a group of its own. Missing values come last, and are left out of
    sums; rows that agree in what they are sorted by keep their order, except for ranks, where they are equal.

    When: a row only means something beside others, such as the third purchase of a customer. Serving: boundary, an
    endpoint's input starts after it. Source: SQL window functions; `pandas.core.groupby.DataFrameGroupBy.cumsum`,
    ``shift`` and ``rank``.
    """

    spec = Spec(
        key="window",
        title="Window",
        category="combine",
        icon="table_rows_narrow",
        about="Computes over the rows around each row.",
        words=(
            "rank",
            "row number",
            "cumsum",
            "cumulative",
            "running total",
            "partition by",
            "over",
            "moving average",
            "lag",
            "lead",
        ),
        serving="boundary",
        example={
            "partition_by": ["group"],
            "order_by": ["when"],
            "functions": [
                {"function": "row_number"},
                {"function": "mean", "column": "number"},
                {"function": "lag", "column": "text", "rows": 2},
                {"function": "share", "column": "target_number"},
            ],
        },
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({asked.output: self._computed(table, asked) for asked in self.params.functions})

    def _computed(self, table: ir.Table, asked: WindowFunction) -> ir.Value:
        group = within(table, self.params.partition_by)
        order = ordered_by(table, self.params.order_by, self.params.descending)
        rows = (None, None) if asked.over == "group" else (None, 0)
        if asked.function in RANKS:
            keys = order[: len(self.params.order_by)] if asked.function != "row_number" else []
            return RANKS[asked.function](ibis.window(group_by=group, order_by=keys or order))
        if asked.column is None:
            return table.count().over(ibis.window(group_by=group, order_by=order, rows=rows))
        column = table[asked.column]
        if asked.function in NEAR:
            return NEAR[asked.function](column, asked.rows, ibis.window(group_by=group, order_by=order))
        if asked.function in ENDS:
            last = ordered_by(table, self.params.order_by, self.params.descending, backward=True)
            return _first(column, group, order if asked.function == "first" else last)
        if asked.function == "share":
            return _share(finite(as_float(column)), ibis.window(group_by=group))
        return FIGURES[asked.function](column).over(ibis.window(group_by=group, order_by=order, rows=rows))


def _first(column: ir.Column, group: list[ir.Value], order: list[ir.Value]) -> ir.Value:
    """The first value in an order; missing ones come after all others."""
    window = ibis.window(group_by=group, order_by=[column.isnull().asc(), *order], rows=(None, None))
    return column.first(include_null=True).over(window)


def _share(number: ir.FloatingColumn, window: WindowBuilder) -> ir.FloatingValue:
    return divide(number, number.sum().over(window))


def _difference(column: ir.Column, rows: int, window: WindowBuilder) -> ir.FloatingValue:
    return as_float(column) - as_float(column.lag(rows).over(window))


def _change(column: ir.Column, rows: int, window: WindowBuilder) -> ir.FloatingValue:
    return divide(_difference(column, rows, window), column.lag(rows).over(window))


RANKS: Mapping[str, Callable[[WindowBuilder], ir.NumericValue]] = {
    "row_number": lambda window: (ibis.row_number().over(window) + 1).cast("int64"),
    "rank": lambda window: (ibis.rank().over(window) + 1).cast("int64"),
    "dense_rank": lambda window: (ibis.dense_rank().over(window) + 1).cast("int64"),
    "percent_rank": lambda window: ibis.percent_rank().over(window),
}
NEAR: Mapping[str, Callable[[ir.Column, int, WindowBuilder], ir.Value]] = {
    "lag": lambda column, rows, window: column.lag(rows).over(window),
    "lead": lambda column, rows, window: column.lead(rows).over(window),
    "difference": _difference,
    "change": _change,
}
ENDS = ("first", "last")
FIGURES: Mapping[str, Callable[[ir.Column], ir.Value]] = {
    "sum": lambda column: as_float(column).sum(),
    "mean": lambda column: as_float(column).mean(),
    "min": lambda column: column.min(),
    "max": lambda column: column.max(),
    "count": lambda column: column.count(),
}


def _fitting(function: Function) -> type[Columns]:
    return SummableColumns if function in OF_NUMBERS else PlainColumns
