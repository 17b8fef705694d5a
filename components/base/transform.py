"""Tables in, tables out."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from components.base.component import Component, P


@dataclass(frozen=True)
class Observation:
    """Something about the rows that is told when it is so.

    Parameters
    ----------
    message
        What is so, without a full stop at its end.
    count
        How many rows it is about; nothing is told where there are none.
    stops
        Whether the run must not go on then.
    shown
        A figure that says more than the count: the number of rows there are, the newest date.
    examples
        Some of the values, in one column.
    """

    message: str
    count: ir.IntegerScalar
    stops: bool = False
    code: str = "observed"
    column: str | None = None
    fix: str | None = None
    shown: ir.Scalar | None = None
    examples: ir.Table | None = None


class Transform(Component[P]):
    """Tables in, tables out; nothing executes."""

    @abstractmethod
    def transform(self, *tables: ir.Table) -> ir.Table | Mapping[str, ir.Table]:
        """The output table; with several output ports, one table by port name.

        Reserved columns are carried along. ``tables`` come in the order of the input ports.
        """

    def demands(self, *tables: ir.Table) -> dict[str, ir.IntegerScalar]:
        """What must hold for the rows: a count of offending rows by the message that a count above zero raises.

        No engine can raise inside a query on every backend, so the engine counts first.
        """
        return {}

    def examples(self, *tables: ir.Table) -> Mapping[str, ir.Scalar]:
        """By the message of a demand, one of the values that do not meet it; asked for when there are some."""
        return {}

    def observations(self, *tables: ir.Table) -> Sequence[Observation]:
        """What is worth telling about the rows; counted in the same query as `demands`."""
        return ()
