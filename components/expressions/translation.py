"""From a checked tree to an Ibis value, node by node."""

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.common.annotations import SignatureValidationError
from ibis.common.exceptions import IbisError
from sqlglot import exp

from components.errors import ColumnMissing, RefusedExpression
from components.expressions import dates
from components.expressions.arguments import Argument
from components.expressions.conditions import converted
from components.expressions.functions import FUNCTIONS, Function
from components.expressions.grammar import terms
from components.expressions.texts import joined
from components.params import ARTICLE
from components.portable import numbers
from components.portable.casts import read_as
from components.ports import Kind, kind_of, visible

TYPES: Mapping[str, str] = {
    **dict.fromkeys(("INT", "BIGINT", "SMALLINT", "TINYINT"), "int64"),
    **dict.fromkeys(("DOUBLE", "FLOAT"), "float64"),
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR"), "string"),
    "BOOLEAN": "boolean",
    "DATE": "date",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPNTZ", "DATETIME"), "timestamp"),
}

LARGEST = 2**63


def translate(tree: exp.Expr, table: ir.Table, field: str | None = None) -> ir.Value:
    """The Ibis value of a tree that `grammar.parse` accepted."""
    try:
        value = _plain(_Translation(table).value(tree))
    except (RefusedExpression, ColumnMissing) as error:
        error.field = error.field or field
        raise
    if value.type().is_null():
        raise RefusedExpression(
            "The expression is always NULL.", hint="Give it a type: CAST(NULL AS DOUBLE).", field=field
        )
    return value


class _Translation:
    """Translates the nodes of one tree over one table."""

    def __init__(self, table: ir.Table) -> None:
        self.table = table
        self.names = visible(table.schema())

    def value(self, node: exp.Expr) -> ir.Value:
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is not None:
            return handler(node)
        return _apply(type(node), self.value(node.this), self.value(node.expression))

    def _column(self, node: exp.Column) -> ir.Value:
        return _plain(self.table[self._match(node.name)])

    def _match(self, name: str) -> str:
        if name in self.names:
            return name
        alike = [column for column in self.names if column.lower() == name.lower()]
        if len(alike) == 1:
            return alike[0]
        close = difflib.get_close_matches(name, self.names, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(list(self.names)[:12])}."
        if alike:
            hint = f"Write one of {', '.join(alike)} exactly."
        raise ColumnMissing(
            f"There is no column {name!r} here.", hint=hint + " Text goes in 'single quotes'.", column=name
        )

    def _literal(self, node: exp.Literal) -> ir.Value:
        return ibis.literal(str(node.this)) if node.is_string else _number(str(node.this))

    def _boolean(self, node: exp.Boolean) -> ir.Value:
        return ibis.literal(bool(node.this))

    def _null(self, node: exp.Null) -> ir.Value:
        return ibis.null()

    def _paren(self, node: exp.Paren) -> ir.Value:
        return self.value(node.this)

    def _neg(self, node: exp.Neg) -> ir.Value:
        return -_of_kind(self.value(node.this), ("numeric",), "The sign -")

    def _not(self, node: exp.Not) -> ir.Value:
        return ~self._condition(node.this, "NOT")

    def _and(self, node: exp.And) -> ir.Value:
        return self._chain(node, and_, "AND")

    def _or(self, node: exp.Or) -> ir.Value:
        return self._chain(node, or_, "OR")

    def _chain(self, node: exp.Connector, operator: Callable[[Any, Any], Any], word: str) -> ir.Value:
        """Balanced, so that a long chain is not a deep tree."""
        found = [self._condition(term, word) for term in terms(node, type(node))]
        while len(found) > 1:
            found = [reduce(operator, found[i : i + 2]) for i in range(0, len(found), 2)]
        return found[0]

    def _condition(self, node: exp.Expr, word: str) -> ir.BooleanValue:
        return _of_kind(self.value(node), ("boolean",), word)

    def _add(self, node: exp.Add) -> ir.Value:
        return self._shifted(node, 1)

    def _sub(self, node: exp.Sub) -> ir.Value:
        return self._shifted(node, -1)

    def _shifted(self, node: exp.Binary, sign: int) -> ir.Value:
        if not isinstance(node.expression, exp.Interval):
            return _apply(type(node), self.value(node.this), self.value(node.expression))
        date = _of_kind(self.value(node.this), ("datetime",), "INTERVAL")
        return dates.shifted(date, sign * _amount(node.expression), str(node.expression.args["unit"].name))

    def _interval(self, node: exp.Interval) -> ir.Value:
        raise RefusedExpression("An INTERVAL stands alone.", hint="Add it to a date: day + INTERVAL 3 DAY.")

    def _dpipe(self, node: exp.DPipe) -> ir.Value:
        return joined(self.value(node.this), self.value(node.expression))

    def _is(self, node: exp.Is) -> ir.Value:
        value = self.value(node.this)
        if isinstance(node.expression, exp.Null):
            return value.isnull()
        if not isinstance(node.expression, exp.Boolean):
            raise RefusedExpression("IS goes with NULL, TRUE or FALSE.", hint="Use = to compare.")
        truth = _of_kind(value, ("boolean",), "IS TRUE")
        return (truth if node.expression.this else ~truth).fill_null(False)

    def _like(self, node: exp.Like) -> ir.Value:
        text, pattern = self._texts(node, "LIKE")
        return _negated(text.like(pattern), node)

    def _ilike(self, node: exp.ILike) -> ir.Value:
        text, pattern = self._texts(node, "ILIKE")
        return _negated(text.ilike(pattern), node)

    def _texts(self, node: exp.Binary, word: str) -> tuple[ir.StringValue, ir.StringValue]:
        return (
            _of_kind(self.value(node.this), ("text",), word),
            _of_kind(self.value(node.expression), ("text",), word),
        )

    def _in(self, node: exp.In) -> ir.Value:
        value, *options = _alike([self.value(node.this), *map(self.value, node.expressions)], "IN")
        return value.isin(options) if options else ibis.literal(False)

    def _between(self, node: exp.Between) -> ir.Value:
        value, low, high = (self.value(node.args[part]) for part in ("this", "low", "high"))
        return _apply(exp.GTE, value, low) & _apply(exp.LTE, value, high)

    def _case(self, node: exp.Case) -> ir.Value:
        subject = node.args.get("this")
        branches = node.args["ifs"]
        if subject is None:
            conditions = [self._condition(branch.this, "WHEN") for branch in branches]
        else:
            value = self.value(subject)
            conditions = [_apply(exp.EQ, value, self.value(branch.this)) for branch in branches]
        default = node.args.get("default")
        results = [self.value(branch.args["true"]) for branch in branches]
        *results, otherwise = _alike([*results, ibis.null() if default is None else self.value(default)], "CASE")
        if all(result.type().is_null() for result in results):
            results = [ibis.null(otherwise.type()) for _ in results]
        return ibis.cases(*zip(conditions, results, strict=True), else_=otherwise)

    def _cast(self, node: exp.Cast) -> ir.Value:
        name = getattr(node.to.this, "name", str(node.to.this))
        if name not in TYPES:
            raise RefusedExpression(
                f"The type {node.to.sql('duckdb')[:40]} is not allowed in an expression.",
                hint="Use BIGINT, DOUBLE, VARCHAR, BOOLEAN, DATE or TIMESTAMP.",
            )
        return converted(self.value(node.this), TYPES[name])

    _trycast = _cast

    def _extract(self, node: exp.Extract) -> ir.Value:
        return dates.part(node.this.name, _of_kind(self.value(node.expression), ("datetime",), "EXTRACT"))

    def _anonymous(self, node: exp.Anonymous) -> ir.Value:
        function = FUNCTIONS[str(node.this).lower()]
        arguments = _spread(function, len(node.expressions))
        given = [self._argument(function, *pair) for pair in zip(arguments, node.expressions, strict=True)]
        free = [i for i, argument in enumerate(arguments) if argument.word.rstrip("0123456789") == "value"]
        if len(free) > 1 and not function.name.startswith("concat"):
            for i, value in zip(free, _alike([given[i] for i in free], function.name), strict=True):
                given[i] = value
        return _built(function.name, function.build, *given)

    def _argument(self, function: Function, argument: Argument, node: exp.Expr) -> Any:
        if argument.constant is None:
            return _of_kind(self.value(node), argument.kinds, function.name)
        constant = _constant(node)
        if type(constant) is not argument.constant:
            wanted = "a text in single quotes" if argument.constant is str else "a whole number"
            raise RefusedExpression(f"{function.name} needs {wanted} as its {argument.word}.", hint=function.signature)
        problem = argument.problem(constant)
        if problem:
            raise RefusedExpression(f"{function.name}: {problem}", hint=function.signature)
        return constant


OPERATORS: Mapping[type[exp.Expr], tuple[str, tuple[Kind, ...], Callable[[Any, Any], ir.Value]]] = {
    exp.Add: ("+", ("numeric",), lambda a, b: a + b),
    exp.Sub: ("-", ("numeric",), lambda a, b: a - b),
    exp.Mul: ("*", ("numeric",), lambda a, b: a * b),
    exp.Div: ("/", ("numeric",), numbers.divide),
    exp.IntDiv: ("//", ("numeric",), numbers.divide_whole),
    exp.Mod: ("%", ("numeric",), numbers.remainder),
    exp.Pow: ("**", ("numeric",), numbers.power),
    exp.EQ: ("=", (), lambda a, b: a == b),
    exp.NEQ: ("<>", (), lambda a, b: a != b),
    exp.LT: ("<", (), lambda a, b: a < b),
    exp.LTE: ("<=", (), lambda a, b: a <= b),
    exp.GT: (">", (), lambda a, b: a > b),
    exp.GTE: (">=", (), lambda a, b: a >= b),
    exp.NullSafeEQ: ("IS NOT DISTINCT FROM", (), lambda a, b: a.identical_to(b)),
    exp.NullSafeNEQ: ("IS DISTINCT FROM", (), lambda a, b: ~a.identical_to(b)),
}


NULL_SAFE = (exp.NullSafeEQ, exp.NullSafeNEQ)


def _apply(operator: type[exp.Expr], left: ir.Value, right: ir.Value) -> ir.Value:
    word, kinds, build = OPERATORS[operator]
    if kinds:
        left, right = (_of_kind(value, kinds, word) for value in (left, right))
    else:
        left, right = _alike([left, right], word)
        if operator not in NULL_SAFE and (_is_null(left) or _is_null(right)):
            return ibis.null("boolean")  # Ibis would take = NULL for IS NULL
    return _built(word, build, left, right)


def _is_null(value: ir.Value) -> bool:
    operation = value.op()
    return isinstance(operation, ops.Literal) and operation.value is None


def _built(word: str, build: Callable[..., ir.Value], *arguments: Any) -> ir.Value:
    try:
        return _plain(build(*arguments))
    except (IbisError, SignatureValidationError, TypeError, OverflowError) as error:
        raise RefusedExpression(f"{word} cannot be used with these values.", hint="See its signature.") from error


def _plain(value: ir.Value) -> ir.Value:
    """Whole numbers as int64 and all others as float64, so that small types do not overflow."""
    dtype = value.type()
    if dtype.is_integer() and dtype not in (dt.int64, dt.uint64):
        return value.cast("int64")
    return value.cast("float64") if dtype.is_numeric() and not dtype.is_integer() and not dtype.is_float64() else value


def _of_kind(value: ir.Value, kinds: Sequence[Kind], word: str) -> ir.Value:
    dtype = value.type()
    if dtype.is_null() and len(kinds) > 1:
        return value
    if dtype.is_null():
        return ibis.null({"numeric": "float64", "text": "string", "datetime": "timestamp"}.get(kinds[0], kinds[0]))
    kind = kind_of(dtype)
    if kind not in kinds:
        wanted = " or ".join(ARTICLE[k] for k in kinds)
        raise RefusedExpression(
            f"{word} needs {wanted}, but got {ARTICLE[kind]}.",
            hint="Convert it with CAST(… AS …), or choose another column.",
        )
    return value


def _alike(values: Sequence[ir.Value], word: str) -> list[ir.Value]:
    """Values of one kind; texts beside dates are read as dates, and NULL fits everywhere."""
    kinds = {kind_of(value.type()) for value in values if not value.type().is_null()}
    if kinds == {"datetime", "text"}:
        values = [_as_date(value) for value in values]
        kinds = {"datetime"}
    if len(kinds) > 1 or kinds & {"other", "one_hot"}:
        found = " and ".join(sorted(ARTICLE[kind] for kind in kinds))
        raise RefusedExpression(f"{word} cannot mix {found}.", hint="Convert one of them with CAST(… AS …).")
    if kinds == {"datetime"} and len({value.type() for value in values if not value.type().is_null()}) > 1:
        values = [value if value.type().is_null() else value.cast("timestamp") for value in values]
    return list(values)


def _as_date(value: ir.Value) -> ir.Value:
    if not value.type().is_string():
        return value
    operation = value.op()
    if isinstance(operation, ops.Literal):
        try:
            datetime.fromisoformat(operation.value)
        except ValueError:
            raise RefusedExpression(
                f"{operation.value[:40]!r} is not a date.", hint="Write dates as '2026-01-31'."
            ) from None
    return read_as(value, "timestamp")


def _spread(function: Function, count: int) -> list[Argument]:
    """One argument of the signature for each that was given."""
    listed = list(function.arguments)
    if listed and listed[-1].repeated:
        listed += [listed[-1]] * (count - len(listed))
    needed = sum(not argument.optional for argument in function.arguments)
    if not needed <= count <= len(listed):
        raise RefusedExpression(f"{function.name} was given {count} arguments.", hint=f"Write {function.signature}.")
    return listed[:count]


def _negated(condition: ir.BooleanValue, node: exp.Expr) -> ir.BooleanValue:
    return ~condition if node.args.get("negate") else condition


def _constant(node: exp.Expr) -> Any:
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        number = _constant(node.this)
        return -number if isinstance(number, int) else None
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else _integer(str(node.this))
    return None


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _number(text: str) -> ir.NumericValue:
    whole = _integer(text)
    if whole is not None:
        return numbers.integer(whole)
    try:
        number = float(text)
    except ValueError:
        raise RefusedExpression(f"{text[:40]!r} is not a number.") from None
    if not math.isfinite(number):
        raise RefusedExpression(f"The number {text[:40]} is too large.")
    return numbers.decimal(number)


def _amount(node: exp.Interval) -> int:
    unit, amount = node.args.get("unit"), node.this
    number = _integer(str(amount.this)) if isinstance(amount, exp.Literal) else None
    if number is None or number > 1_000_000 or not isinstance(unit, exp.Var):
        raise RefusedExpression("An INTERVAL needs a whole number and a unit.", hint="Write INTERVAL 3 DAY.")
    return number
