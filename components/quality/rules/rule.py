"""What every rule is: about each row, about the values of columns, or about the table as a whole."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Annotated, ClassVar, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.described import Described
from components.errors import ComponentError
from components.params import Columns

FIELD = "rules"
VALUE = "value"
SHOWN = 3
"""How many of the values that break a rule are shown."""

Tolerance = Annotated[float, Field(ge=0, lt=1)]


class Rule(Described):
    """One rule."""

    name: Annotated[str, Field(max_length=100)] = ""
    """What it is called in messages; its place in the list where this is empty."""

    @abstractmethod
    def expects(self) -> str:
        """What is so when it is kept, in a few words."""

    def bind(self, schema: sch.Schema) -> Self:
        """The rule with explicit columns, checked against a table.

        Raises
        ------
        ComponentError
        """
        columns = getattr(self, "columns", None)
        if not isinstance(columns, Columns):
            return self
        found = columns.resolve(schema, field=FIELD)
        if not len(found):
            raise ComponentError("A rule has no column to look at.", hint="Choose its columns.", field=FIELD)
        return self.model_copy(update={"columns": found})


class RowRule(Rule):
    """A rule that each row keeps or breaks."""

    tolerate: Tolerance = 0
    """The share of rows that may break it before it is told; quarantine takes them out all the same."""

    @abstractmethod
    def broken(self, table: ir.Table) -> Mapping[str, ir.BooleanColumn]:
        """Which rows break it, for each column by itself (or the empty name for the row as a whole)."""

    @abstractmethod
    def words(self, column: str) -> str:
        """What is so when it is broken."""

    @abstractmethod
    def reads(self, schema: sch.Schema) -> list[str]:
        """The columns that it looks at."""

    def counts(self, table: ir.Table) -> Mapping[str, ir.IntegerScalar]:
        """How many rows break it."""
        return {name: count(is_broken) for name, is_broken in self.broken(table).items()}

    def failing(self, table: ir.Table) -> ir.Table:
        """The rows that break it."""
        return table.filter(any_of([*self.broken(table).values()]))

    def examples(self, table: ir.Table, column: str) -> ir.Table | None:
        """Some of the values that break it."""
        if not column:
            return None
        return some(table.filter(self.broken(table)[column]), table[column])


class ColumnRule(RowRule):
    """A rule about the values of some columns, each by itself."""

    columns: Columns

    def broken(self, table: ir.Table) -> Mapping[str, ir.BooleanColumn]:
        return {name: (~self.keeps(table[name])).fill_null(False) for name in self.columns}

    @abstractmethod
    def keeps(self, column: ir.Column) -> ir.BooleanValue:
        """Whether values keep it; null where that cannot be said."""

    def reads(self, schema: sch.Schema) -> list[str]:
        return list(self.columns)


class TableRule(Rule):
    """A rule about the table as a whole."""

    is_timely: ClassVar[bool] = False
    """Whether the answer depends on when it is asked."""

    @abstractmethod
    def words(self) -> str:
        """What is so when it is broken."""

    @abstractmethod
    def is_broken(self, table: ir.Table) -> ir.BooleanScalar:
        """Whether it is broken."""

    def shown(self, table: ir.Table) -> ir.Scalar | None:
        """A figure that says more."""
        return None


def listed(columns: Columns) -> str:
    """Columns in a sentence.

    >>> listed(Columns.of("abcde")), listed(Columns.of(["age"])), listed(Columns(select="numeric"))
    ('a, b and 3 more', 'age', 'all numeric columns')
    """
    if columns.names is None or len(columns.names) == 1:
        return columns.words()
    first, rest = columns.names[:2], len(columns.names) - 2
    return f"{first[0]} and {first[1]}" if not rest else f"{', '.join(first)} and {rest} more"


def are(columns: Columns) -> str:
    """The verb that goes with columns."""
    return "is" if columns.names is not None and len(columns.names) == 1 else "are"


def any_of(checks: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether one of them is so; balanced, so that a thousand are not a deep tree."""
    found = [*checks]
    while len(found) > 1:
        found = [reduce(or_, found[place : place + 2]) for place in range(0, len(found), 2)]
    return found[0]


def count(is_so: ir.BooleanColumn) -> ir.IntegerScalar:
    """How many rows are so."""
    return is_so.cast("int64").sum().fill_null(0)


def some(rows: ir.Table, column: ir.Column) -> ir.Table:
    """Some of the values of a column."""
    return rows.select(rows[column.get_name()].name(VALUE)).distinct().order_by(VALUE).limit(SHOWN)
