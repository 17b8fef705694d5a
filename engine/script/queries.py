"""Nodes as SQL: one statement for each output, over tables that are named after the nodes before it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Cuts, LearnedTransform, Source, Split, State, Transform, unbound
from engine.backends.duckdb import sql_type
from engine.errors import RunError
from engine.plan import Input, Plan, PlannedNode
from engine.schemas import with_roles

Learned = Callable[[PlannedNode], State]
"""What a node has learned in the run."""


@dataclass(frozen=True)
class Query:
    """A statement of the script.

    Parameters
    ----------
    table
        The name that its rows get.
    """

    node: PlannedNode
    table: str
    sql: str


def table_of(node: PlannedNode, port: str) -> str:
    """The name of an output in the script: the node's, for its first one."""
    first = next(output.name for output in node.component.spec.outputs if output.kind == "table")
    return node.id if port == first else f"{node.id}_{port}"


class Queries:
    """Writes the queries of a plan, and tries each of them on tables without rows.

    Parameters
    ----------
    plan
        Its models and what only looks at rows are left out.
    """

    def __init__(self, plan: Plan, learned: Learned) -> None:
        self._plan = plan
        self._learned = learned
        self._empty = duckdb.connect()

    def close(self) -> None:
        """Give the empty tables back."""
        self._empty.close()

    def arriving(self, given: Input) -> ir.Table:
        """What a node before gives, under its name in the script."""
        node = self._plan.by_id[given.node]
        return unbound(node.known.outputs[given.node_port], table_of(node, given.node_port))

    def of(self, node: PlannedNode) -> Iterator[Query]:
        """The queries of one node; of a source none, its rows are a file.

        Raises
        ------
        RunError
            When the node is not computed by queries.
        """
        if isinstance(node.component, Source):
            self._stand_in(node.id, next(iter(node.known.outputs.values())))
            return
        for port, made in self._made(node).items():
            name = table_of(node, port)
            sql = self._exact(ibis.to_sql(made, dialect="duckdb"), made.schema())
            self._empty.execute(f'CREATE TABLE "{name}" AS {sql}')
            yield Query(node, name, sql)

    def _made(self, node: PlannedNode) -> Mapping[str, ir.Table]:
        tables = [self.arriving(given) for given in node.inputs]
        made: Any
        match node.component:
            case LearnedTransform() as learned:
                made = learned.transform(tables[0], self._learned(node))
            case Split() as split:
                cuts = self._learned(node)
                made = with_roles(split, tables[0], cuts.strata if isinstance(cuts, Cuts) else ())
            case Transform() as transform if transform.is_lazy:
                made = transform.transform(*tables)
            case _:
                raise RunError(
                    f"{self._plan.placement.pipeline.by_id[node.id].label} cannot be written as a script.",
                    hint="Only steps that are computed in the database can. Bypass it, or export the model instead.",
                    node_id=node.id,
                )
        return made if isinstance(made, Mapping) else {node.component.spec.outputs[0].name: made}

    def _exact(self, sql: str, schema: sch.Schema) -> str:
        """The query, with the types that the run knows where DuckDB's own are wider: its sums are HUGEINT."""
        wide = {name: kind for name, kind, *_ in self._empty.execute(f"DESCRIBE {sql}").fetchall()}
        wanted = {name: sql_type(dtype) for name, dtype in schema.items()}
        others = {name: kind for name, kind in wanted.items() if _plain(kind) != _plain(wide[name])}
        if not others:
            return sql
        changed = ", ".join(f"CAST({_named(name)} AS {kind}) AS {_named(name)}" for name, kind in others.items())
        return f"SELECT * REPLACE ({changed}) FROM (\n{sql}\n)"  # noqa: S608  quoted names

    def _stand_in(self, name: str, schema: sch.Schema) -> None:
        columns = ", ".join(f"{_named(column)} {sql_type(dtype)}" for column, dtype in schema.items())
        self._empty.execute(f"CREATE TABLE {_named(name)} ({columns})")


def _plain(kind: str) -> str:
    return kind.upper().replace("TEXT", "VARCHAR").replace('"', "").replace(" ", "")


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
