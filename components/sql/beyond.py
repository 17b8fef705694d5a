"""A query of a database without most of the rows that lie before a value.

It may give too much, because who asks looks once more; it must never give too little. So nothing is left out by a text,
which every database sorts in its own way, a time is taken a day earlier, whatever zone the database thinks in, and a
fraction a little smaller than it was read.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlglot
from sqlglot import exp

A_DAY = timedelta(days=1)
A_LITTLE = 1e-9
"""Of a fraction: much more than its last digit, of which a database may know more than a number here holds."""


def beyond(query: str, dialect: str, column: str, value: object) -> str | None:
    """The query without most rows whose column is less than a value, or has none.

    Parameters
    ----------
    query
        One SELECT, as `read_only` gives it.
    dialect
        What the parser calls the kind of database: ``postgres``, ``mysql``, ``sqlite``, ``tsql``.

    Returns
    -------
    str or None
        None where the database cannot be trusted to leave out the right ones.

    Examples
    --------
    >>> beyond("SELECT * FROM orders", "postgres", "id", 7)
    'SELECT * FROM (SELECT * FROM orders) AS cb_rows WHERE "id" >= 7'
    """
    least = _least(value, dialect)
    if least is None:
        return None
    rows = sqlglot.parse_one(query, read=dialect).subquery("cb_rows")  # type: ignore[attr-defined]
    at_least = exp.GTE(this=exp.column(exp.to_identifier(column, quoted=True)), expression=least)
    return str(exp.select("*").from_(rows).where(at_least).sql(dialect=dialect))


def _least(value: object, dialect: str) -> exp.Expr | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return exp.Literal.number(value)
    if isinstance(value, float | Decimal):
        number = float(value)
        return exp.Literal.number(repr(number - abs(number) * A_LITTLE))
    if isinstance(value, date) and dialect != "sqlite":  # which has no dates, only what looks like one
        if isinstance(value, datetime):
            return exp.cast(exp.Literal.string(f"{value.replace(tzinfo=None) - A_DAY:%Y-%m-%d %H:%M:%S}"), "TIMESTAMP")
        return exp.cast(exp.Literal.string(f"{value - A_DAY:%Y-%m-%d}"), "DATE")
    return None
