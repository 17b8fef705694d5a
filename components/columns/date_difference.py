"""Measure the time between two dates."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import model_validator

from components.base import Spec, Transform
from components.columns.days import as_timestamp, check_days
from components.errors import WrongKind
from components.outline import Outline, added
from components.params import DatetimeColumn, NewColumn, Params, Widget, distinct_names
from components.portable.numbers import divide, divide_whole, integer

Unit = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]

SECONDS: Mapping[str, int] = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}


class DateDifferenceParams(Params):
    start: DatetimeColumn
    """The earlier date."""
    end: DatetimeColumn
    """The later date; where it is the earlier one, the result is negative."""
    unit: Unit = "day"
    """What is counted."""
    name: NewColumn
    """The name of the new column; the name of an existing one replaces it."""
    fraction: Annotated[bool, Widget(advanced=True)] = False
    """Give a decimal number instead of complete units only; months and years have no fixed length."""

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.fraction and self.unit in MONTHS:
            raise ValueError(f"a {self.unit} has no fixed length, so there are no fractions of it; count days instead")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            check_days(schema, [self.start], "start")
            check_days(schema, [self.end], "end")
            _check_zones(schema, self.start, self.end)
            distinct_names({**dict.fromkeys(schema), self.name: None}, "name")
        return bound


class DateDifference(Transform[DateDifferenceParams]):
    """Counts the complete days, months, … from one date to another.

    A month is complete on the same day and time of a later month, or on its last day where it is shorter.

    When: an age, a duration or a delay matters, not the dates themselves. Serving: replayed row by row.
    Source: `datetime.timedelta` for units of a fixed length, `dateutil.relativedelta` for months and years.
    """

    spec = Spec(
        key="date_difference",
        title="Date difference",
        category="columns",
        icon="date_range",
        about="Measures the time between two dates.",
        words=("datediff", "duration", "age", "days between", "time difference", "tenure", "timedelta"),
        example={"start": "when", "end": "when", "unit": "month", "name": "months"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        dtype = dt.float64 if self.params.fraction else dt.int64
        return {"table": added(schema, {self.params.name: dtype}, of=[self.params.start, self.params.end])}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        start, end = (as_timestamp(table[name]) for name in (self.params.start, self.params.end))
        return table.mutate({self.params.name: self._difference(start, end)})

    def _difference(self, start: ir.TimestampValue, end: ir.TimestampValue) -> ir.NumericValue:
        if self.params.unit in SECONDS:
            length = integer(SECONDS[self.params.unit] * 1_000_000)
            microseconds = _microseconds(start, end)
            return (divide if self.params.fraction else divide_whole)(microseconds, length)
        earlier, later = ibis.least(start, end), ibis.greatest(start, end)
        units = _months(earlier, later) // MONTHS[self.params.unit]
        return units * ibis.cases((start <= end, integer(1)), (start > end, integer(-1)))


def _microseconds(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.IntegerValue:
    return end.delta(start, unit="microsecond").cast("int64")


def _months(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.IntegerValue:
    """Complete months from an earlier to a later moment."""
    between = (end.year() - start.year()).cast("int64") * 12 + (end.month() - start.month())
    day = ibis.least(start.day(), _last_day(end))
    is_short = (end.day() < day) | ((end.day() == day) & (_time_of_day(end) < _time_of_day(start)))
    return between - is_short.cast("int64")


def _last_day(moment: ir.TimestampValue) -> ir.IntegerValue:
    return (moment.truncate("M") + ibis.interval(1, unit="M") - ibis.interval(1, unit="D")).day()


def _time_of_day(moment: ir.TimestampValue) -> ir.IntegerValue:
    return _microseconds(moment.truncate("D"), moment)


def _check_zones(schema: sch.Schema, start: str, end: str) -> None:
    zones = [getattr(schema[name], "timezone", None) is not None for name in (start, end)]
    if zones[0] != zones[1]:
        raise WrongKind(
            f"Only one of {start!r} and {end!r} has a time zone.",
            hint="Convert both to date and time with “Change type” first.",
            field="end",
            column=end,
        )
