"""What every row surely meets that meets a condition: its plain comparisons, where all of them must hold."""

from collections.abc import Iterator, Mapping

import ibis.expr.schema as sch
from sqlglot import exp

from components.expressions.grammar import parse, terms
from components.predicates import Comparison, Constant, Predicate

_ORDERS: Mapping[type[exp.Expr], tuple[Comparison, Comparison]] = {
    exp.LT: ("<", ">"),
    exp.LTE: ("<=", ">="),
    exp.GT: (">", "<"),
    exp.GTE: (">=", "<="),
    exp.EQ: ("in", "in"),
}
"""How each reads with the column on its left, and on its right."""
_MISSING = ("is_null", "is_missing")


def predicates(text: str, schema: sch.Schema) -> tuple[Predicate, ...]:
    """The plain comparisons that hold for every row that meets a condition.

    What is no comparison of one column with constants is left out: it may keep further rows away.

    Raises
    ------
    RefusedExpression

    Examples
    --------
    >>> import ibis
    >>> [one.column for one in predicates("age > 3 AND (city = 'Bern' OR age < 9)", ibis.schema({"age": "int64"}))]
    ['age']
    """
    tree = parse(text)
    found = (one for term in terms(tree, exp.And) for one in _read(_bare(term)))
    named = ((_named(one.column, schema), one) for one in found)
    return tuple(Predicate(name, one.comparison, one.values, one.written) for name, one in named if name)


def _read(node: exp.Expr) -> Iterator[Predicate]:
    match node:
        case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            direct, mirrored = _ORDERS[type(node)]
            yield from _compared(node, node.this, direct, [node.expression])
            yield from _compared(node, node.expression, mirrored, [node.this])
            yield from _bounded(node)
        case exp.Or():
            yield from _bounded_or_missing(node)
        case exp.Between():
            yield from _compared(node, node.this, ">=", [node.args["low"]])
            yield from _compared(node, node.this, "<=", [node.args["high"]])
        case exp.In():
            yield from _compared(node, node.this, "in", node.expressions)
        case exp.Is(expression=exp.Null()):
            yield from _compared(node, node.this, "missing", [])
        case exp.Anonymous() if str(node.this).lower() in _MISSING:
            yield from _compared(node, node.expressions[0], "missing", [])
        case exp.Not(this=inner):
            yield from (
                Predicate(one.column, "given", (), node.sql("duckdb"))
                for one in _read(_bare(inner))
                if one.comparison == "missing"
            )


def _bounded(node: exp.Expr) -> Iterator[Predicate]:
    """A size that is below a number: ``abs(x) < 100``."""
    size = _bare(node.this)
    if not (isinstance(node, exp.LT | exp.LTE) and isinstance(size, exp.Anonymous) and str(size.this).lower() == "abs"):
        return
    column, limit = _bare(size.expressions[0]), _constant(_bare(node.expression))
    if isinstance(column, exp.Column) and isinstance(limit, int | float):
        yield Predicate(column.name, "finite", (), node.sql("duckdb"))


def _bounded_or_missing(node: exp.Or) -> Iterator[Predicate]:
    """The same where missing values are let through."""
    found = [one for side in (node.this, node.expression) for one in _read(_bare(side))]
    if sorted(one.comparison for one in found) == ["finite", "missing"] and found[0].column == found[1].column:
        yield Predicate(found[0].column, "finite", (), node.sql("duckdb"))


def _compared(whole: exp.Expr, side: exp.Expr, comparison: Comparison, others: list[exp.Expr]) -> Iterator[Predicate]:
    side, values = _bare(side), [_constant(_bare(other)) for other in others]
    if isinstance(side, exp.Column) and None not in values:
        yield Predicate(side.name, comparison, tuple(one for one in values if one is not None), whole.sql("duckdb"))


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _constant(node: exp.Expr) -> Constant | None:
    match node:
        case exp.Neg(this=inner):
            value = _constant(_bare(inner))
            return -value if isinstance(value, int | float) and not isinstance(value, bool) else None
        case exp.Boolean():
            return bool(node.this)
        case exp.Literal() if node.is_string:
            return str(node.this)
        case exp.Literal():
            text = str(node.this)
            return int(text) if text.isdigit() else float(text)
    return None


def _named(name: str, schema: sch.Schema) -> str | None:
    """The column as the table calls it: in any case, an exact match first."""
    if name in schema:
        return name
    return next((column for column in schema if column.lower() == name.lower()), None)
