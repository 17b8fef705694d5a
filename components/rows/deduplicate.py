"""Keep one row of those that are alike."""

from typing import Literal

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline, places
from components.params import AnyColumns, Params
from components.rows.order import in_order, order_of

RANK = "__cb_rank"


class DeduplicateParams(Params):
    columns: AnyColumns = AnyColumns.all()
    """Rows that agree in these columns are duplicates; missing values agree with each other."""
    keep: Literal["first", "last"] = "first"
    """Which of them stays, in the order of the last Sort or else of the original rows."""


class Deduplicate(Transform[DeduplicateParams]):
    """Keeps one row of each group of duplicates.

    When: the same thing was recorded twice; duplicates on both sides of a split make a score too good.
    Serving: skipped, an endpoint answers every row it is asked.
    Source: SQL ``ROW_NUMBER() OVER (PARTITION BY …)``, ordered by the row's stable id.
    """

    spec = Spec(
        key="deduplicate",
        title="Remove duplicates",
        category="rows",
        icon="content_copy",
        about="Keeps one of the rows that are alike.",
        words=("distinct", "drop duplicates", "duplicates", "unique", "dedupe", "unique rows", "duplicate row filter"),
        serving="training_only",
        example={"columns": ["text", "flag"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        deciding = [*self.params.columns, *order_of(schema)] if len(self.params.columns) else []
        return {"table": Outline(schema, rows=places(deciding))}

    def most_left(self, rows: int) -> int:
        return rows

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        alike = [table[name] for name in self.params.columns]
        if not alike:
            return table
        order = in_order(table)
        if self.params.keep == "last":
            order = [ibis.desc(column) for column in order]
        ranked = table.mutate({RANK: ibis.row_number().over(group_by=alike, order_by=order)})
        return ranked.filter(ranked[RANK] == 0).drop(RANK)
