"""Compute a column from others."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components import expressions
from components.base import Spec, Transform
from components.outline import Made, Outline, places
from components.params import Expression, NewColumn, Params, distinct_names


class FormulaParams(Params):
    name: NewColumn
    """The name of the new column; the name of an existing one replaces it."""
    expression: Annotated[Expression, Field(min_length=1, max_length=expressions.MAX_LENGTH)]
    """An SQL expression over the columns, such as ``price * quantity``."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            expressions.check(self.expression, schema, field="expression")
            distinct_names({**dict.fromkeys(schema), self.name: None}, "name")
        return bound


class Formula(Transform[FormulaParams]):
    """Computes a column from others of the same row with an SQL expression.

    Division by zero, logarithms of zero and texts that are no numbers give missing values, never an error.

    When: a ratio, a flag or a category can be said in one line. Serving: replayed row by row.
    Source: SQL scalar expressions; `components.expressions` lists what is understood.
    """

    spec = Spec(
        key="formula",
        title="Formula",
        category="columns",
        icon="function",
        about="Computes a column from others with an SQL expression.",
        words=(
            "expression",
            "calculate",
            "compute",
            "case when",
            "if",
            "if else",
            "new column",
            "derive",
            "feature constructor",
            "math formula",
            "sql expression",
            "assign",
        ),
        example={"name": "ratio", "expression": "number / other"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        made = expressions.check(self.params.expression, schema)
        source = Made(places(expressions.read_columns(self.params.expression, schema)))
        return {"table": Outline(sch.Schema({**schema, self.params.name: made}), {self.params.name: source})}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({self.params.name: expressions.to_ibis(self.params.expression, table)})
