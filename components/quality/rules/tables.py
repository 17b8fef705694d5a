"""Rules about a table as a whole."""

import math
import time
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.params import AnyColumns, Columns, DatetimeColumn
from components.quality.rules.rule import FIELD, TableRule
from components.quality.types import FITTING, Type, called

SECONDS = {"hours": 3_600, "days": 86_400}


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

    def words(self) -> str:
        upto = "" if self.max is None else f" and at most {self.max:,}"
        return f"at least {self.min:,}{upto} rows are expected"

    def is_broken(self, table: ir.Table) -> ir.BooleanScalar:
        rows = table.count()
        return (rows < self.min) if self.max is None else (rows < self.min) | (rows > self.max)

    def shown(self, table: ir.Table) -> ir.Scalar | None:
        return table.count()


class ColumnType(TableRule):
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

    def words(self) -> str:
        return f"columns must be {self.type}"

    def is_broken(self, table: ir.Table) -> ir.BooleanScalar:
        return (table.count() >= 0) & ibis.literal(bool(self.wrong(table.schema())))

    def told(self, schema: sch.Schema) -> str:
        """Which columns are of which other type."""
        return ", ".join(f"{name!r} is {kind}" for name, kind in self.wrong(schema).items())


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

    def words(self) -> str:
        return f"the newest {self.column!r} is older than {self.max_age:g} {self.unit}, or there is none"

    def is_broken(self, table: ir.Table) -> ir.BooleanScalar:
        oldest = time.time() - self.max_age * SECONDS[self.unit]
        newest = table[self.column].max()
        seconds = (newest.cast("timestamp") if newest.type().is_date() else newest).epoch_seconds()
        return (seconds < math.floor(oldest)).fill_null(True)

    def shown(self, table: ir.Table) -> ir.Scalar | None:
        return table[self.column].max()
