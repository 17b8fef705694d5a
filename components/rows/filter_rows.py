"""Keep the rows that meet a condition."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components import expressions
from components.base import Spec, Transform
from components.errors import WrongKind
from components.outline import Outline, places
from components.params import ARTICLE, Expression, Params
from components.ports import Port, kind_of


class FilterRowsParams(Params):
    condition: Annotated[Expression, Field(min_length=1, max_length=expressions.MAX_LENGTH)]
    """An SQL condition, such as ``age >= 18 AND country = 'NL'``."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            kind = kind_of(expressions.check(self.condition, schema, field="condition"))
            if kind != "boolean":
                raise WrongKind(
                    f"The condition gives {ARTICLE[kind]}, not true or false.",
                    hint="Compare it with something, as in `age >= 18`.",
                    field="condition",
                )
        return bound


class FilterRows(Transform[FilterRowsParams]):
    """Keeps the rows that meet a condition; the others leave through ``rest``.

    A condition that is neither true nor false, because a value is missing, counts as not met.

    When: some rows do not belong to the question. Serving: skipped, an endpoint answers every row it is asked.
    Source: SQL ``WHERE``.
    """

    spec = Spec(
        key="filter_rows",
        title="Filter rows",
        category="rows",
        icon="filter_alt",
        about="Keeps the rows that meet a condition.",
        words=(
            "where",
            "condition",
            "query",
            "subset",
            "row filter",
            "select rows",
            "keep rows",
            "remove rows",
            "having",
            "filter",
        ),
        outputs=(Port("table"), Port("rest")),
        serving="training_only",
        filters=True,
        example={"condition": "number > 0"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        rest = Outline(schema, rows=places(expressions.read_columns(self.params.condition, schema)))
        return {"table": replace(rest, met=expressions.predicates(self.params.condition, schema)), "rest": rest}

    def transform(self, *tables: ir.Table) -> dict[str, ir.Table]:
        (table,) = tables
        is_met = expressions.to_ibis(self.params.condition, table).fill_null(False)
        return {"table": table.filter(is_met), "rest": table.filter(~is_met)}
