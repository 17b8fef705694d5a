"""Rows in the order of their ids.

Sums depend on the order of their terms in the last bits, so a model must see its rows in the same order every time.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from components.ports import ROW, kind_of
from components.prepare.packed import FIELD

T = TypeVar("T")


class OutOfOrder(Exception):
    """A query did not give its rows by ascending ids."""


class Ascending:
    """Watches the row ids of batches go by.

    Raises
    ------
    OutOfOrder
        At the first id that is not above the one before.
    """

    def __init__(self) -> None:
        self._last: int | None = None

    def __call__(self, batch: pa.RecordBatch) -> None:
        ids = batch.column(ROW).to_numpy(zero_copy_only=False)
        if not len(ids):
            return
        if (self._last is not None and ids[0] <= self._last) or not (np.diff(ids) > 0).all():
            raise OutOfOrder
        self._last = int(ids[-1])


def in_order(
    table: ir.Table, seen: Sequence[str], read: Callable[[ir.Table, Callable[[pa.RecordBatch], None]], T]
) -> T:
    """Read a table by its row ids: as it comes, which nearly always is that order, and sorted where it is not.

    Parameters
    ----------
    seen
        What decides between rows that share an id, because a join gave several matches: what the model sees.
    read
        Reads the table it is given, and shows each batch to what it is given.
    """
    try:
        return read(table, Ascending())
    except OutOfOrder:
        return read(table.order_by([table[ROW], *ties(table, seen)]), lambda batch: None)


def ties(table: ir.Table, names: Iterable[str]) -> list[ir.Column]:
    """Columns as an order takes them."""
    columns = {name: table[name] for name in names}
    return [c[FIELD].name(name) if kind_of(c.type()) == "one_hot" else c for name, c in columns.items()]
