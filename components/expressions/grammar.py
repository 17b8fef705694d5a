"""From text to a tree in which every node is known."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.parsers.duckdb import DuckDBParser
from sqlglot.tokenizer_core import Token, TokenType

from components.errors import RefusedExpression
from components.expressions.functions import FUNCTIONS, near
from components.ports import is_reserved

MAX_LENGTH = 10_000
MAX_NESTING = 25
"""Of parentheses and CASE; each level costs the parser some thirty calls."""
MAX_DEPTH = 100
"""Of the tree; chains of AND and OR count once."""


KEPT = ("CAST", "TRY_CAST", "EXTRACT")


QUERIES = (TokenType.SELECT, TokenType.FROM, TokenType.WITH, TokenType.VALUES, TokenType.TABLE, TokenType.SUMMARIZE)


class _Parser(DuckDBParser):
    """A parser of expressions alone.

    It reads every function call as a plain name with arguments, so that the name decides. Statements, queries and
    column definitions are cut off, not only refused afterwards: their grammar is large, and sqlglot never returns from
    ``struct(, NOT)``.
    """

    STATEMENT_PARSERS: ClassVar[dict[TokenType, Any]] = {}
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {name: DuckDBParser.FUNCTION_PARSERS[name] for name in KEPT}
    NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CASE": DuckDBParser.NO_PAREN_FUNCTION_PARSERS["CASE"]}

    def _parse_select(self, *_: Any, **__: Any) -> None:
        if self._curr and self._curr.token_type in QUERIES:
            raise RefusedExpression(
                "A subquery (SELECT) is not allowed in an expression.", hint="Use the Join component."
            )

    def _parse_struct_types(self, *_: Any, **__: Any) -> None:
        self.raise_error("Nested types are not allowed")

    def _parse_column_def(self, *_: Any, **__: Any) -> None:
        self.raise_error("Column definitions are not allowed")


class _Dialect(DuckDB):
    Parser = _Parser


_DIALECT = _Dialect()

BINARY = ("this", "expression")
UNARY = ("this",)

NODES: Mapping[type[exp.Expr], tuple[str, ...]] = {
    exp.Column: UNARY,
    exp.Identifier: ("this", "quoted"),
    exp.Literal: ("this", "is_string"),
    exp.Boolean: UNARY,
    exp.Null: (),
    exp.Paren: UNARY,
    exp.Neg: UNARY,
    exp.Not: UNARY,
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Pow), (*BINARY, "typed", "safe")),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), BINARY),
    **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ, exp.And, exp.Or, exp.Is), BINARY),
    exp.DPipe: (*BINARY, "safe"),
    exp.Like: (*BINARY, "negate"),
    exp.ILike: (*BINARY, "negate"),
    exp.In: ("this", "expressions"),
    exp.Between: ("this", "low", "high"),
    exp.Case: ("this", "ifs", "default"),
    exp.If: ("this", "true"),
    exp.Cast: ("this", "to"),
    exp.TryCast: ("this", "to", "safe", "requires_string"),
    exp.DataType: ("this", "nested"),
    exp.Extract: BINARY,
    exp.Interval: ("this", "unit"),
    exp.Var: UNARY,
    exp.Anonymous: ("this", "expressions"),
}
"""What may occur in a tree, and with which parts."""

NAMES: Mapping[str, str] = {
    "Select": "a subquery (SELECT)",
    "Subquery": "a subquery",
    "Exists": "a subquery (EXISTS)",
    "Star": "*",
    "Window": "a window (OVER)",
    "Placeholder": "a parameter",
    "Parameter": "a parameter",
    "Lambda": "a lambda",
    "Alias": "a name for the result (AS)",
    "Bracket": "a part of a list ([…])",
    "Dot": "a dotted name",
    "Distinct": "DISTINCT",
    "JSONExtract": "the arrow ->",
    "JSONExtractScalar": "the arrow ->>",
    "Any": "ANY",
    "PropertyEQ": ":=",
    "Kwarg": "a named argument",
}


def parse(text: str, field: str | None = None) -> exp.Expr:
    """The tree of one expression, which nobody may change.

    Raises
    ------
    RefusedExpression
        When the text is no expression, or one that contains what is not on the lists.
    """
    try:
        return _tree(text)
    except RefusedExpression as refused:
        refused.field = field
        raise


@lru_cache(maxsize=4_096)
def _tree(text: str) -> exp.Expr:
    if len(text) > MAX_LENGTH:
        raise RefusedExpression(
            f"The expression is longer than {MAX_LENGTH:,} characters.", hint="Divide it into several."
        )
    try:
        tokens = _DIALECT.tokenize(text)
        _check_tokens(tokens)
        trees = _DIALECT.parser().parse(tokens, text)
    except RefusedExpression:
        raise
    except SqlglotError as error:
        raise RefusedExpression(_reason(error, text), hint=_spelling_hint(text)) from None
    except RecursionError:
        raise too_deep() from None
    except (ValueError, TypeError, AttributeError, LookupError):  # how the parser stumbles over `show all`, `-> 1e5`
        raise RefusedExpression("This is not an expression.", hint=_spelling_hint(text)) from None
    if len(trees) != 1 or trees[0] is None:
        raise RefusedExpression("One expression is expected.", hint="Remove the semicolon.")
    check_tree(trees[0])
    return trees[0]


def used_columns(tree: exp.Expr) -> frozenset[str]:
    """The names of columns as they are written."""
    return frozenset(column.name for column in tree.find_all(exp.Column))


def used_functions(tree: exp.Expr) -> frozenset[str]:
    """The names of functions, in small letters."""
    return frozenset(str(call.this).lower() for call in tree.find_all(exp.Anonymous))


def renamed(text: str, tree: exp.Expr, names: Mapping[str, str]) -> str:
    """The text with other names in the places of the columns."""
    places = [(column.this.meta["start"], column.this.meta["end"], column.name) for column in tree.find_all(exp.Column)]
    lowered = {old.lower(): new for old, new in names.items()}
    for start, end, name in sorted(places, reverse=True):
        new = names.get(name, lowered.get(name.lower()))
        if new is not None:
            text = text[:start] + _written(new) + text[end + 1 :]
    return text


def _written(name: str) -> str:
    tokens = _DIALECT.tokenize(name) if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else []
    is_plain = len(tokens) == 1 and tokens[0].token_type == TokenType.VAR
    return name if is_plain else '"' + name.replace('"', '""') + '"'


def _check_tokens(tokens: list[Token]) -> None:
    if not tokens:
        raise RefusedExpression("The expression is empty.", hint="Write one, such as price * 2.")
    nesting = 0
    for token in tokens:
        if token.comments:
            raise RefusedExpression("Comments are not allowed in an expression.", hint="Remove it.")
        if token.token_type == TokenType.SEMICOLON:
            raise RefusedExpression("Several statements are not allowed.", hint="Remove the semicolon.")
        nesting += token.token_type in (TokenType.L_PAREN, TokenType.CASE)
        nesting -= token.token_type in (TokenType.R_PAREN, TokenType.END)
        if nesting > MAX_NESTING:
            raise too_deep()


def check_tree(tree: exp.Expr) -> None:
    pending: list[tuple[exp.Expr, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise too_deep()
        _check_node(node)
        for child in children(node):
            continues = isinstance(node, exp.And | exp.Or) and type(child) is type(node)
            pending.append((child, depth if continues else depth + 1))


def _check_node(node: exp.Expr) -> None:
    parts = NODES.get(type(node))
    unknown = None if parts is None else next((k for k, v in node.args.items() if v and k not in parts), None)
    if isinstance(node, exp.Column) and unknown == "table":
        raise RefusedExpression(
            f"Dotted names such as {node.sql('duckdb')[:80]} are not allowed.",
            hint='Write a column as it is called; with a dot in its name, in double quotes: "a.b".',
        )
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Identifier):
        raise RefusedExpression(f"{name_of(node.this)} is not allowed in an expression.")
    if isinstance(node, exp.Anonymous) and _function(node) not in FUNCTIONS:
        raise _unknown_function(_function(node))
    if isinstance(node, exp.Column) and is_reserved(node.name):
        raise RefusedExpression(f"Column {node.name!r} is reserved.", hint="Use a column of your data.")
    if parts is None or unknown is not None:
        what = name_of(node) if parts is None else _name_of_part(node, unknown or "")
        raise RefusedExpression(
            f"{what} is not allowed in an expression.",
            hint="Use columns, constants, operators, CASE, CAST and the functions of the reference.",
        )


def children(node: exp.Expr) -> Iterator[exp.Expr]:
    for value in node.args.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expr):
                yield child


def terms(node: exp.Expr, connector: type[exp.Expr]) -> list[exp.Expr]:
    """The parts of a chain of AND or OR, in order; of anything else, itself."""
    found: list[exp.Expr] = []
    pending = [node]
    while pending:
        term = pending.pop()
        if type(term) is connector:
            pending += [term.expression, term.this]
        else:
            found.append(term)
    return found


def _function(node: exp.Anonymous) -> str:
    return str(node.this).lower()


def _unknown_function(name: str) -> RefusedExpression:
    if name in AGGREGATES:
        hint = "It works on many rows: use the component Group by."
    else:
        close = near(name)
        hint = f"Did you mean {close}?" if close else "See the list of functions."
    return RefusedExpression(f"The function {name[:80]} is not allowed in an expression.", hint=hint)


def name_of(node: exp.Expr) -> str:
    kind = type(node).__name__
    name = NAMES.get(kind, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).upper())
    return name[0].upper() + name[1:]


def _name_of_part(node: exp.Expr, part: str) -> str:
    if part in ("query", "unnest", "field"):
        return "A subquery or list column after IN"
    return f"{part.replace('_', ' ').upper()} in {name_of(node)}"


def too_deep() -> RefusedExpression:
    return RefusedExpression("The expression is nested too deeply.", hint="Divide it into several.")


def _reason(error: SqlglotError, text: str) -> str:
    first = next(iter(text.upper().split()), "")
    if first in STATEMENTS:
        return f"{first} is not allowed in an expression."
    found = getattr(error, "errors", None)
    near_text = str(found[0].get("highlight") or "")[:40] if found else ""
    return f"The expression cannot be read near {near_text!r}." if near_text else "The expression cannot be read."


def _spelling_hint(text: str) -> str:
    for sign, what in (("'", "single quotes"), ('"', "double quotes")):
        if text.count(sign) % 2:
            return f"Close the {what}."
    if text.count("(") != text.count(")"):
        return "Close the parentheses."
    return (
        'Text goes in single quotes; a column that is called by several or SQL words in double quotes: "Age in years".'
    )


STATEMENTS = (
    *("ALTER", "ANALYZE", "ATTACH", "BEGIN", "CALL", "CHECKPOINT", "COMMENT", "COMMIT", "COPY", "CREATE", "DELETE"),
    *("DESCRIBE", "DETACH", "DROP", "EXECUTE", "EXPLAIN", "EXPORT", "IMPORT", "INSERT", "INSTALL", "KILL", "LOAD"),
    *("MERGE", "PIVOT", "PRAGMA", "PREPARE", "REFRESH", "RESET", "ROLLBACK", "SET", "SHOW", "SUMMARIZE", "TRUNCATE"),
    *("UNPIVOT", "UPDATE", "USE", "VACUUM"),
)
AGGREGATES = frozenset(
    [
        "any_value",
        "arg_max",
        "arg_min",
        "array_agg",
        "avg",
        "bool_and",
        "bool_or",
        "corr",
        "count",
        "count_if",
        "first",
        "group_concat",
        "histogram",
        "last",
        "list",
        "listagg",
        "max",
        "mean",
        "median",
        "min",
        "mode",
        "percentile_cont",
        "quantile",
        "quantile_cont",
        "std",
        "stddev",
        "stddev_pop",
        "stddev_samp",
        "string_agg",
        "sum",
        "var_pop",
        "var_samp",
        "variance",
        "row_number",
        "rank",
        "dense_rank",
        "lag",
        "lead",
        "ntile",
    ]
)
