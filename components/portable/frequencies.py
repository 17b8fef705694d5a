"""Measures that no plain aggregate gives: the categories of a column and how frequent they are."""

import ibis
import ibis.expr.types as ir

VALUE, ROWS = "value", "rows"


def most_frequent(column: ir.Column, limit: int) -> ir.ArrayScalar:
    """The most frequent values of a column, of equally frequent ones the smallest; in no order, without nulls.

    Counted and ranked, because ``mode`` and ``histogram`` break ties differently from engine to engine.
    """
    given = _given(column)
    counted = given.group_by(VALUE).aggregate(given.count().name(ROWS))
    ranked = counted.order_by([counted[ROWS].desc(), counted[VALUE].asc()]).limit(limit)
    return _one(ranked[VALUE].collect(), column)


def distinct(column: ir.Column, limit: int) -> ir.ArrayScalar:
    """The smallest different values of a column; in no order, without nulls."""
    found = _given(column).distinct().order_by(VALUE).limit(limit)
    return _one(found[VALUE].collect(), column)


def _given(column: ir.Column) -> ir.Table:
    table = column.as_table().rename({VALUE: column.get_name()})
    return table.filter(table[VALUE].notnull())


def _one(measure: ir.ArrayScalar, column: ir.Column) -> ir.ArrayScalar:
    """As a subquery that fits into an aggregation of the column's table.

    A row of subqueries alone would come once for each row of the table; the count makes it an aggregate.
    """
    subquery = measure.as_table()[measure.get_name()].as_scalar()
    return ibis.ifelse(column.count() >= 0, subquery, ibis.null(subquery.type()))
