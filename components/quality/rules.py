"""Rules that rows, or a table as a whole, are held to.

As in SQL's ``CHECK``, a missing value breaks no rule but ``not_null``: say that apart where it matters.
"""

import math
import time
from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import reduce
from operator import and_
from typing import Annotated, Any, ClassVar, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from components import expressions
from components.columns.patterns import check_pattern
from components.errors import ComponentError, WrongKind
from components.listed import SOURCES, Listed, as_text, equals, read
from components.params import (
    AnyColumns,
    CategoryColumns,
    Columns,
    DatetimeColumn,
    Expression,
    PlainColumns,
    TextColumns,
)
from components.portable.constants import constant
from components.portable.row_ids import row_id
from components.ports import kind_of
from components.quality.types import FITTING, Type, called
from components.rows.order import in_order, order_of

FIELD = "rules"
VALUE = "value"
SHOWN = 3
"""How many of the values that break a rule are shown."""


def _bound(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else as_text(value)


Bound = Annotated[str, BeforeValidator(_bound), Field(max_length=40)]
Tolerance = Annotated[float, Field(ge=0, lt=1)]


class RangedColumns(Columns):
    """Columns whose values lie between others."""

    kinds = ("numeric", "datetime")


class Rule(BaseModel):
    """One rule."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
    )

    name: Annotated[str, Field(max_length=100)] = ""
    """What it is called in messages; its place in the list where this is empty."""

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
        return {name: _count(is_broken) for name, is_broken in self.broken(table).items()}

    def examples(self, table: ir.Table, column: str) -> ir.Table | None:
        """Some of the values that break it."""
        if not column:
            return None
        return _some(table.filter(self.broken(table)[column]), table[column])


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


class NotNull(ColumnRule):
    """Every row has a value."""

    kind: Literal["not_null"] = "not_null"
    """Every row has a value."""
    columns: AnyColumns = AnyColumns.all()
    """The columns that must have values."""

    def keeps(self, column: ir.Column) -> ir.BooleanValue:
        return column["one_hot"].notnull() if kind_of(column.type()) == "one_hot" else column.notnull()

    def words(self, column: str) -> str:
        return f"column {column!r} misses values"

    def examples(self, table: ir.Table, column: str) -> ir.Table | None:
        return None


class Unique(RowRule):
    """No row repeats another in some columns taken together; rows with a missing value do not count."""

    kind: Literal["unique"] = "unique"
    """No row repeats an earlier one in some columns taken together."""
    columns: PlainColumns
    """The columns that tell rows apart; of rows that agree, the first breaks nothing."""

    def broken(self, table: ir.Table) -> Mapping[str, ir.BooleanColumn]:
        keys = [table[name] for name in self.columns]
        place = ibis.row_number().over(ibis.window(group_by=keys, order_by=in_order(table)))
        return {self._label: (place > 0) & self._is_whole(table)}

    def counts(self, table: ir.Table) -> Mapping[str, ir.IntegerScalar]:
        keys = [table[name] for name in self.columns]
        key, is_whole = keys[0] if len(keys) == 1 else row_id(*keys), self._is_whole(table)
        return {self._label: _count(is_whole) - key.nunique(where=is_whole)}

    def examples(self, table: ir.Table, column: str) -> ir.Table | None:
        whole = table.filter(self._is_whole(table))
        keys = [whole[name] for name in self.columns]
        values = whole.select((keys[0] if len(keys) == 1 else _listed(keys)).name(VALUE))
        repeated = values.group_by(VALUE).aggregate(rows=values.count())
        return repeated.filter(repeated["rows"] > 1).select(VALUE).order_by(VALUE).limit(SHOWN)

    def words(self, column: str) -> str:
        names = ", ".join(repr(name) for name in self.columns)
        return f"column {names} repeats values" if len(self.columns) == 1 else f"columns {names} repeat values together"

    def reads(self, schema: sch.Schema) -> list[str]:
        return [*self.columns, *order_of(schema)]

    def _is_whole(self, table: ir.Table) -> ir.BooleanColumn:
        return reduce(and_, (table[name].notnull() for name in self.columns))

    @property
    def _label(self) -> str:
        return next(iter(self.columns)) if len(self.columns) == 1 else ""


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
        while len(checks) > 1:  # balanced, so that a long list is not a deep tree
            checks = [reduce(lambda a, b: a | b, checks[i : i + 2]) for i in range(0, len(checks), 2)]
        return checks[0]

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

    def words(self, column: str) -> str:
        return f"column {column!r} has texts that do not match {self.pattern}"


class Condition(RowRule):
    """A condition that every row must meet."""

    kind: Literal["condition"] = "condition"
    """A condition that every row must meet."""
    condition: Expression
    """Such as ``end >= start``; where it cannot be told, because a value is missing, it is met."""

    def bind(self, schema: sch.Schema) -> Self:
        if not expressions.check(self.condition, schema, FIELD).is_boolean():
            raise WrongKind(
                "A condition must be true or false.", hint="Compare with something: price > 0.", field=FIELD
            )
        return self

    def broken(self, table: ir.Table) -> Mapping[str, ir.BooleanColumn]:
        return {"": (~expressions.to_ibis(self.condition, table, FIELD)).fill_null(False)}

    def words(self, column: str) -> str:
        return f"rows do not meet {self.condition}"

    def reads(self, schema: sch.Schema) -> list[str]:
        return expressions.read_columns(self.condition, schema)


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


class AnyDates(Columns):
    kinds = ("datetime",)


AnyRule = Annotated[
    NotNull | Unique | InRange | InSet | Matches | Condition | RowCount | ColumnType | Freshness,
    Field(discriminator="kind"),
]
SWAP = "Swap the two."
SECONDS = {"hours": 3_600, "days": 86_400}


def _count(is_so: ir.BooleanColumn) -> ir.IntegerScalar:
    return is_so.cast("int64").sum().fill_null(0)


def _some(rows: ir.Table, column: ir.Column) -> ir.Table:
    return rows.select(rows[column.get_name()].name(VALUE)).distinct().order_by(VALUE).limit(SHOWN)


def _listed(keys: list[ir.Column]) -> ir.StringValue:
    texts = [key.cast("string") for key in keys]
    return reduce(lambda left, right: left + ", " + right, texts)


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
