"""Rules that hold a table to another one: to a dataset that it refers to, or to its own version before."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, PrivateAttr, model_validator

from components.errors import ComponentError, WrongKind
from components.params import PlainColumn, PlainColumns, Widget
from components.ports import kind_of
from components.quality.rules.rule import FIELD, RowRule, Rule

Percent = Annotated[float, Field(ge=0, le=1_000_000)]


class RefersTo(RowRule):
    """Values of a column occur in a column of another dataset, as a foreign key does."""

    kind: Literal["refers_to"] = "refers_to"
    """Values occur in a column of another dataset."""
    column: PlainColumn
    """The column that refers; a missing value refers to nothing."""
    dataset: Annotated[str, Widget(options="datasets"), Field(min_length=1, max_length=200)]
    """The dataset that is referred to, at its latest version; it may be this one."""
    other_column: Annotated[str, Widget(options="columns of dataset"), Field(min_length=1, max_length=500)]
    """The column there that must have the value."""

    _other: ir.Table | None = PrivateAttr(None)

    def bind(self, schema: sch.Schema) -> Self:
        PlainColumns.of([self.column]).resolve(schema, field=FIELD)
        return self

    def among(self, other: ir.Table, own: sch.Schema) -> Self:
        """The rule with the table that it refers to.

        Raises
        ------
        ColumnMissing, WrongKind
            When the other table has no such column, or one that cannot hold the same values.
        """
        PlainColumns.of([self.other_column]).resolve(other.schema(), field="other_column")
        here, there = (kind_of(dtype) for dtype in (own[self.column], other[self.other_column].type()))
        if here != there:
            raise WrongKind(
                f"{self.column!r} and {self.other_column!r} of {self.dataset} are of different kinds: {here} and "
                f"{there}.",
                hint="Choose another column, or read one of the two as the other.",
                field="other_column",
            )
        bound = self.model_copy()
        bound._other = other
        return bound

    def broken(self, table: ir.Table) -> Mapping[str, ir.BooleanColumn]:
        if self._other is None:
            raise ComponentError(f"The dataset {self.dataset} was not looked up.", field="dataset")
        known = self._other[self.other_column]
        values = self._other.filter(known.notnull()).select(_plain(known).name("known")).distinct()
        value = table[self.column]
        return {self.column: (value.notnull() & ~_plain(value).isin(values["known"])).fill_null(False)}

    def expects(self) -> str:
        return f"{self.column} occurs in {self.other_column} of {self.dataset}"

    def words(self, column: str) -> str:
        return f"column {column!r} has values that {self.other_column!r} of {self.dataset} has not"

    def reads(self, schema: sch.Schema) -> list[str]:
        return [self.column]


class ComparedRule(Rule):
    """A rule about a version beside the one before it."""

    @abstractmethod
    def told(self, rows: int, before: int) -> str:
        """What is otherwise than it should be; empty where it is kept."""


class RowChange(ComparedRule):
    """The table does not shrink or grow too much from one version to the next."""

    kind: Literal["row_change"] = "row_change"
    """The table does not shrink or grow too much from one version to the next."""
    most_lost: Annotated[float, Field(ge=0, le=100), Widget(unit="%")] | None = 10
    """By how many percent of its rows it may shrink; empty for any."""
    most_gained: Annotated[Percent, Widget(unit="%")] | None = None
    """By how many percent it may grow; empty for any."""

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.most_lost is None and self.most_gained is None:
            raise ValueError("say how many rows may be lost, or gained")
        return self

    def expects(self) -> str:
        lost = [] if self.most_lost is None else [f"at most {self.most_lost:g} % fewer"]
        gained = [] if self.most_gained is None else [f"at most {self.most_gained:g} % more"]
        return f"{' and '.join(lost + gained)} rows than the version before"

    def told(self, rows: int, before: int) -> str:
        change = 100 * (rows - before) / before if before else 100.0 * bool(rows)
        too_few = self.most_lost is not None and -change > self.most_lost
        too_many = self.most_gained is not None and change > self.most_gained
        if not (too_few or too_many):
            return ""
        way = "fewer" if rows < before else "more"
        return f"there are {rows:,} rows, {abs(change):.3g} % {way} than the {before:,} of the version before"


def _plain(value: ir.Column) -> ir.Column:
    """Dates and times compare with each other."""
    return value.cast("timestamp") if value.type().is_temporal() and not value.type().is_time() else value
