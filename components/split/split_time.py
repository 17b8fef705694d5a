"""Divide rows by time."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Cut, Spec, Split
from components.columns.days import check_days
from components.outline import Made, Outline, places
from components.params import ColumnPick
from components.portable.numbers import as_float, decimal, finite, is_float
from components.ports import ROLE, kind_of
from components.split.shares import Shares, parts, require_ids, roles_of

TIME, ROWS, SO_FAR, ALL = "time", "rows", "so_far", "all"
NEVER = ""


class SplitTimeParams(Shares):
    column: Annotated[str, ColumnPick(("datetime", "numeric"))]
    """When each row happened: a date, or a number such as a year."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if kind_of(schema[self.column]) == "datetime":
                check_days(schema, [self.column], "column")
        return bound


class SplitTime(Split[SplitTimeParams]):
    """Keeps the latest rows for the test, and those just before them for validation.

    Rows of the same moment stay together, so the share is at least what was asked for. Rows without a time train.

    When: the model will predict the future, so a score on rows between those it learned from would be too good.
    Serving: skipped. Source: Hyndman & Athanasopoulos, *Forecasting: Principles and Practice* (2021), §5.8.
    """

    spec = Spec(
        key="split_time",
        title="Split by time",
        category="split",
        icon="history",
        about="Sets the latest rows aside to test and validate the model.",
        words=("timeseriessplit", "time series split", "chronological", "temporal", "out of time", "by date"),
        example={"column": "when", "test": 0.25, "validation": 0.1},
    )

    def needs(self) -> dict[str, tuple[int, str]]:
        return {self.params.column: (parts(self.params), "column")}

    def follows(self) -> str | None:
        return self.params.column

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        require_ids(schema.names)
        return {"table": Outline(sch.Schema({**schema, ROLE: dt.string}), {ROLE: Made(places([self.params.column]))})}

    def cuts(self, table: ir.Table) -> ir.Table:
        counted = moments(table, self.params.column)
        return counted.aggregate(
            stratum=ibis.null("string"),
            test=latest(counted, self.params.test),
            both=latest(counted, self.params.test + self.params.validation),
        )

    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        require_ids(table.columns)
        time, cut = time_of(table[self.params.column]), next(iter(cuts), Cut(stratum=None, test=NEVER, both=NEVER))
        return roles_of(is_since(time, cut.test), is_since(time, cut.both))


def moments(table: ir.Table, column: str) -> ir.Table:
    """Each moment, with how many rows happened until then."""
    known = table.select(time_of(table[column]).name(TIME))
    known = known.filter(known[TIME].notnull())
    counted = known.group_by(TIME).aggregate(known.count().name(ROWS))
    before = ibis.cumulative_window(order_by=counted[TIME])
    return counted.mutate({SO_FAR: counted[ROWS].sum().over(before), ALL: counted[ROWS].sum().over()})


def time_of(column: ir.Column) -> ir.Column:
    """Infinite numbers are no time."""
    return finite(as_float(column)) if is_float(column) else column


def latest(counted: ir.Table, share: float) -> ir.StringScalar:
    """The moment since which at least this share of the rows happened."""
    is_late = counted[SO_FAR] > (as_float(counted[ALL]) * decimal(1 - share)).round()
    return counted[TIME].min(where=is_late).cast("string").fill_null(NEVER)


def is_since(time: ir.Column, moment: str) -> ir.BooleanValue:
    """Whether rows happened at or after a moment."""
    return ibis.literal(False) if moment == NEVER else time >= ibis.literal(moment).cast(time.type())
