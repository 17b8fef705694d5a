"""The order of rows, and the groups within which it matters."""

from collections.abc import Collection, Iterable

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.portable.row_ids import row_id
from components.ports import ROLE, ROW, kind_of, visible

ORDER = "__cb_order"
"""The place that the last Sort gave a row; it travels with the row, because a table has no order of its own."""


def order_of(schema: sch.Schema) -> list[str]:
    """What sorts rows as they came: the last Sort, then their ids; their values where they have neither."""
    return [name for name in (ORDER, ROW) if name in schema] or _plain(schema)


def in_order(table: ir.Table) -> list[ir.Value]:
    """The columns that sort rows as they came."""
    return [table[name] for name in order_of(table.schema())]


def ordered_by(
    table: ir.Table, names: Iterable[str], descending: Collection[str] = (), *, backward: bool = False
) -> list[ir.Value]:
    """What sorts rows by some columns, missing values last, and rows that agree in them as they came.

    Parameters
    ----------
    descending
        Which of the columns go from the largest to the smallest value.
    backward
        The same order from its end.
    """
    keys = [*((table[name], (name in descending) != backward) for name in names)]
    keys += [(column, backward) for column in in_order(table)]
    return [key.desc(nulls_first=backward) if falls else key.asc(nulls_first=backward) for key, falls in keys]


def within(table: ir.Table, group: Iterable[str]) -> list[ir.Value]:
    """What tells groups apart. After a split each role is a group of its own: no test row flows into a train row."""
    return [table[name] for name in (*group, *([ROLE] if ROLE in table.columns else []))]


def id_of(table: ir.Table) -> ir.IntegerValue:
    """The rows' ids; made from their values where they have none."""
    return table[ROW] if ROW in table.columns else row_id(*(table[name] for name in _plain(table.schema())))


def _plain(schema: sch.Schema) -> list[str]:
    return [name for name, dtype in visible(schema).items() if kind_of(dtype) not in ("other", "one_hot")]
