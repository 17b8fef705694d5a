"""The expression gate: SQL expressions of people, translated into Ibis.

Nothing a person types is ever executed. A text is parsed (`grammar`), every node of the tree and every function name
must be on a list, and each is translated one by one into an Ibis value (`translation`). What is on no list does not
exist, and is refused by its name. The result runs on every engine Ibis knows.

What differs from DuckDB's own SQL, so that an expression never stops a run: division and remainder by zero, logarithms
and roots outside their domain, and casts of what cannot be read give NULL. ``/`` always gives a decimal number.
Whole numbers are int64, decimal ones float64. Names of columns match in any case, an exact match first.
"""

from collections.abc import Mapping

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import unbound
from components.expressions.functions import FUNCTIONS, Function
from components.expressions.grammar import MAX_LENGTH, parse, renamed, used_columns
from components.expressions.translation import translate

__all__ = ["FUNCTIONS", "MAX_LENGTH", "Function", "check", "columns", "rename", "to_ibis"]


def check(text: str, schema: sch.Schema, field: str | None = None) -> dt.DataType:
    """The data type that an expression gives over columns of these types.

    Parameters
    ----------
    field
        The param the expression is written in; it travels with the error.

    Raises
    ------
    RefusedExpression
        With the name of what was refused.
    ColumnMissing
        With the nearest column as a hint.
    """
    return to_ibis(text, unbound(schema), field).type()


def to_ibis(text: str, table: ir.Table, field: str | None = None) -> ir.Value:
    """The expression over a table's columns.

    Raises
    ------
    RefusedExpression, ColumnMissing
        As `check` does.

    Examples
    --------
    >>> import ibis
    >>> people = ibis.table({"age": "int64"}, name="people")
    >>> to_ibis("age >= 18 AND age < 65", people).type()
    Boolean(nullable=True)
    """
    return translate(parse(text, field), table, field)


def columns(text: str) -> frozenset[str]:
    """The columns an expression uses, as they are written there.

    Raises
    ------
    RefusedExpression
    """
    return used_columns(parse(text))


def rename(text: str, names: Mapping[str, str]) -> str:
    """The same text with other column names; nothing else changes.

    Raises
    ------
    RefusedExpression

    Examples
    --------
    >>> rename("price * quantity", {"price": "Unit price"})
    '"Unit price" * quantity'
    """
    return renamed(text, parse(text), names)
