"""Keep the first rows."""

from typing import Annotated

import ibis
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.params import Params, Widget
from components.rows.order import in_order

PLACE = "__cb_place"
MOST = 10**12


class LimitRowsParams(Params):
    rows: Annotated[int, Field(ge=0, le=MOST)] = 1_000
    """How many rows stay."""
    skip: Annotated[int, Field(ge=0, le=MOST), Widget(advanced=True)] = 0
    """How many rows are left out before them."""


class LimitRows(Transform[LimitRowsParams]):
    """Keeps the first rows, in the order of the last Sort or else of the original rows.

    The first rows are no fair sample: files are often sorted. Sample rows draws one.

    When: a pipeline is being built, or only the top of an order counts. Serving: skipped, an endpoint answers every
    row it is asked. Source: SQL ``LIMIT``.
    """

    spec = Spec(
        key="limit_rows",
        title="Limit rows",
        category="rows",
        icon="vertical_align_top",
        about="Keeps the first rows.",
        words=("head", "top", "first rows", "limit", "first n"),
        serving="training_only",
        example={"rows": 10, "skip": 2},
    )

    def most_left(self, rows: int) -> int:
        return min(max(rows - self.params.skip, 0), self.params.rows)

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        rows, skip = self.params.rows, self.params.skip
        if not skip:
            return table.order_by(in_order(table)).limit(rows)
        # Ibis counts rows in no order of ours where Spark lacks an OFFSET.
        placed = table.mutate({PLACE: ibis.row_number().over(order_by=in_order(table))})
        chosen = placed.filter((placed[PLACE] >= skip) & (placed[PLACE] < skip + rows))
        return chosen.order_by(PLACE).drop(PLACE)
