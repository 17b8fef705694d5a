"""Rules about a table as a whole."""

import math
import time
from abc import abstractmethod
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.params import AnyColumns, Columns, DatetimeColumn, NewColumn, Widget
from components.quality.contract import differences
from components.quality.rules.rule import FIELD, TableRule, are, listed
from components.quality.types import FITTING, Type, called

SECONDS = {"hours": 3_600, "days": 86_400}


TOLD = 10
"""Differences that are named."""


class AnyDates(Columns):
    kinds = ("datetime",)


class RowCount(TableRule):
    """The table has about as many rows as expected."""

    kind: Literal["row_count"] = "row_count"
    """The table has neither too few nor too many rows."""
    min: Annotated[int, Field(ge=0)] = 1
    """The least number of rows."""
    max: Annotated[int, Field(ge=0)] | None = None
    """The largest number of rows."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError("the largest number of rows is less than the least")
        return self

    def expects(self) -> str:
        if self.max is None:
            return f"at least {_rows(self.min)}"
        return f"{self.min:,} to {_rows(self.max)}"

    def words(self) -> str:
        upto = "" if self.max is None else f" and at most {self.max:,}"
        return f"at least {self.min:,}{upto} rows are expected"

    def is_broken(self, table: ir.Table) -> ir.BooleanScalar:
        rows = table.count()
        return (rows < self.min) if self.max is None else (rows < self.min) | (rows > self.max)

    def shown(self, table: ir.Table) -> ir.Scalar | None:
        return table.count()


class SchemaRule(TableRule):
    """A rule about the columns themselves: no row is looked at."""

    @abstractmethod
    def told(self, schema: sch.Schema) -> str:
        """What is otherwise; empty where it is kept."""

    def is_broken(self, table: ir.Table) -> ir.BooleanScalar:
        return (table.count() >= 0) & ibis.literal(bool(self.told(table.schema())))


class ColumnType(SchemaRule):
    """Columns have a type."""

    kind: Literal["column_type"] = "column_type"
    """Columns have a type."""
    columns: AnyColumns
    """The columns to look at."""
    type: Type
    """Their type."""

    def wrong(self, schema: sch.Schema) -> dict[str, str]:
        """The columns of other types, with those."""
        return {name: called(schema[name]) for name in self.columns if not FITTING[self.type](schema[name])}

    def expects(self) -> str:
        return f"{listed(self.columns)} {are(self.columns)} {self.type}"

    def words(self) -> str:
        return f"columns must be {self.type}"

    def told(self, schema: sch.Schema) -> str:
        return ", ".join(f"{name!r} is {kind}" for name, kind in self.wrong(schema).items())


class TableSchema(SchemaRule):
    """The table has the columns that were agreed on."""

    kind: Literal["schema"] = "schema"
    """The table has the columns that were agreed on."""
    columns: Annotated[dict[NewColumn, Type], Widget("mapping", keys="columns"), Field(min_length=1, max_length=2_000)]
    """Each column with its type: ``int64``, ``float64``, ``numeric`` (either), ``string``, ``boolean``, ``date``,
    ``timestamp``, ``datetime`` (either) or ``any``."""
    extra: Literal["allow", "refuse"] = "allow"
    """Columns that are not listed."""

    def expects(self) -> str:
        least = "at least" if self.extra == "allow" else "exactly"
        return f"the table has {least} {'1 column' if len(self.columns) == 1 else f'{len(self.columns)} columns'}"

    def words(self) -> str:
        return "the table has not the columns that were agreed on"

    def told(self, schema: sch.Schema) -> str:
        found = list(differences(self.columns, schema, refuses_extra=self.extra == "refuse"))
        more = f", and {len(found) - TOLD} more" if len(found) > TOLD else ""
        return ", ".join(found[:TOLD]) + more


class Freshness(TableRule):
    """The newest row is young enough."""

    is_timely = True

    kind: Literal["freshness"] = "freshness"
    """The newest row is young enough."""
    column: DatetimeColumn
    """The date or time of a row, in UTC where it has no time zone."""
    max_age: Annotated[float, Field(gt=0, le=1e6)] = 1
    """How old the newest row may be."""
    unit: Literal["hours", "days"] = "days"
    """What the age is counted in."""

    def bind(self, schema: sch.Schema) -> Self:
        AnyDates.of([self.column]).resolve(schema, field=FIELD)
        return self

    def expects(self) -> str:
        unit = self.unit.removesuffix("s") if self.max_age == 1 else self.unit
        return f"the newest {self.column} is at most {self.max_age:g} {unit} old"

    def words(self) -> str:
        return f"the newest {self.column!r} is older than {self.max_age:g} {self.unit}, or there is none"

    def is_broken(self, table: ir.Table) -> ir.BooleanScalar:
        oldest = time.time() - self.max_age * SECONDS[self.unit]
        newest = table[self.column].max()
        seconds = (newest.cast("timestamp") if newest.type().is_date() else newest).epoch_seconds()
        return (seconds < math.floor(oldest)).fill_null(True)

    def shown(self, table: ir.Table) -> ir.Scalar | None:
        return table[self.column].max()


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
