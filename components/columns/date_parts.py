"""Take dates apart."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.columns.days import as_timestamp, check_days
from components.expressions.dates import PARTS
from components.outline import Made, Outline, places
from components.params import DatetimeColumns, Params, distinct_names

Part = Literal[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "dayofweek",
    "dayofyear",
    "is_weekend",
    "hour",
    "minute",
    "second",
    "epoch",
]


class DatePartsParams(Params):
    columns: DatetimeColumns
    """The dates to take apart."""
    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = ("year", "month", "day")
    """What to tell of each date. ``week`` is the ISO week, ``dayofweek`` counts from Sunday = 0, ``is_weekend`` is 1 or
    0, ``epoch`` is seconds since 1970."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            check_days(schema, bound.columns, "columns")
            distinct_names([*schema, *(new for _, _, new in bound.made())], "parts")
        return bound

    def made(self) -> list[tuple[str, Part, str]]:
        """Each date column, a part of it, and the name of the new column."""
        return [(name, part, f"{name}_{part}") for name in self.columns for part in self.parts]


class DateParts(Transform[DatePartsParams]):
    """Adds a column with a whole number for each part of each date, named ``…_year`` and so on.

    When: a model should see seasons, weekdays or hours; models cannot take dates. Serving: replayed row by row.
    Source: SQL ``EXTRACT``; ISO 8601 for weeks.
    """

    spec = Spec(
        key="date_parts",
        title="Date parts",
        category="columns",
        icon="calendar_month",
        about="Takes dates apart into numbers.",
        words=("year", "month", "day", "weekday", "hour", "day of week", "datetime", "extract date", "date features"),
        example={"columns": ["when"], "parts": ["month", "dayofweek", "is_weekend", "hour"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        made = {new: Made(places([name])) for name, _, new in self.params.made()}
        return {"table": Outline(sch.Schema({**schema, **dict.fromkeys(made, dt.int64)}), made)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({new: TOLD[part](table[name]).cast("int64") for name, part, new in self.params.made()})


TOLD: Mapping[str, Callable[[ir.Value], ir.Value]] = {
    **PARTS,
    "is_weekend": lambda date: date.day_of_week.index() >= 5,
    "epoch": lambda date: as_timestamp(date).truncate("s").epoch_seconds(),
}
