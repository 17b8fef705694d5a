"""Measures that no plain aggregate gives: the categories of a column and how frequent they are."""

import ibis
import ibis.expr.types as ir

VALUE, ROWS = "value", "rows"


def most_frequent(column: ir.Column, limit: int) -> ir.ArrayScalar:
    """The most frequent values of a column, most frequent first, ties in ascending order; nulls do not count.

    Counted and ranked, because ``mode`` and ``histogram`` break ties differently from engine to engine.
    """
    table = column.as_table().rename({VALUE: column.get_name()})
    given = table.filter(table[VALUE].notnull())
    counted = given.group_by(VALUE).aggregate(given.count().name(ROWS))
    order = [counted[ROWS].desc(), counted[VALUE].asc()]
    ranked = counted.mutate(rank=ibis.row_number().over(order_by=order)).order_by(order).limit(limit)
    return _one(ranked[VALUE].collect(), column)


def distinct(column: ir.Column, limit: int) -> ir.ArrayScalar:
    """The first values of a column in ascending order, without nulls."""
    table = column.as_table().rename({VALUE: column.get_name()})
    found = table.filter(table[VALUE].notnull()).distinct().order_by(VALUE).limit(limit)
    return _one(found[VALUE].collect(order_by=found[VALUE]), column)


def _one(measure: ir.ArrayScalar, column: ir.Column) -> ir.ArrayScalar:
    """As a subquery that fits into an aggregation of the column's table.

    A row of subqueries alone would come once for each row of the table; the count makes it an aggregate.
    """
    subquery = measure.as_table()[measure.get_name()].as_scalar()
    return ibis.ifelse(column.count() >= 0, subquery, ibis.null(subquery.type()))
