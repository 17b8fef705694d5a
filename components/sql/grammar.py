"""From text to a query in which every node is known."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.parsers.duckdb import DuckDBParser
from sqlglot.tokenizer_core import TokenType

from components.errors import RefusedExpression
from components.expressions.functions import FUNCTIONS, near
from components.expressions.grammar import BINARY, KEPT, MAX_NESTING, NODES, UNARY, children, name_of, too_deep
from components.ports import is_reserved

MAX_LENGTH, MAX_DEPTH = 20_000, 120

AGGREGATES = frozenset(
    [*("count", "sum", "avg", "mean", "min", "max", "median", "stddev", "stddev_samp", "variance", "var_samp")]
)
RANKS = frozenset(["row_number", "rank", "dense_rank"])
OFFSETS = frozenset(["lag", "lead"])
KNOWN = AGGREGATES | RANKS | OFFSETS | FUNCTIONS.keys()


class _Parser(DuckDBParser):
    """Reads queries and nothing else, and every function call as a plain name with arguments."""

    STATEMENT_PARSERS: ClassVar[dict[TokenType, Any]] = {}
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {name: DuckDBParser.FUNCTION_PARSERS[name] for name in KEPT}
    NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CASE": DuckDBParser.NO_PAREN_FUNCTION_PARSERS["CASE"]}

    def _parse_struct_types(self, *_: Any, **__: Any) -> None:
        self.raise_error("Nested types are not allowed")

    def _parse_column_def(self, *_: Any, **__: Any) -> None:
        self.raise_error("Column definitions are not allowed")


class _Dialect(DuckDB):
    Parser = _Parser


_DIALECT = _Dialect()
ENDING = ("order", "limit", "offset", "with_")
SET = (*BINARY, "distinct", "by_name", *ENDING)

PARTS: Mapping[type[exp.Expr], tuple[str, ...]] = {
    **NODES,
    exp.Column: ("this", "table"),
    exp.Select: ("expressions", "from_", "joins", "where", "group", "having", "distinct", *ENDING),
    exp.Union: SET,
    exp.Except: SET,
    exp.Intersect: SET,
    exp.Subquery: ("this", "alias"),
    exp.With: ("expressions",),
    exp.CTE: ("this", "alias"),
    exp.TableAlias: UNARY,
    exp.From: UNARY,
    exp.Join: ("this", "side", "kind", "on", "using"),
    exp.Table: ("this", "alias"),
    exp.Where: UNARY,
    exp.Having: UNARY,
    exp.Group: ("expressions", "all"),
    exp.Order: ("expressions",),
    exp.Ordered: ("this", "desc", "nulls_first"),
    exp.Limit: ("expression",),
    exp.Offset: ("expression",),
    exp.Distinct: ("expressions",),
    exp.Alias: ("this", "alias"),
    exp.Star: ("except_",),
    exp.Window: ("this", "partition_by", "order", "over"),
}
"""What may occur in a query, and with which parts; what stands where is seen to by the translation."""

QUERIES = (exp.Select, exp.Union, exp.Except, exp.Intersect)


@lru_cache(maxsize=512)
def parse(text: str) -> exp.Expr:
    """The tree of one query, which nobody may change.

    Raises
    ------
    RefusedExpression
        When the text is no query, or one that contains what is not on the lists.
    """
    if len(text) > MAX_LENGTH:
        raise RefusedExpression(f"The query is longer than {MAX_LENGTH:,} characters.", hint="Divide it into several.")
    try:
        tokens = _DIALECT.tokenize(text)
        _check_tokens(tokens)
        trees = _DIALECT.parser().parse(tokens, text)
    except RefusedExpression:
        raise
    except SqlglotError as error:
        found = getattr(error, "errors", None)
        near_text = str(found[0].get("highlight") or "")[:40] if found else ""
        where = f" near {near_text!r}" if near_text else ""
        raise RefusedExpression(f"The query cannot be read{where}.", hint=HINT) from None
    except RecursionError:
        raise too_deep() from None
    except (ValueError, TypeError, AttributeError, LookupError):  # how the parser stumbles
        raise RefusedExpression("This is not a query.", hint=HINT) from None
    if len(trees) != 1 or not isinstance(trees[0], QUERIES):
        raise RefusedExpression("One SELECT is expected.", hint=HINT)
    _check_tree(trees[0])
    return trees[0]


HINT = "Write one query, such as SELECT name, sum(price) AS total FROM input GROUP BY name."


def _check_tokens(tokens: list[Any]) -> None:
    if not tokens:
        raise RefusedExpression("The query is empty.", hint=HINT)
    nesting = 0
    for place, token in enumerate(tokens):
        if token.token_type == TokenType.SEMICOLON and place < len(tokens) - 1:
            raise RefusedExpression("Several statements are not allowed.", hint="Remove the semicolon.")
        nesting += token.token_type in (TokenType.L_PAREN, TokenType.CASE)
        nesting -= token.token_type in (TokenType.R_PAREN, TokenType.END)
        if nesting > MAX_NESTING:
            raise too_deep()


def _check_tree(tree: exp.Expr) -> None:
    pending: list[tuple[exp.Expr, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise too_deep()
        _check_node(node)
        for child in children(node):
            continues = isinstance(node, exp.And | exp.Or | exp.Union) and type(child) is type(node)
            pending.append((child, depth if continues else depth + 1))


def _check_node(node: exp.Expr) -> None:
    parts = PARTS.get(type(node))
    if parts is None:
        raise RefusedExpression(f"{name_of(node)} is not allowed in a query.", hint=ALLOWED)
    unknown = next((name for name, value in node.args.items() if value and name not in parts), None)
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        raise RefusedExpression(f"{str(node.this.name)[:60]}() is no table here.", hint=TABLES)
    if isinstance(node, exp.Table) and unknown in ("db", "catalog"):
        raise RefusedExpression(f"{node.sql('duckdb')[:60]} is no table here.", hint=TABLES)
    if unknown is not None:
        word = unknown.replace("_", " ").strip().upper()
        raise RefusedExpression(f"{word} in {name_of(node)} is not allowed in a query.", hint=ALLOWED)
    if isinstance(node, exp.Anonymous) and str(node.this).lower() not in KNOWN:
        close = near(str(node.this).lower())
        hint = f"Did you mean {close}?" if close else "See the list of functions."
        raise RefusedExpression(f"The function {str(node.this)[:80]} is not allowed in a query.", hint=hint)
    if isinstance(node, exp.Column | exp.Alias | exp.TableAlias) and is_reserved(node.alias_or_name):
        raise RefusedExpression(f"The name {node.alias_or_name!r} is reserved.", hint="Choose another name.")


ALLOWED = (
    "Use SELECT, FROM, JOIN, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, UNION, WITH and functions of the reference."
)
TABLES = "The tables are input, input2 and what WITH names."
