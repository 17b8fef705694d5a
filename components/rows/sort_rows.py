"""Put rows in order."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.errors import ComponentError
from components.params import ColumnPick, Params, PlainColumns
from components.rows.order import ORDER, ordered_by


class SortRowsParams(Params):
    by: PlainColumns
    """The columns to sort by, the most important one first."""
    descending: Annotated[tuple[str, ...], ColumnPick()] = ()
    """Those of them that go from the largest to the smallest value, or from Z to A."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for name in self.descending if schemas else ():
            if name not in set(bound.by):
                raise ComponentError(
                    f"Column {name!r} is not among the columns to sort by.",
                    hint="Add it to these, or take it out here.",
                    field="descending",
                    column=name,
                )
        return bound


class SortRows(Transform[SortRowsParams]):
    """Puts rows in order; missing values come last, and rows that agree keep their order.

    Rows keep their place with them: what takes the first ones later on, such as Limit rows or Remove duplicates, goes
    by it. Models learn from rows in the order of their ids all the same.

    When: a table is read by people, or the first rows of some order are wanted. Serving: skipped, an endpoint answers
    every row it is asked. Source: SQL ``ORDER BY``; texts in the order of their Unicode code points.
    """

    spec = Spec(
        key="sort_rows",
        title="Sort rows",
        category="rows",
        icon="sort",
        about="Puts rows in order.",
        words=("order by", "sort", "sorter", "sort values", "arrange", "ascending", "descending"),
        serving="training_only",
        example={"by": ["text", "number"], "descending": ["number"]},
    )

    def most_left(self, rows: int) -> int:
        return rows

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        if not len(self.params.by):
            return table
        order = ordered_by(table, self.params.by, self.params.descending)
        place = ibis.row_number().over(order_by=order).cast("int64")
        return table.mutate({ORDER: place}).order_by(ORDER)
