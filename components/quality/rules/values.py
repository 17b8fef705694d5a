"""Rules about the values of columns, each column by itself."""

from datetime import UTC, date, datetime
from functools import reduce
from operator import and_
from typing import Annotated, Any, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import BeforeValidator, Field, field_validator, model_validator

from components.columns.patterns import check_pattern
from components.errors import ComponentError
from components.listed import SOURCES, Listed, as_text, equals, read
from components.params import AnyColumns, CategoryColumns, Columns, TextColumns
from components.portable.constants import constant
from components.ports import kind_of
from components.quality.rules.rule import FIELD, ColumnRule, any_of, are, listed

SWAP = "Swap the two."
SHORT = 40
"""Letters of a list that is written out."""


def _bound(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else as_text(value)


Bound = Annotated[str, BeforeValidator(_bound), Field(max_length=40)]


class RangedColumns(Columns):
    """Columns whose values lie between others."""

    kinds = ("numeric", "datetime")


class NotNull(ColumnRule):
    """Every row has a value."""

    kind: Literal["not_null"] = "not_null"
    """Every row has a value."""
    columns: AnyColumns = AnyColumns.all()
    """The columns that must have values."""

    def keeps(self, column: ir.Column) -> ir.BooleanValue:
        return column["one_hot"].notnull() if kind_of(column.type()) == "one_hot" else column.notnull()

    def expects(self) -> str:
        return f"{listed(self.columns)} {are(self.columns)} never missing"

    def words(self, column: str) -> str:
        return f"column {column!r} misses values"

    def examples(self, table: ir.Table, column: str) -> ir.Table | None:
        return None


class InRange(ColumnRule):
    """Values lie between two others."""

    kind: Literal["in_range"] = "in_range"
    """Values lie between two others."""
    columns: RangedColumns
    """Columns of numbers, or of dates."""
    min: Bound | None = None
    """The least value: a number, or a date such as 2026-01-31."""
    max: Bound | None = None
    """The largest value."""
    exclusive: bool = False
    """Whether the two themselves break the rule."""

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a range needs a least or a largest value")
        return self

    def bind(self, schema: sch.Schema) -> Self:
        bound = super().bind(schema)
        for name in bound.columns:
            limits = [_limit(text, kind_of(schema[name]) == "datetime") for text in (self.min, self.max) if text]
            if len(limits) == 2 and limits[0] > limits[1]:
                raise ComponentError(f"Nothing lies between {self.min} and {self.max}.", hint=SWAP, field=FIELD)
        return bound

    def keeps(self, column: ir.Column) -> ir.BooleanValue:
        is_date = kind_of(column.type()) == "datetime"
        value = _moment(column) if is_date else column
        checks = []
        if self.min is not None:
            low = _literal(_limit(self.min, is_date))
            checks.append(value > low if self.exclusive else value >= low)
        if self.max is not None:
            high = _literal(_limit(self.max, is_date))
            checks.append(value < high if self.exclusive else value <= high)
        return reduce(and_, checks)

    def expects(self) -> str:
        if self.min is not None and self.max is not None:
            return f"{listed(self.columns)} between {self.min} and {self.max}"
        side = f"at least {self.min}" if self.max is None else f"at most {self.max}"
        if self.exclusive:
            side = f"above {self.min}" if self.max is None else f"below {self.max}"
        return f"{listed(self.columns)} {are(self.columns)} {side}"

    def words(self, column: str) -> str:
        if self.min is None or self.max is None:
            side = f"above {self.max}" if self.min is None else f"below {self.min}"
            return f"column {column!r} has values {side}"
        return f"column {column!r} has values outside {self.min} to {self.max}"


class InSet(ColumnRule):
    """Values are among some that are listed."""

    kind: Literal["in_set"] = "in_set"
    """Values are among some that are listed."""
    columns: CategoryColumns
    """The columns to look at."""
    values: Annotated[tuple[Listed, ...], Field(min_length=1, max_length=1_000)]
    """What may occur."""

    def bind(self, schema: sch.Schema) -> Self:
        bound = super().bind(schema)
        for name in bound.columns:
            for value in self.values:
                read(value, SOURCES[kind_of(schema[name])], FIELD)
        return bound

    def keeps(self, column: ir.Column) -> ir.BooleanValue:
        kind = kind_of(column.type())
        if kind == "text":
            return column.isin(self.values)
        checks = [equals(column, value, kind, FIELD) for value in self.values]
        return any_of(checks)

    def expects(self) -> str:
        few = ", ".join(self.values)
        shown = few if len(few) <= SHORT else f"{len(self.values)} values"
        return f"{listed(self.columns)} {are(self.columns)} one of {shown}"

    def words(self, column: str) -> str:
        return f"column {column!r} has values that are not listed"


class Matches(ColumnRule):
    """Texts have a certain form."""

    kind: Literal["matches"] = "matches"
    """Texts have a certain form."""
    columns: TextColumns
    """The columns to look at."""
    pattern: Annotated[str, Field(min_length=1, max_length=990)]
    """A regular expression (RE2)."""
    whole: bool = True
    """Whether the whole text must match, or some part of it."""

    @field_validator("pattern")
    @classmethod
    def _can_be_read(cls, pattern: str) -> str:
        try:
            check_pattern(pattern, "pattern")
        except ComponentError as error:
            raise ValueError(error.message.rstrip(".")) from error
        return pattern

    def keeps(self, column: ir.Column) -> ir.BooleanValue:
        return column.re_search(f"^(?:{self.pattern})$" if self.whole else self.pattern)

    def expects(self) -> str:
        return f"{listed(self.columns)} like {self.pattern}"

    def words(self, column: str) -> str:
        return f"column {column!r} has texts that do not match {self.pattern}"


def _limit(text: str, is_date: bool) -> Any:
    """A bound as what it is compared with.

    Raises
    ------
    ComponentError
    """
    if not is_date:
        whole = text.strip().lstrip("+-").isdecimal()
        return read(text, "int64" if whole else "float64", FIELD)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"{text!r} is not a date."
        raise ComponentError(message, hint="Write dates as 2026-01-31 or 2026-01-31T12:30.", field=FIELD) from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _literal(value: Any) -> ir.Value:
    return ibis.literal(value) if isinstance(value, datetime) else constant(value)


def _moment(column: ir.Column) -> ir.TimestampValue:
    dtype = column.type()
    if dtype.is_timestamp() and dtype.timezone:
        return column.epoch_seconds().as_timestamp("s")
    return column.cast("timestamp")
