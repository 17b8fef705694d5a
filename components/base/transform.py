"""Tables in, tables out."""

from abc import abstractmethod
from collections.abc import Mapping

import ibis.expr.types as ir

from components.base.component import Component, P


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
