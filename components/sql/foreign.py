"""Queries for databases of others: looked through node by node, then written anew from what was understood.

What a database cannot be kept from by rights alone is kept from it here: one SELECT, no functions beyond those known,
nothing that writes. The text that was typed is never sent.
"""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from components.errors import RefusedExpression
from components.expressions.grammar import name_of

DIALECTS = {"postgresql": "postgres", "mariadb": "mysql", "sqlserver": "tsql", "mssql": "tsql"}
"""What the parser calls some kinds of databases; others by their own names, where it knows them."""
MAX_LENGTH, MAX_NODES = 50_000, 20_000
QUERIES = (exp.Select, exp.Union, exp.Except, exp.Intersect)
HINT = "Write one SELECT that only reads."

PARTS: tuple[type[exp.Expr], ...] = (
    *QUERIES,
    exp.Condition,
    *(exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Fetch),
    *(exp.With, exp.CTE, exp.TableAlias, exp.Table, exp.Subquery, exp.Alias, exp.Identifier, exp.Star, exp.Distinct),
    *(exp.Window, exp.WindowSpec, exp.DataType, exp.DataTypeParam, exp.Interval, exp.Var, exp.Tuple, exp.Lateral),
    *(exp.Cube, exp.Rollup, exp.GroupingSets, exp.Collate, exp.Filter, exp.WithinGroup, exp.Exists, exp.Values),
    *(exp.National, exp.LimitOptions),
    *(exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript),
)
"""What may occur; a Condition is a column, a constant, an operator, CASE, a cast or a function that is understood."""

REFUSED: tuple[type[exp.Expr], ...] = (
    *(exp.Placeholder, exp.Parameter, exp.SessionParameter, exp.Dot, exp.AnonymousAggFunc, exp.CombinedAggFunc),
    *(exp.ReadCSV, exp.ReadParquet, exp.GenerateSeries, exp.ExplodingGenerateSeries, exp.Repeat, exp.Pad, exp.Space),
    *(exp.Predict, exp.XMLTable, exp.NextValueFor, exp.JSONTable, exp.PropertyEQ),
)
PLAIN = frozenset(
    [
        *("age", "date_part", "format", "glob", "iif", "instr", "julianday", "likelihood", "printf", "total", "typeof"),
        *("unixepoch", "width_bucket", "to_char", "bool_and", "bool_or", "every", "json_extract", "quote", "unhex"),
        *("btrim", "char", "unicode", "justify_days", "justify_hours", "isfinite", "make_date", "div", "datediff"),
    ]
)
"""Functions that are known to do nothing but compute, beside those that the parser understands."""


def read_only(text: str, kind: str) -> str:
    """One SELECT, in the words of a database.

    Raises
    ------
    RefusedExpression
        With the name of what was refused.
    """
    if len(text) > MAX_LENGTH:
        raise RefusedExpression(f"The query is longer than {MAX_LENGTH:,} characters.", hint="Make a view of it there.")
    dialect = dialect_of(kind)
    try:
        trees = sqlglot.parse(text, read=dialect)
    except RecursionError:
        raise RefusedExpression("The query is nested too deeply.", hint="Make a view of it there.") from None
    except (SqlglotError, ValueError, TypeError, AttributeError, LookupError):
        raise RefusedExpression("The query cannot be read.", hint=HINT) from None
    found = [tree for tree in trees if tree is not None]
    if len(found) != 1 or len(trees) != 1:
        raise RefusedExpression("Several statements are not allowed.", hint="Remove the semicolon.")
    if not isinstance(found[0], QUERIES):
        raise RefusedExpression(f"{name_of(found[0])} is not allowed in a query.", hint=HINT)
    for number, node in enumerate(found[0].walk()):
        _check(node)
        if number > MAX_NODES:
            raise RefusedExpression("The query is too large.", hint="Make a view of it there.")
    return str(found[0].sql(dialect=dialect, comments=False))


def whole_table(table: str, folder: str, kind: str) -> str:
    """The query for all of a table, whatever its name has in it.

    >>> whole_table('a"; drop table b; --', "", "postgresql")
    'SELECT * FROM "a""; drop table b; --"'
    """
    place = exp.table_(
        exp.to_identifier(table, quoted=True), db=exp.to_identifier(folder, quoted=True) if folder else None
    )
    return str(exp.select("*").from_(place).sql(dialect=dialect_of(kind)))


def dialect_of(kind: str) -> str:
    """What the parser calls a kind of database; nothing, which is plain SQL, where it has no name for it.

    >>> dialect_of("sqlserver"), dialect_of("oracle+oracledb"), dialect_of("nobody+knows")
    ('tsql', 'oracle', '')
    """
    name = kind.split("+", maxsplit=1)[0]
    name = DIALECTS.get(name, name)
    return name if sqlglot.Dialect.get(name) else ""


def _check(node: exp.Expr) -> None:
    if isinstance(node, exp.Anonymous):
        if str(node.this).lower() not in PLAIN or isinstance(node.parent, exp.Table):
            raise RefusedExpression(f"The function {str(node.this)[:80]} is not allowed in a query.", hint=HINT)
    elif isinstance(node, REFUSED) or not isinstance(node, PARTS):
        raise RefusedExpression(f"{name_of(node)} is not allowed in a query.", hint=HINT)
    elif isinstance(node, exp.Select) and (node.args.get("into") or node.args.get("locks")):
        raise RefusedExpression("INTO and FOR UPDATE are not allowed in a query.", hint=HINT)
    elif isinstance(node, exp.Table) and isinstance(node.this, exp.Func):
        raise RefusedExpression(f"{node.this.sql()[:60]} is no table here.", hint=HINT)
