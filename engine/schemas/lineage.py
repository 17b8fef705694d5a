"""What the columns of an output are computed from."""

from collections.abc import Iterable
from functools import lru_cache

import ibis.expr.operations as ops
import ibis.expr.types as ir

from components.base import LearnedTransform
from components.outline import Place
from components.params import Params
from engine.schemas.known import KEPT_ANSWERS, NodeSchemas


def carried(known: NodeSchemas, port: str) -> frozenset[str]:
    """The columns of an output that a node hands on unchanged from its first input, under the same name.

    Which rows there are, and in which order, is no matter.
    """
    outline = known.outlines.get(port)
    if outline is not None:
        return outline.carried
    table = known.tables.get(port)
    if table is None or known.component is None:
        return frozenset()
    kept = _handed_on(table.op(), next(iter(known.inputs), ""))
    if not isinstance(known.component, LearnedTransform):
        return kept
    # Before it has learned, a component may hand on what it will change.
    return kept - (_named(known.component.params) - {known.component.cross_fitted})


def renamed(known: NodeSchemas, port: str) -> dict[str, str]:
    """The columns of an output that a node hands on unchanged under another name, each with the name it had."""
    table = known.tables.get(port)
    if table is None or isinstance(known.component, LearnedTransform):
        return {}
    return dict(_given_other_names(table.op(), next(iter(known.inputs), "")))


def computed_from(known: NodeSchemas, port: str, names: Iterable[str], *, rows: bool = True) -> frozenset[Place]:
    """What must be known of a node's inputs to compute some columns of an output, as `reads` says it of a table."""
    outline = known.outlines.get(port)
    if outline is not None:
        return outline.reads(names, rows=rows)
    table = known.tables.get(port)
    return _reads(table.op(), frozenset(names) & set(table.columns), rows) if table is not None else frozenset()


def computed_with(known: NodeSchemas, port: str, given: frozenset[Place], *, rows: bool = True) -> frozenset[str]:
    """The columns of an output that are computed from any of some columns of the inputs."""
    outline = known.outlines.get(port)
    if outline is not None:
        return outline.touched(given, rows=rows)
    table = known.tables.get(port)
    columns = () if table is None else table.columns
    return frozenset(name for name in columns if given & computed_from(known, port, (name,), rows=rows))


def reads(table: ir.Table, names: Iterable[str], *, rows: bool = True) -> frozenset[Place]:
    """What must be known of the underlying tables to compute some columns.

    Parameters
    ----------
    names
        Columns of ``table``.
    rows
        Whether what decides about the rows counts too: conditions, groups, join keys (but not those of a left join
        from which nothing is taken).

    Returns
    -------
    frozenset of (name of an underlying table, name of its column)
    """
    return _reads(table.op(), frozenset(names), rows)


@lru_cache(maxsize=KEPT_ANSWERS)
def _reads(table: ops.Relation, names: frozenset[str], rows: bool) -> frozenset[Place]:
    found: set[Place] = set()
    asked: dict[ops.Relation, frozenset[str]] = {}
    pending = [(table, names)]
    while pending:
        relation, wanted = pending.pop()
        wanted |= asked.get(relation, frozenset())
        if asked.get(relation) == wanted:
            continue
        asked[relation] = wanted
        if isinstance(relation, ops.PhysicalTable):
            found |= {(relation.name, name) for name in wanted}
        else:
            pending.extend(_needs(relation, wanted, rows=rows))
    return frozenset(found)


def _needs(relation: ops.Relation, wanted: frozenset[str], *, rows: bool) -> list[tuple[ops.Relation, frozenset[str]]]:
    """Columns of the relations below that give some columns of this one, and its rows."""
    below = [node for node in relation.__children__ if isinstance(node, ops.Relation)]
    if isinstance(relation, ops.Set):
        names = frozenset(relation.schema) if relation.distinct else wanted
        return [(node, names) for node in below]
    if isinstance(relation, ops.Distinct | ops.DropNull | ops.SQLQueryResult):
        return [(node, frozenset(node.schema)) for node in below]
    values = [relation.values[name] for name in wanted if name in relation.values]
    # A relation without a column in use still has rows.
    needs = [(node, frozenset[str]()) for node in below]
    deciding = _row_values(relation, values) if rows else []
    return needs + [need for value in (*values, *deciding) for need in _fields(value)]


def _row_values(relation: ops.Relation, values: Iterable[ops.Value]) -> list[ops.Value]:
    match relation:
        case ops.JoinChain():
            used = {below for value in values for below, _ in _fields(value)}
            links = relation.rest
            while links and links[-1].how == "left" and links[-1].table not in used:
                links = links[:-1]
            return [predicate for link in links for predicate in link.predicates]
        case ops.Project():
            return []
        case ops.Aggregate():
            return list(relation.groups.values())
        case _:
            return [value for value in relation.__children__ if isinstance(value, ops.Value)]


def _fields(value: ops.Value) -> list[tuple[ops.Relation, frozenset[str]]]:
    fields = value.find(ops.Field, filter=ops.Value)
    inner = [query.rel for query in value.find(ops.Subquery, filter=ops.Value)]
    return [(field.rel, frozenset({field.name})) for field in fields] + [(rel, frozenset(rel.schema)) for rel in inner]


@lru_cache(maxsize=KEPT_ANSWERS)
def _handed_on(table: ops.Relation, first: str) -> frozenset[str]:
    return frozenset(name for name in table.schema if _origin(table, name) == (first, name))


@lru_cache(maxsize=KEPT_ANSWERS)
def _given_other_names(table: ops.Relation, first: str) -> tuple[tuple[str, str], ...]:
    origins = {name: _origin(table, name) for name in table.schema}
    found = {name: place[1] for name, place in origins.items() if place and place[0] == first}
    return tuple((name, old) for name, old in found.items() if old != name and old not in table.schema)


def _origin(relation: ops.Relation, name: str) -> Place | None:
    """Where a column comes from, followed through plain references along the first table of joins."""
    while not isinstance(relation, ops.PhysicalTable):
        if isinstance(relation, ops.Filter | ops.Sort | ops.Limit | ops.Distinct | ops.DropNull | ops.Sample):
            relation = relation.parent
            continue
        if not isinstance(relation, ops.Project | ops.DropColumns | ops.JoinChain):
            return None
        value = relation.values.get(name)
        if not isinstance(value, ops.Field):
            return None
        if isinstance(relation, ops.JoinChain):
            if value.rel != relation.first or any(link.how in ("right", "outer") for link in relation.rest):
                return None
            relation, name = relation.first.parent, value.name
        else:
            relation, name = value.rel, value.name
    return relation.name, name


def _named(params: Params) -> frozenset[str]:
    """The columns that params name; a target is looked at, never changed."""
    return frozenset(
        name for field, names in params.named_columns().items() if field not in params.targets() for name in names
    )
