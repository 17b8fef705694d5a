"""From a checked query to an Ibis table, clause by clause."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

import ibis
import ibis.expr.types as ir
from sqlglot import exp

from components.combine.alike import as_type, common_type
from components.errors import ComponentError, RefusedExpression
from components.params import distinct_names
from components.portable.row_ids import row_id
from components.ports import ROLE, ROW, visible
from components.rows.order import ORDER
from components.sql import figures
from components.sql.grammar import TABLES
from components.sql.scope import RIGHT_ROLE, Place, Scope, flat_column, hidden, plain, ties

KEY = "__cb_key"
Tables = Mapping[str, ir.Table]
Items = Sequence[tuple[str, exp.Expr]]
HOW = {"": "inner", "LEFT": "left", "RIGHT": "right", "FULL": "outer"}
MOST_ROWS = 10**15


def translate(query: exp.Expr, tables: Tables) -> ir.Table:
    """The result of a query that `grammar.parse` accepted.

    Every row has an id of its own: that of the row it comes from, where it comes from one row of one table, else one
    made of its values. Rows of different roles are kept apart: in groups, in joins and in windows.

    Raises
    ------
    ComponentError
        With the name of what was refused, or is missing.
    """
    found = _Query().run(query, {name.lower(): table for name, table in tables.items()})
    return found if ROW in found.columns else found.mutate(**{ROW: _new_ids(found)})


def _new_ids(table: ir.Table) -> ir.IntegerValue:
    keys = [table[name] for name in plain(table)] + hidden(table, ROLE)
    among = ibis.row_number().over(ibis.window(group_by=keys, order_by=keys))
    return row_id(*keys, among)


class _Query:
    """Translates one query; every column has a number of its own."""

    def __init__(self) -> None:
        self._numbers = count()

    def run(self, node: exp.Expr, tables: Tables) -> ir.Table:
        """A SELECT, or several that are put together."""
        tables = self._with(node, tables)
        if isinstance(node, exp.Subquery):
            return self.run(node.this, tables)
        return self._select(node, tables) if isinstance(node, exp.Select) else self._put_together(node, tables)

    def _with(self, node: exp.Expr, tables: Tables) -> Tables:
        known = dict(tables)
        clause = node.args.get("with_")
        for part in clause.expressions if clause else ():
            known[part.alias.lower()] = self.run(part.this, known)
        return known

    # --- one SELECT ---------------------------------------------------------------------------------------------

    def _select(self, node: exp.Select, tables: Tables) -> ir.Table:
        scope = self._from(node, tables)
        if where := node.args.get("where"):
            scope = scope.at(scope.table.filter(scope.condition(scope.resolved(where.this), "WHERE")))
        items = self._items(node, scope)
        named = {name.lower(): item for name, item in items}
        order = [(self._ordinal(o.this, items) or scope.resolved(o.this, named), o) for o in _ordered(node)]
        having = node.args.get("having")
        conditions = [scope.resolved(having.this, named)] if having else []
        everything = [item for _, item in items] + [key for key, _ in order] + conditions
        scope, everything = figures.grouped(scope, everything, self._group_keys(node, scope, items))
        for condition in everything[len(items) + len(order) :]:
            scope = scope.at(scope.table.filter(scope.condition(condition, "HAVING")))
        scope, everything = figures.windowed(scope, everything[: len(items) + len(order)])
        names = [name for name, _ in items]
        values = {name: scope.value(item) for name, item in zip(names, everything, strict=False)}
        keys = {f"{KEY}{i}": scope.value(key) for i, key in enumerate(everything[len(items) :])}
        made = scope.table.select(
            *(value.name(name) for name, value in {**values, **keys}.items()), *hidden(scope.table, ROW, ROLE, ORDER)
        )
        if node.args.get("distinct"):
            made = self._distinct(made, items, everything[len(items) :])
        return self._cut(node, made, [(made[f"{KEY}{i}"], o) for i, (_, o) in enumerate(order)])

    def _items(self, node: exp.Select, scope: Scope) -> Items:
        """The columns of the result with their expressions, resolved."""
        found: list[tuple[str, exp.Expr]] = []
        for item in node.expressions:
            star = item if isinstance(item, exp.Star) else item.this if _is_star(item) else None
            if star is not None:
                found += self._all(star, item, scope)
            elif isinstance(item, exp.Alias):
                found.append((item.alias, scope.resolved(item.this)))
            elif isinstance(item, exp.Column):
                found.append((scope.find(item).name, scope.resolved(item)))
            else:
                text = item.sql("duckdb")
                raise RefusedExpression(f"{text[:60]} has no name.", hint=f"Write {text[:40]} AS name.")
        distinct_names([name for name, _ in found], "query")
        return found

    def _all(self, star: exp.Star, item: exp.Expr, scope: Scope) -> Items:
        of = item.text("table").lower()
        if of and not any(of in place.tables for place in scope.places):
            raise RefusedExpression(f"There is no table {item.text('table')!r} here.", hint=TABLES)
        without = {scope.find(name).flat for name in star.args.get("except_") or ()}
        there = [place for place in scope.places if (not of or of in place.tables) and place.flat not in without]
        return [(place.name, flat_column(place.flat)) for place in there]

    def _group_keys(self, node: exp.Select, scope: Scope, items: Items) -> list[exp.Expr] | None:
        """What rows are grouped by; None where they are not."""
        group = node.args.get("group")
        if group is None:
            is_asked = node.args.get("having") or any(figures.has_aggregate(item) for _, item in items)
            return [] if is_asked else None
        if group.args.get("all"):
            return [item for _, item in items if not figures.has_aggregate(item)]
        named = {name.lower(): item for name, item in items}
        return [self._ordinal(key, items) or scope.resolved(key, named) for key in group.expressions]

    @staticmethod
    def _ordinal(node: exp.Expr, items: Items) -> exp.Expr | None:
        if not isinstance(node, exp.Literal) or node.is_string:
            return None
        place = int(str(node.this)) if str(node.this).isdigit() else 0
        if not 0 < place <= len(items):
            raise RefusedExpression(f"There is no column number {node.this}.", hint=f"There are {len(items)}.")
        return items[place - 1][1].copy()

    @staticmethod
    def _distinct(made: ir.Table, items: Items, keys: list[exp.Expr]) -> ir.Table:
        """Different rows, once each; what they are sorted by must be among their columns."""
        places = {f"{KEY}{i}": _place(key, items) for i, key in enumerate(keys)}
        kept = [*(name for name, _ in items), *([ROLE] if ROLE in made.columns else [])]
        once = made.select(*kept).distinct()
        return once.mutate(**{key: once[name] for key, name in places.items()}) if places else once

    # --- where rows come from -----------------------------------------------------------------------------------

    def _from(self, node: exp.Select, tables: Tables) -> Scope:
        clause = node.args.get("from_")
        if clause is None:
            raise RefusedExpression("The query reads no table.", hint="Write FROM input.")
        scope = self._source(clause.this, tables)
        for join in node.args.get("joins") or ():
            scope = self._join(scope, join, tables)
        return scope

    def _source(self, node: exp.Expr, tables: Tables) -> Scope:
        if isinstance(node, exp.Subquery):
            return Scope.of(self.run(node.this, tables), node.alias or "", self._numbers)
        if node.name.lower() not in tables:
            raise RefusedExpression(f"There is no table {node.name!r} here.", hint=TABLES)
        return Scope.of(tables[node.name.lower()], node.alias or node.name, self._numbers)

    def _join(self, left: Scope, node: exp.Join, tables: Tables) -> Scope:
        right = self._source(node.this, tables)
        shared = {name for place in left.places for name in place.tables if name}
        if shared & {name for place in right.places for name in place.tables}:
            raise RefusedExpression(
                "Two tables of one query have the same name.", hint="Give one of them: input2 AS b."
            )
        kind = node.args.get("kind") or ""
        how = HOW.get(node.side or "")
        if kind not in ("", "INNER", "OUTER", "CROSS") or how is None:
            raise RefusedExpression(f"{kind or node.side} JOIN is not allowed in a query.", hint="Use LEFT JOIN.")
        pairs, rest, merged = self._keys(left, right, node)
        if rest and how != "inner":
            raise RefusedExpression(
                "ON of an outer join takes equalities only.", hint="Compare a column of each side, combined by AND."
            )
        return self._joined(left, right, how, pairs, rest, merged)

    def _keys(
        self, left: Scope, right: Scope, node: exp.Join
    ) -> tuple[list[tuple[exp.Expr, exp.Expr]], list[exp.Expr], list[tuple[Place, Place]]]:
        """Pairs of expressions that must be equal; other conditions; columns that become one (USING)."""
        both = Scope(left.table, (*left.places, *right.places), self._numbers)
        merged = [(_named(left, name), _named(right, name)) for name in node.args.get("using") or ()]
        pairs: list[tuple[exp.Expr, exp.Expr]] = [(flat_column(a.flat), flat_column(b.flat)) for a, b in merged]
        rest = []
        for term in _terms(node.args.get("on")):
            found = both.resolved(term)
            sides = [_side(part, left, right) for part in (found.this, found.args.get("expression"))]
            if isinstance(found, exp.EQ) and set(sides) == {"left", "right"}:
                pair = (found.this, found.expression)
                pairs.append(pair if sides[0] == "left" else pair[::-1])
            else:
                rest.append(found)
        return pairs, rest, merged

    def _joined(
        self,
        left: Scope,
        right: Scope,
        how: str,
        pairs: list[tuple[exp.Expr, exp.Expr]],
        rest: list[exp.Expr],
        merged: list[tuple[Place, Place]],
    ) -> Scope:
        with_roles = [ROLE in side.table.columns for side in (left, right)]
        if with_roles[0] != with_roles[1]:
            raise ComponentError(
                "Rows of one table have train and test roles already, those of the other have none.",
                hint="Put the split, and everything that learns, after this node.",
                field="query",
            )
        ours = left.table.mutate(**{f"k{i}": left.value(a) for i, (a, _) in enumerate(pairs)})
        ours = ours.drop(*[name for name in (ROW, ORDER) if name in ours.columns])
        flats = [right.table[place.flat] for place in right.places]
        keys = [right.value(b).name(f"r{i}") for i, (_, b) in enumerate(pairs)]
        roles = [right.table[ROLE].name(RIGHT_ROLE)] if with_roles[1] else []
        theirs = right.table.select(*flats, *keys, *roles)
        for i in range(len(pairs)):
            _check_alike(ours[f"k{i}"], theirs[f"r{i}"])
        predicates = [ours[f"k{i}"] == theirs[f"r{i}"] for i in range(len(pairs))]
        predicates += [ours[ROLE] == theirs[RIGHT_ROLE]] if with_roles[0] else []
        joined = ours.join(theirs, predicates, how=how) if predicates else ours.cross_join(theirs)
        if with_roles[0]:
            joined = joined.mutate(**{ROLE: ibis.coalesce(joined[ROLE], joined[RIGHT_ROLE])})
        places = [*left.places, *right.places]
        for mine, other in merged:
            one = Place((*mine.tables, *other.tables), mine.name, mine.flat)
            joined = joined.mutate(**{mine.flat: ibis.coalesce(joined[mine.flat], joined[other.flat])})
            places = [one if place is mine else place for place in places if place is not other]
        kept = [joined[place.flat] for place in places]
        scope = Scope(joined.select(*kept, *hidden(joined, ROLE)), tuple(places), self._numbers)
        for condition in rest:
            scope = scope.at(scope.table.filter(scope.condition(condition, "ON")))
        return scope

    # --- several SELECTs ----------------------------------------------------------------------------------------

    def _put_together(self, node: exp.Expr, tables: Tables) -> ir.Table:
        left, right = self.run(node.this, tables), self.run(node.expression, tables)
        if (ROLE in left.columns) != (ROLE in right.columns):
            raise ComponentError("Rows of one SELECT have roles already, those of the other have none.", field="query")
        names, theirs = list(visible(left.schema())), list(visible(right.schema()))
        if node.args.get("by_name"):
            raise RefusedExpression("BY NAME is not allowed in a query.", hint="Use the component Union.")
        if len(names) != len(theirs):
            raise RefusedExpression(
                f"The SELECTs have {len(names)} and {len(theirs)} columns.", hint="Give each as many."
            )
        types = [
            common_type({f"Column {a!r}": left[a].type(), f"column {b!r}": right[b].type()}, "query")
            for a, b in zip(names, theirs, strict=True)
        ]
        parts = [
            table.select(
                *(as_type(table[c], dtype).name(name) for c, name, dtype in zip(own, names, types, strict=True)),
                *hidden(table, ROLE),
            )
            for table, own in ((left, names), (right, theirs))
        ]
        is_distinct = bool(node.args.get("distinct"))
        if isinstance(node, exp.Union):
            made = ibis.union(*parts, distinct=is_distinct)
        elif not is_distinct:
            raise RefusedExpression(
                f"{type(node).__name__.upper()} ALL is not allowed in a query.", hint="Leave out ALL."
            )
        else:
            made = (ibis.intersect if isinstance(node, exp.Intersect) else ibis.difference)(*parts, distinct=True)
        scope = Scope.of(made, "", self._numbers)
        items: Items = [(place.name, flat_column(place.flat)) for place in scope.places]
        order = []
        for ordered in _ordered(node):
            key = self._ordinal(ordered.this, items) or scope.resolved(ordered.this)
            order.append((made[_place(key, items)], ordered))
        return self._cut(node, made, order)

    def _cut(self, node: exp.Expr, made: ir.Table, order: list[tuple[ir.Value, exp.Ordered]]) -> ir.Table:
        """In the order that is asked for, and only so many rows."""
        keys = [_direction(value, ordered) for value, ordered in order]
        if keys:
            place = ibis.row_number().over(ibis.window(order_by=[*keys, *ties(made)])).cast("int64")
            made = made.mutate(**{ORDER: place})
        limit, offset = _number(node, "limit"), _number(node, "offset")
        if limit is not None or offset:
            by = [made[ORDER]] if ORDER in made.columns else ties(made)
            made = made.order_by(by).limit(limit, offset=offset or 0)
        return made.drop(*[name for name in made.columns if name.startswith(KEY)])


def _ordered(node: exp.Expr) -> list[exp.Ordered]:
    clause = node.args.get("order")
    found = list(clause.expressions) if clause else []
    if any(isinstance(one.this, exp.Var) for one in found):
        raise RefusedExpression("ORDER BY ALL is not allowed in a query.", hint="Name the columns.")
    return found


def _direction(value: ir.Value, ordered: exp.Ordered) -> ir.Value:
    first = bool(ordered.args.get("nulls_first"))
    return value.desc(nulls_first=first) if ordered.args.get("desc") else value.asc(nulls_first=first)


def _number(node: exp.Expr, part: str) -> int | None:
    clause = node.args.get(part)
    if clause is None:
        return None
    text = str(clause.expression.this) if isinstance(clause.expression, exp.Literal) else ""
    if not text.isdigit() or int(text) > MOST_ROWS:
        raise RefusedExpression(f"{part.upper()} takes a whole number.", hint=f"Write {part.upper()} 10.")
    return int(text)


def _place(key: exp.Expr, items: Items) -> str:
    """The column of the result that a key is."""
    found = next((name for name, item in items if item == key), None)
    if found is None:
        raise RefusedExpression(
            "Different rows are sorted by their own columns only.", hint="Add what you sort by to the SELECT."
        )
    return found


def _is_star(item: exp.Expr) -> bool:
    return isinstance(item, exp.Column) and isinstance(item.this, exp.Star)


def _named(scope: Scope, name: exp.Expr) -> Place:
    return scope.find(exp.Column(this=exp.Identifier(this=name.name, quoted=True)))


def _terms(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    pending = [condition] if condition is not None else []
    while pending:
        term = pending.pop()
        while isinstance(term, exp.Paren):
            term = term.this
        if isinstance(term, exp.And):
            pending += [term.expression, term.this]
        else:
            yield term


def _side(node: exp.Expr | None, left: Scope, right: Scope) -> str:
    """On which side all columns of an expression stand."""
    if not isinstance(node, exp.Expr):
        return ""
    used = {column.name for column in node.find_all(exp.Column)}
    sides = {"left": {place.flat for place in left.places}, "right": {place.flat for place in right.places}}
    return next((name for name, flats in sides.items() if used and used <= flats), "")


def _check_alike(one: ir.Value, other: ir.Value) -> None:
    common_type({"A key of the left table": one.type(), "that of the right": other.type()}, "query")
