"""The expression gate: SQL expressions of people, translated into Ibis.

Nothing a person types is ever executed. A text is parsed (`grammar`), every node of the tree and every function name
must be on a list, and each is translated one by one into an Ibis value (`translation`). What is on no list does not
exist, and is refused by its name. The result runs on every engine Ibis knows.

What differs from DuckDB's own SQL, so that an expression never stops a run: division and remainder by zero, logarithms
and roots outside their domain, and casts of what cannot be read give NULL. ``/`` always gives a decimal number.
Whole numbers are int64, decimal ones float64. Names of columns match in any case, an exact match first.
"""

from collections.abc import Mapping
from functools import lru_cache

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import unbound
from components.errors import ColumnMissing, RefusedExpression
from components.expressions.functions import FUNCTIONS, Function
from components.expressions.grammar import MAX_LENGTH, parse, renamed, used_columns, used_functions
from components.expressions.predicates import predicates
from components.expressions.translation import translate

__all__ = [
    "FUNCTIONS",
    "MAX_LENGTH",
    "Function",
    "check",
    "columns",
    "functions",
    "predicates",
    "read_columns",
    "rename",
    "to_ibis",
]


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
    try:
        return _type(text, sch.Schema({name: schema[name] for name in read_columns(text, schema)}))
    except (RefusedExpression, ColumnMissing):  # said again with the field, and with all columns in sight
        return to_ibis(text, unbound(schema), field).type()


@lru_cache(maxsize=4_096)
def _type(text: str, schema: sch.Schema) -> dt.DataType:
    return to_ibis(text, unbound(schema)).type()


def functions(text: str) -> frozenset[str]:
    """The functions an expression calls.

    Raises
    ------
    RefusedExpression

    Examples
    --------
    >>> sorted(functions("round(LN(price), 2)"))
    ['ln', 'round']
    """
    return used_functions(parse(text))


def read_columns(text: str, schema: sch.Schema) -> list[str]:
    """The columns of a table that an expression uses, as they are called there.

    Raises
    ------
    RefusedExpression
    """
    written = columns(text)
    lowered = {name.lower() for name in written}
    return [name for name in schema if name in written or name.lower() in lowered]


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


@lru_cache(maxsize=4_096)
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
