"""Place dates on circles."""

from collections.abc import Callable, Mapping
from datetime import date
from math import cos, sin, tau
from typing import Annotated, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.columns.days import check_days
from components.expressions.dates import PARTS
from components.outline import Made, Outline, places
from components.params import DatetimeColumns, Params, distinct_names
from components.portable.numbers import as_float, decimal

Part = Literal["month", "day", "dayofyear", "dayofweek", "hour", "minute"]


class CyclicDateParams(Params):
    columns: DatetimeColumns = DatetimeColumns.all()
    """The dates to place on circles."""
    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = ("month", "dayofweek", "hour")
    """Which circles: the months or days of a year, the days of a month or week, the hours of a day, the minutes of an
    hour."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            check_days(schema, bound.columns, "columns")
            distinct_names([*schema, *(f"{new}_{axis}" for new, *_ in bound.circles() for axis in AXES)], "columns")
        return bound

    def circles(self) -> list[tuple[str, str, Part]]:
        """The name of each circle, the date column, and the part of the date that goes round."""
        parts = tuple(dict.fromkeys(self.parts))
        return [(f"{name}_{part}", name, part) for name in self.columns for part in parts]


class CyclicDate(Transform[CyclicDateParams]):
    """Adds two columns for each circle, ``…_sin`` and ``…_cos``, in which its end lies next to its beginning.

    December is as near to January as January is to February. The dates themselves stay.

    When: a model should see seasons, weekdays or hours, and midnight is no border. Serving: replayed row by row.
    Source: Mardia & Jupp, *Directional Statistics* (2000), §1; scikit-learn's example *Time-related feature
    engineering* (trigonometric features).
    """

    spec = Spec(
        key="cyclic_date",
        title="Dates on circles",
        category="prepare/features",
        icon="cycle",
        about="Places the parts of dates on circles, as sine and cosine.",
        words=("sin", "cos", "sine", "cosine", "seasonality", "cyclical", "hour of day"),
        example={"columns": ["when"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        made = {f"{new}_{axis}": Made(places([name])) for new, name, _ in self.params.circles() for axis in AXES}
        return {"table": Outline(sch.Schema({**schema, **dict.fromkeys(made, dt.float64)}), made)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        made: dict[str, ir.FloatingValue] = {}
        for new, name, part in self.params.circles():
            angle = _angle(table[name], part)
            made |= {f"{new}_sin": angle.sin(), f"{new}_cos": angle.cos()}
        return table.mutate(made)


def _angle(date: ir.Value, part: Part) -> ir.FloatingValue:
    first, length = CIRCLES[part]
    return (as_float(PARTS[part](date)) - decimal(first)) * decimal(tau / length)


def on_circle(day: date | None, part: Part) -> tuple[float, float]:
    """The same in Python, for one date; a missing one is at the centre."""
    if day is None:
        return 0.0, 0.0
    first, length = CIRCLES[part]
    angle = (IN_PYTHON[part](day) - first) * tau / length
    return sin(angle), cos(angle)


AXES = ("sin", "cos")
CIRCLES: Mapping[Part, tuple[float, float]] = {
    "month": (1, 12),
    "day": (1, 31),
    "dayofyear": (1, 366),
    "dayofweek": (0, 7),
    "hour": (0, 24),
    "minute": (0, 60),
}
"""Where each circle begins, and how long it is."""

IN_PYTHON: Mapping[Part, Callable[[date], int]] = {
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "dayofyear": lambda day: day.timetuple().tm_yday,
    "dayofweek": lambda day: day.isoweekday() % 7,
    "hour": lambda day: getattr(day, "hour", 0),
    "minute": lambda day: getattr(day, "minute", 0),
}
