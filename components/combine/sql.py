"""A query over the inputs."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components import sql
from components.base import Spec, Transform
from components.errors import ComponentError
from components.params import Params, Widget
from components.ports import Port
from components.sql.grammar import MAX_LENGTH

FIELD = "query"


class SqlParams(Params):
    query: Annotated[
        str, Widget("paragraph", placeholder="SELECT * FROM input"), Field(min_length=1, max_length=MAX_LENGTH)
    ]
    """One SELECT over ``input`` and, where it is connected, ``input2``."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        with _in_query():
            sql.parse(self.query)
        return super().bind(schemas, hidden)


class Sql(Transform[SqlParams]):
    """Answers a query over one or two tables: joins, groups, windows, subqueries in FROM, WITH, UNION.

    The query is translated, not executed: it has what expressions have (the same functions; division by zero and what
    cannot be read give NULL), the aggregates count, sum, avg, min, max, median, stddev and variance, and the window
    functions row_number, rank, dense_rank, lag and lead. Every result has a name. After a split, rows of different
    roles are grouped, joined and numbered apart.

    When: a question is said faster in SQL than drawn. Serving: boundary, an endpoint's input starts after it.
    Source: SQL, as DuckDB writes it.
    """

    spec = Spec(
        key="sql",
        title="SQL",
        category="combine",
        icon="database_search",
        about="Answers a query over the inputs.",
        words=("query", "duckdb", "select from", "code", "script", "custom"),
        inputs=(Port("input"), Port("input2", optional=True)),
        serving="boundary",
        example={"query": "WITH some AS (SELECT * FROM input LIMIT 40) SELECT *, count(*) OVER () AS n FROM some"},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        with _in_query():
            return sql.translate(sql.parse(self.params.query), dict(zip(("input", "input2"), tables, strict=False)))


class _in_query:  # noqa: N801  reads as a word
    """What is wrong in a query is told at its field."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ComponentError):
            error.field = FIELD
