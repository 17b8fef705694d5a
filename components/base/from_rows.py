"""What must see the train rows themselves to learn, and is applied by the database engine all the same."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from components.base.component import P
from components.base.learned import LearnedTransform, S
from components.portable.frequencies import Measure
from components.ports import ROW


class LearnedFromRows(LearnedTransform[P, S]):
    """Learns from the train rows themselves, where no aggregation tells enough.

    What it has learned is a small state like any other: every row is treated inside the query of what comes next, and
    an endpoint replays it in SQL.
    """

    most_rows: ClassVar[int] = 1_000_000
    """How many rows it learns from within minutes on one machine."""
    instead: ClassVar[str] = "another component"
    """What does much the same with more rows."""
    room: ClassVar[float] = 4.0
    """What learning takes in memory, relative to the rows as float64."""

    @abstractmethod
    def reads(self) -> tuple[str, ...]:
        """The columns that it looks at."""

    @abstractmethod
    def learn_rows(self, rows: pa.Table) -> S:
        """The state, from the train rows with the columns that it reads; there may be none."""

    def report(self, state: S) -> list[dict[str, Any]]:
        """What a person wants to know of what was learned: one row per column, as JSON."""
        return []

    def asked(self, table: ir.Table) -> ir.Table:
        """What it looks at of some rows, always in the same order."""
        rows = table.order_by(ROW) if ROW in table.columns else table
        return rows.select(*self.reads())

    def fit(self, table: ir.Table) -> S:
        return self.learn_rows(self.asked(table).to_pyarrow())

    def measures(self, table: ir.Table) -> Mapping[str, Measure]:
        return {}

    def learn(self, values: Mapping[str, Any]) -> S:
        return self.unfitted()
