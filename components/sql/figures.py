"""What is computed over several rows in a query: aggregates of groups, and windows."""

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir
from sqlglot import exp

from components.errors import RefusedExpression
from components.ports import ROLE, ROW, Kind, kind_of
from components.sql.grammar import AGGREGATES, OFFSETS, RANKS
from components.sql.scope import Place, Scope, flat_column, grouped_id, hidden, ties

NUMBERS: tuple[Kind, ...] = ("numeric",)
FIGURES: Mapping[str, tuple[tuple[Kind, ...], Callable[[ir.Column], ir.Scalar]]] = {
    "sum": (("numeric", "boolean"), lambda c: (c.cast("int64") if c.type().is_boolean() else c).sum()),
    **dict.fromkeys(("avg", "mean"), (NUMBERS, lambda c: c.cast("float64").mean())),
    "min": (("numeric", "text", "datetime", "boolean"), lambda c: c.min()),
    "max": (("numeric", "text", "datetime", "boolean"), lambda c: c.max()),
    "median": (NUMBERS, lambda c: c.cast("float64").median()),
    **dict.fromkeys(("stddev", "stddev_samp"), (NUMBERS, lambda c: c.cast("float64").std(how="sample"))),
    **dict.fromkeys(("variance", "var_samp"), (NUMBERS, lambda c: c.cast("float64").var(how="sample"))),
}
"""Which columns an aggregate takes, and what it is."""


def has_aggregate(node: exp.Expr) -> bool:
    """Whether an expression holds an aggregate that is not computed over a window."""
    if isinstance(node, exp.Window):
        return any(has_aggregate(part) for part in _parts(node) if part is not node.this) or any(
            has_aggregate(part) for part in node.this.expressions
        )
    return _is_aggregate(node) or any(has_aggregate(part) for part in _parts(node))


def grouped(scope: Scope, wanted: list[exp.Expr], keys: list[exp.Expr] | None) -> tuple[Scope, list[exp.Expr]]:
    """One row for each group, and the wanted expressions over it.

    Parameters
    ----------
    keys
        What rows are grouped by; None where they are not.

    Raises
    ------
    RefusedExpression
        When an expression holds a column that is neither grouped by nor aggregated.
    """
    if keys is None:
        return scope, wanted
    for key in keys:
        if has_aggregate(key):
            raise RefusedExpression("Rows cannot be grouped by an aggregate.", hint="Group in a subquery first.")
    by = {f"c{next(scope.numbers)}": scope.value(key) for key in keys}
    known = dict(zip(by, keys, strict=True))
    figures: dict[str, ir.Scalar] = {}

    def over_group(node: exp.Expr) -> exp.Expr:
        flat = next((flat for flat, key in known.items() if key == node), None)
        if flat is not None:
            return flat_column(flat)
        if _is_aggregate(node):
            name = f"c{next(scope.numbers)}"
            figures[name] = _figure(node, scope)
            return flat_column(name)
        if isinstance(node, exp.Column):
            raise RefusedExpression(
                f"Column {scope.original(node.name)!r} is neither grouped by nor aggregated.",
                hint="Add it to GROUP BY, or aggregate it: max(…).",
            )
        return _rebuilt(node, over_group)

    found = [over_group(node) for node in wanted]
    roles = hidden(scope.table, ROLE)
    table = scope.table.aggregate(
        [figure.name(name) for name, figure in figures.items()] or [scope.table.count().name("__cb_rows")],
        by=[*(value.name(name) for name, value in by.items()), *roles],
    )
    places = [
        Place(place.tables, place.name, name)
        for name, key in known.items()
        for place in scope.places
        if isinstance(key, exp.Column) and place.flat == key.name
    ]
    return Scope(table.mutate(**{ROW: grouped_id(table, by)}), tuple(places), scope.numbers), found


def windowed(scope: Scope, wanted: list[exp.Expr]) -> tuple[Scope, list[exp.Expr]]:
    """The wanted expressions with every window computed as a column of its own."""
    windows: dict[str, exp.Window] = {}

    def as_column(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Window):
            return _rebuilt(node, as_column)
        name = next((name for name, known in windows.items() if known == node), f"c{next(scope.numbers)}")
        windows[name] = node
        return flat_column(name)

    found = [as_column(node) for node in wanted]
    values = {name: _window(node, scope) for name, node in windows.items()}
    return (scope.at(scope.table.mutate(**values)) if values else scope), found


def _figure(node: exp.Expr, scope: Scope) -> ir.Scalar:
    """An aggregate over the rows of a scope."""
    name, arguments = str(node.this).lower(), node.expressions
    if name == "count" and (not arguments or isinstance(arguments[0], exp.Star)):
        return scope.table.count()
    if len(arguments) != 1:
        raise RefusedExpression(f"{name} takes one column.", hint=f"Write {name}(price).")
    (argument,) = arguments
    if has_aggregate(argument):
        raise RefusedExpression(f"{name} of an aggregate is not allowed.", hint="Aggregate in a subquery first.")
    if isinstance(argument, exp.Distinct):
        if name != "count" or len(argument.expressions) != 1:
            raise RefusedExpression(f"DISTINCT in {name} is not allowed.", hint="Only count(DISTINCT column) is.")
        return scope.value(argument.expressions[0]).nunique()
    column = scope.value(argument)
    if not isinstance(column, ir.Column):
        if name == "count":
            return scope.table.count()
        raise RefusedExpression(f"{name} takes a column.", hint=f"Write {name}(price).")
    if name == "count":
        return column.count()
    kinds, build = FIGURES[name]
    if kind_of(column.type()) not in kinds:
        raise RefusedExpression(f"{name} cannot be used with this column.", hint=f"It takes: {', '.join(kinds)}.")
    return build(column)


def _window(node: exp.Window, scope: Scope) -> ir.Value:
    function, table = node.this, scope.table
    if not isinstance(function, exp.Anonymous):
        raise RefusedExpression("OVER follows a function.", hint="Write sum(price) OVER (PARTITION BY name).")
    name = str(function.this).lower()
    groups = [scope.value(key) for key in node.args.get("partition_by") or ()] + hidden(table, ROLE)
    clause = node.args.get("order")
    order = [_sorted(scope.value(one.this), one) for one in (clause.expressions if clause else ())]
    if name in RANKS:
        return _rank(name, groups, order, table)
    if name in OFFSETS:
        column, rows = _offset(function, scope)
        window = ibis.window(group_by=groups, order_by=[*order, *ties(table)])
        return (column.lag(rows) if name == "lag" else column.lead(rows)).over(window)
    if name not in AGGREGATES:
        raise RefusedExpression(f"{name} has no window.", hint="Leave out OVER.")
    if order:
        window = ibis.range_window(preceding=None, following=0, group_by=groups, order_by=order)
    else:
        window = ibis.window(group_by=groups)
    return _figure(function, scope).over(window)


def _rank(name: str, groups: list[ir.Value], order: list[ir.Value], table: ir.Table) -> ir.Value:
    if name == "row_number":
        order = [*order, *ties(table)]
    elif not order:
        raise RefusedExpression(f"{name} needs an order.", hint=f"Write {name}() OVER (ORDER BY price).")
    rank = {"row_number": ibis.row_number, "rank": ibis.rank, "dense_rank": ibis.dense_rank}[name]
    return (rank().over(ibis.window(group_by=groups, order_by=order)) + 1).cast("int64")


def _offset(function: exp.Anonymous, scope: Scope) -> tuple[ir.Column, int]:
    arguments = function.expressions
    if not 1 <= len(arguments) <= 2:
        raise RefusedExpression(f"{function.this} takes a column, and how many rows away.", hint="Write lag(price, 1).")
    text = str(arguments[1].this) if len(arguments) == 2 and isinstance(arguments[1], exp.Literal) else "1"
    if (
        not text.isdigit()
        or int(text) > 1_000_000
        or (len(arguments) == 2 and not isinstance(arguments[1], exp.Literal))
    ):
        raise RefusedExpression(f"{function.this} takes a whole number of rows.", hint="Write lag(price, 1).")
    value = scope.value(arguments[0])
    if not isinstance(value, ir.Column):
        raise RefusedExpression(f"{function.this} takes a column.", hint="Write lag(price, 1).")
    return value, int(text)


def _sorted(value: ir.Value, ordered: exp.Ordered) -> ir.Value:
    first = bool(ordered.args.get("nulls_first"))
    return value.desc(nulls_first=first) if ordered.args.get("desc") else value.asc(nulls_first=first)


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.this).lower() in AGGREGATES


def _parts(node: exp.Expr) -> list[exp.Expr]:
    values = [value if isinstance(value, list) else [value] for value in node.args.values()]
    return [part for some in values for part in some if isinstance(part, exp.Expr)]


def _rebuilt(node: exp.Expr, change: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """The same node over changed parts; the function of a window stays a function."""
    made = node.copy()
    for name, value in node.args.items():
        is_function = isinstance(node, exp.Window) and name == "this"
        some = [_rebuilt(part, change) if is_function else change(part) for part in _listed(value)]
        if some:
            made.set(name, some if isinstance(value, list) else some[0])
    return made


def _listed(value: object) -> list[exp.Expr]:
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, exp.Expr)]
