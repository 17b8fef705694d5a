"""Fill gaps with the last value before them."""

from typing import Literal

import ibis
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.params import Params, PlainColumns
from components.rows.order import ordered_by, within

BLOCK = "__cb_block"


class FillForwardParams(Params):
    columns: PlainColumns
    """The columns to fill."""
    order_by: PlainColumns = PlainColumns.of([])
    """What the rows are sorted by, usually a time; the last Sort or the original rows where it is left empty."""
    group: PlainColumns = PlainColumns.of([])
    """Values stay within rows that agree in these columns, such as one device or customer."""
    direction: Literal["forward", "backward"] = "forward"
    """Whether a value fills the gaps after it or before it."""


class FillForward(Transform[FillForwardParams]):
    """Fills each gap with the last value before it, in time or in the order of rows.

    Gaps before the first value stay. After a split, each role is filled apart, so that no test row flows into a train
    row.

    When: a reading holds until the next one. Serving: boundary, an endpoint's input starts after it: a record alone
    has no value before it, so it must bring the one that holds. Source: `pandas.DataFrame.ffill`, `bfill`.
    """

    spec = Spec(
        key="fill_forward",
        title="Fill forward",
        category="rows",
        icon="keyboard_double_arrow_down",
        about="Fills gaps with the last value before them.",
        words=("ffill", "bfill", "forward fill", "fillna", "carry forward", "locf", "missing values", "na"),
        serving="boundary",
        example={"columns": ["number", "text", "flag", "when"], "order_by": ["when"], "group": ["group"]},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        names = [*self.params.columns]
        blocks = table.mutate({f"{BLOCK}{place}": self._block(table, name) for place, name in enumerate(names)})
        filled = {name: self._filled(blocks, name, f"{BLOCK}{place}") for place, name in enumerate(names)}
        return blocks.mutate(filled).select(table.columns)

    def _block(self, table: ir.Table, name: str) -> ir.IntegerValue:
        """How many values there were: a value and the gaps after it have one number."""
        order = ordered_by(table, self.params.order_by, backward=self.params.direction == "backward")
        group = within(table, self.params.group)
        return table[name].count().over(ibis.window(group_by=group, order_by=order, rows=(None, 0)))

    def _filled(self, blocks: ir.Table, name: str, block: str) -> ir.Value:
        """The only value of the block; without one, the block is what came before the first value."""
        return blocks[name].max().over(ibis.window(group_by=[*within(blocks, self.params.group), blocks[block]]))
