"""What the names in a query stand for, and how its expressions become values."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import ibis.expr.types as ir
from sqlglot import exp

from components.errors import ColumnMissing, ComponentError, RefusedExpression
from components.expressions.grammar import check_tree
from components.expressions.translation import translate
from components.portable.row_ids import row_id
from components.ports import ROLE, ROW, kind_of, reserved_in, visible
from components.sql.grammar import TABLES

RIGHT_ROLE = "__cb_right_role"


@dataclass(frozen=True)
class Place:
    """A column that a query can name.

    Parameters
    ----------
    tables
        What may stand before its name: none, one, or both sides of a USING.
    flat
        What it is called while the query is translated: no two are alike.
    """

    tables: tuple[str, ...]
    name: str
    flat: str


@dataclass(frozen=True)
class Scope:
    """The rows at some point of a query, and the columns that can be named there."""

    table: ir.Table
    places: tuple[Place, ...]
    numbers: Any = field(default_factory=count)

    @classmethod
    def of(cls, table: ir.Table, called: str, numbers: Any) -> "Scope":
        """The columns of one table."""
        names = {name: f"c{next(numbers)}" for name in visible(table.schema())}
        flat = table.select(
            *(table[name].name(new) for name, new in names.items()), *(table[name] for name in reserved_in(table))
        )
        return cls(flat, tuple(Place((called.lower(),), name, new) for name, new in names.items()), numbers)

    def at(self, table: ir.Table) -> "Scope":
        """The same columns over other rows."""
        return replace(self, table=table)

    def find(self, column: exp.Column) -> Place:
        """The column that is meant.

        Raises
        ------
        ColumnMissing, ComponentError
            When there is none, or several.
        """
        of = column.table.lower()
        if of and not any(of in place.tables for place in self.places):
            raise RefusedExpression(f"There is no table {column.table!r} here.", hint=TABLES)
        there = [place for place in self.places if not of or of in place.tables]
        found = [place for place in there if place.name == column.name]
        found = found or [place for place in there if place.name.lower() == column.name.lower()]
        if len(found) == 1:
            return found[0]
        if found:
            raise ComponentError(
                f"{column.name!r} could be several columns.",
                hint="Write the table before it: input.name.",
                column=column.name,
            )
        close = difflib.get_close_matches(column.name, [place.name for place in there], n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(p.name for p in there[:12])}."
        raise ColumnMissing(f"There is no column {column.name!r} here.", hint=hint, column=column.name)

    def resolved(self, node: exp.Expr, named: Mapping[str, exp.Expr] | None = None) -> exp.Expr:
        """An expression in which every column stands under its flat name.

        Parameters
        ----------
        named
            Names of results, which count where no column has that name.
        """

        def change(part: exp.Expr) -> exp.Expr:
            if not isinstance(part, exp.Column):
                return part
            if named and not part.table and part.name.lower() in named and not self._has(part):
                return named[part.name.lower()].copy()
            return flat_column(self.find(part).flat)

        return node.copy().transform(change)

    def _has(self, column: exp.Column) -> bool:
        return any(place.name.lower() == column.name.lower() for place in self.places)

    def value(self, node: exp.Expr) -> ir.Value:
        """A resolved expression as a value; what expressions may not hold is refused here too."""
        check_tree(node)
        return translate(node, self.table)

    def condition(self, node: exp.Expr, word: str) -> ir.BooleanValue:
        """A resolved condition; what is neither true nor false is not met."""
        value = self.value(node)
        if not value.type().is_boolean():
            raise RefusedExpression(f"{word} needs a condition.", hint="Compare with something: price > 0.")
        return value.fill_null(False)

    def original(self, flat: str) -> str:
        """What a column is called by people."""
        return next((place.name for place in self.places if place.flat == flat), flat)


def flat_column(name: str) -> exp.Column:
    """A reference to a column by its flat name."""
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


def plain(table: ir.Table) -> list[str]:
    """The columns whose values tell rows apart."""
    return [name for name, dtype in visible(table.schema()).items() if kind_of(dtype) not in ("other", "one_hot")]


def hidden(table: ir.Table, *names: str) -> list[ir.Column]:
    """Reserved columns that are there."""
    return [table[name] for name in names if name in table.columns]


def grouped_id(table: ir.Table, keys: Iterable[str]) -> ir.IntegerValue:
    """The id of a row of a grouping."""
    return row_id(*(table[key] for key in keys), *hidden(table, ROLE))


def ties(table: ir.Table) -> Sequence[ir.Value]:
    """What orders rows that agree in everything that was asked for: nothing is left to chance."""
    return hidden(table, ROW) or [table[name].asc(nulls_first=False) for name in plain(table)]
