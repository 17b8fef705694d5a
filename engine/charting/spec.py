"""What a person asks for: a chart of some columns. A value without any rows; the same for every version."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

ChartKind = Literal[
    "bar", "stacked_bar", "pie", "pyramid", "line", "area", "scatter", "bubble", "box", "violin", "histogram",
    "density", "heatmap", "pivot", "correlation", "map",
]  # fmt: skip
Aggregate = Literal["count", "sum", "mean", "median", "min", "max", "distinct"]
Every = Literal["auto", "hour", "day", "week", "month", "quarter", "year"]
Sort = Literal["auto", "axis", "highest", "lowest"]
Keep = Literal["auto", "most_rows", "highest", "lowest"]
Operator = Literal[
    "is", "is_not", "any_of", "contains", "excludes", "begins", "above", "at_least", "below", "at_most", "between",
    "missing", "present",
]  # fmt: skip

ROLES = ("x", "y", "color", "size", "facet")
"""What one column each can be for."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Text = Annotated[str, StringConstraints(max_length=1_000)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Value):
    """Which rows are drawn: those where a column has certain values.

    Parameters
    ----------
    values
        As they were typed; compared as what the column holds.
    """

    column: Name
    operator: Operator = "is"
    values: tuple[Text, ...] = Field(default=(), max_length=200)


class ChartSpec(_Value):
    """How rows become a picture.

    Parameters
    ----------
    x, y, color, size, facet
        Columns, by what they are for. In a heat map and a pivot table `x` and `y` are the two sides and `color` is what
        is aggregated; in a map `x` is the longitude and `y` the latitude.
    columns
        Those of a correlation matrix; all numbers where none is named.
    aggregate
        What becomes of the rows of one place.
    every
        The step along dates.
    bins
        How many ranges numbers are put into; chosen by the data where it is None.
    conditions
        All of them hold for the rows that are drawn.
    top
        How many categories are kept; the rest is one of its own, or left out.
    keep
        Which ones: those with the most rows, or with the highest or lowest figure.
    """

    kind: ChartKind = "bar"
    x: Name | None = None
    y: Name | None = None
    color: Name | None = None
    size: Name | None = None
    facet: Name | None = None
    columns: tuple[Name, ...] = Field(default=(), max_length=30)
    aggregate: Aggregate = "count"
    every: Every = "auto"
    bins: int | None = Field(default=None, ge=2, le=200)
    conditions: tuple[Condition, ...] = Field(default=(), max_length=20)
    sort: Sort = "auto"
    top: int = Field(default=12, ge=1, le=50)
    keep: Keep = "auto"
    other: bool = True

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: object) -> object:
        """An empty choice is no choice."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if not (name in ROLES and value == "")}

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that is needed, once."""
        roles = (self.x, self.y, self.color, self.size, self.facet)
        asked = (*roles, *self.columns, *(condition.column for condition in self.conditions))
        return tuple(dict.fromkeys(name for name in asked if name is not None))

    def renamed(self, old: str, new: str) -> "ChartSpec":
        """The same chart of another column."""

        def swapped(name: str | None) -> str | None:
            return new if name == old else name

        return self.model_copy(
            update={role: swapped(getattr(self, role)) for role in ROLES}
            | {
                "columns": tuple(new if name == old else name for name in self.columns),
                "conditions": tuple(one.model_copy(update={"column": swapped(one.column)}) for one in self.conditions),
            }
        )
