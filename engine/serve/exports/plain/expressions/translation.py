"""An expression over one row as columns made by NumPy and scikit-learn."""

from collections.abc import Callable, Mapping
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops

from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column, Given, Kind, Made
from engine.serve.exports.plain.expressions.constants import number_of, text_of

DAY = 86_400e6
"""Microseconds."""


class NotPlain(Exception):
    """Something has no form in plain scikit-learn; the message says what."""


class Translation:
    """Expressions over a table whose columns are known.

    Parameters
    ----------
    columns
        What each column of the table is.
    how
        What each operation of Ibis becomes.
    """

    def __init__(self, columns: Mapping[str, Column], how: "Mapping[type[ops.Value], Translate]") -> None:
        self._columns = columns
        self._how = how
        self._made: dict[ops.Value, Column] = {}

    def column(self, value: ops.Value) -> Column:
        """A value as a column.

        Raises
        ------
        NotPlain
            Naming what has no such form.
        """
        if value not in self._made:
            self._made[value] = self._translated(value)
        return self._made[value]

    def packed(self, value: ops.Value) -> Column:
        """The category inside a packed one-hot column."""
        if isinstance(value, ops.Cast):
            return self.packed(value.arg)
        if isinstance(value, ops.StructColumn):
            return self.column(value.values[0])
        raise NotPlain("what it does with one-hot columns")

    def _translated(self, value: ops.Value) -> Column:
        if isinstance(value, ops.Alias):
            return self.column(value.arg)
        if isinstance(value, ops.Field):
            return self._field(value)
        if isinstance(value, ops.Literal):
            return self._literal(value)
        number = number_of(value)
        if number is not None:
            return f.constant(number, self._any())
        kinds = (self._how.get(kind) for kind in type(value).__mro__)
        translate = next((how for how in kinds if how is not None), None)
        if translate is None:
            raise NotPlain(f"{type(value).__name__} of {value.dtype}")
        return translate(self, value)

    def _field(self, value: ops.Field) -> Column:
        if isinstance(value.rel, ops.Project | ops.DropColumns):
            below = value.rel.values[value.name]
            return self.column(below)
        if not isinstance(value.rel, ops.UnboundTable):
            raise NotPlain(f"a {type(value.rel).__name__} of rows")
        if value.name not in self._columns:
            raise NotPlain(f"the column {value.name!r}")
        return self._columns[value.name]

    def _literal(self, value: ops.Literal) -> Column:
        if value.dtype.is_string():
            raise NotPlain("a text that is the same in every row")
        found = number_of(value)
        if found is None:
            raise NotPlain(f"a constant of {value.dtype}")
        return f.constant(found, self._any())

    def _any(self) -> Column:
        """Any column of numbers, for constants to be as long as."""
        columns = [column for column in self._columns.values() if not isinstance(column, Made) or column.width == 1]
        for column in columns:
            if isinstance(column, Given) and column.kind != "text":
                return column
        if not columns:
            raise NotPlain("a table without columns")
        first = columns[0]
        return f.is_missing(first) if first.kind == "text" else first

    def truth(self, value: ops.Value) -> Column:
        """A condition as 1, 0 or NaN."""
        return self.column(value)

    def texts(self, value: ops.Value) -> Column | str | None:
        """A text: a column, or a constant (None for a missing one)."""
        constant, is_constant = text_of(value)
        return constant if is_constant else self.column(value)

    def either(self, truth: Column, x: ops.Value, y: ops.Value, dtype: dt.DataType) -> Column:
        """The one where it is true, else the other."""
        if dtype.is_string():
            return f.chosen_text(truth, self.texts(x), self.texts(y))
        return f.chosen(truth, self.column(x), self.column(y))


Translate = Callable[[Translation, Any], Column]


def kind_of_type(dtype: dt.DataType) -> Kind:
    """What a column of a type holds.

    Raises
    ------
    NotPlain
    """
    if dtype.is_boolean():
        return "flag"
    if dtype.is_numeric():
        return "number"
    if dtype.is_string():
        return "text"
    if dtype.is_timestamp() or dtype.is_date():
        return "time"
    raise NotPlain(f"values of {dtype}")
