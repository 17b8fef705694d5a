"""The values of a column and how frequent they are: what no plain aggregate gives alike on every engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import ibis.expr.types as ir

K = TypeVar("K")
Order = Literal["frequent", "small"]
VALUE, ROWS = "value", "rows"


@dataclass(frozen=True)
class Ranking:
    """A measure: some of the different values of a column, in order, without nulls.

    The engine ranks the columns of several nodes in one query (`engine.backends.rankings`).

    Parameters
    ----------
    order
        The most frequent first, of equally frequent ones the smallest, because ``mode`` and ``histogram`` break ties
        differently from engine to engine; or the smallest first.
    limit
        How many.
    """

    column: ir.Column
    limit: int
    order: Order = "frequent"

    def values(self) -> ir.Table:
        """The same as a query of its own, with one column: `VALUE`."""
        given = self.column.as_table().rename({VALUE: self.column.get_name()})
        given = given.filter(given[VALUE].notnull())
        counted = given.group_by(VALUE).aggregate(given.count().name(ROWS))
        frequent = [counted[ROWS].desc()] if self.order == "frequent" else []
        return counted.order_by([*frequent, counted[VALUE].asc()]).limit(self.limit).select(VALUE)


Measure: TypeAlias = "ir.Scalar | Ranking"


def most_frequent(column: ir.Column, limit: int) -> Ranking:
    """The most frequent values of a column, of equally frequent ones the smallest."""
    return Ranking(column, limit)


def smallest(column: ir.Column, limit: int) -> Ranking:
    """The smallest different values of a column."""
    return Ranking(column, limit, "small")


def ranked(measures: Mapping[K, Measure]) -> dict[K, Ranking]:
    """Those of some measures that are rankings."""
    return {name: measure for name, measure in measures.items() if isinstance(measure, Ranking)}


def scalars(measures: Mapping[K, Measure]) -> dict[K, ir.Scalar]:
    """Those of some measures that one aggregation computes."""
    return {name: measure for name, measure in measures.items() if not isinstance(measure, Ranking)}
