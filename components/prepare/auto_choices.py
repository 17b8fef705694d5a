"""What can become of a column when features are prepared automatically."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
from pydantic import Field

from components.errors import ColumnMissing, ComponentError
from components.params import AnyColumns, Params, Widget, distinct_names
from components.ports import kind_of
from components.prepare.cyclic_date import AXES, CyclicDateParams, Part

Choice = Literal[
    "keep",
    "drop",
    "fill_median",
    "fill_most_frequent",
    "fill_and_scale",
    "one_hot",
    "frequency",
    "ordinal",
    "date_circles",
    "time_circles",
]

USUAL_NUMBER: tuple[Choice, ...] = ("fill_and_scale", "fill_median", "fill_most_frequent")
OF_CATEGORIES: tuple[Choice, ...] = ("one_hot", "frequency", "ordinal")
ALWAYS: tuple[Choice, ...] = ("keep", "drop")

WORDS: Mapping[Choice, str] = {
    "keep": "stays as it is",
    "drop": "is dropped",
    "fill_median": "gaps become the median",
    "fill_most_frequent": "gaps become the most frequent value",
    "fill_and_scale": "gaps become the median, then standardized",
    "one_hot": "one-hot encoded",
    "frequency": "becomes the share of rows with its value",
    "ordinal": "gaps become the most frequent value, then numbered",
    "date_circles": "becomes places on the circles of month and weekday",
    "time_circles": "becomes places on the circles of month, weekday and hour",
}

CIRCLES: Mapping[Choice, tuple[Part, ...]] = {
    "date_circles": ("month", "dayofweek"),
    "time_circles": ("month", "dayofweek", "hour"),
}


class AutoFeaturesParams(Params):
    columns: AnyColumns = AnyColumns.all()
    """The columns that are looked at."""
    choices: Annotated[dict[str, Choice], Widget("mapping", keys="columns")] = Field(default={})
    """What becomes of single columns instead of the usual: ``keep``, ``drop``, ``fill_median``, ``fill_most_frequent``,
    ``fill_and_scale``, ``one_hot``, ``frequency``, ``ordinal``, ``date_circles`` or ``time_circles``."""
    max_categories: Annotated[int, Field(ge=1, le=1000)] = 50
    """How many categories one-hot columns have: the most frequent ones; the others become ``(other)``."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        """With a choice for every column; those that stay as they are are not among the columns any more."""
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            for name in self.choices:
                if name not in set(bound.columns):
                    raise ColumnMissing(
                        f"A choice names column {name!r}, which is not among the columns that are looked at.",
                        hint="Add it to the columns, or remove its choice.",
                        field="choices",
                        column=name,
                    )
            choices = {name: self._choice(name, schema[name]) for name in bound.columns}
            changed = AnyColumns.of(name for name, choice in choices.items() if choice != "keep")
            bound = bound.model_copy(update={"choices": choices, "columns": changed})
            distinct_names([*(name for name in schema if name not in bound.gone()), *bound.on_circles()], "columns")
        return bound

    def of(self, *choices: Choice) -> list[str]:
        """The columns with one of some choices; only after `bind`."""
        return [name for name in self.columns if self.choices[name] in choices]

    def circles(self) -> list[CyclicDateParams]:
        """The params of what places dates on circles."""
        named = {choice: self.of(choice) for choice in CIRCLES}
        return [
            CyclicDateParams.model_validate({"columns": names, "parts": CIRCLES[choice]})
            for choice, names in named.items()
            if names
        ]

    def on_circles(self) -> dict[str, str]:
        """Each column that is made of a date, and the date."""
        made = (circle for params in self.circles() for circle in params.circles())
        return {f"{new}_{axis}": name for new, name, _ in made for axis in AXES}

    def gone(self) -> set[str]:
        """The columns that are not there afterwards."""
        return {*self.of("drop", *CIRCLES)}

    def _choice(self, name: str, dtype: dt.DataType) -> Choice:
        fitting = fitting_choices(dtype)
        choice = self.choices.get(name, fitting[0])
        if choice not in fitting:
            raise ComponentError(
                f"Column {name!r} cannot be treated as {choice!r}.",
                hint=f"Choose one of: {', '.join(fitting)}.",
                field="choices",
                column=name,
            )
        return choice


def fitting_choices(dtype: dt.DataType) -> tuple[Choice, ...]:
    """What can become of a column of a type, the usual choice first."""
    if dtype.is_timestamp():
        return ("time_circles", "date_circles", *ALWAYS)
    if dtype.is_date():
        return ("date_circles", *ALWAYS)
    match kind_of(dtype):
        case "numeric":
            return (*USUAL_NUMBER, *OF_CATEGORIES, *ALWAYS)
        case "boolean":
            return ("fill_most_frequent", *OF_CATEGORIES, *ALWAYS)
        case "text":
            return (*OF_CATEGORIES, "fill_most_frequent", *ALWAYS)
        case _:
            return ALWAYS
