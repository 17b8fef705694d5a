"""Add a column that holds one value."""

from collections.abc import Mapping
from typing import Self

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline, added
from components.params import Constant, NewColumn, Params, distinct_names
from components.portable.constants import constant


class ConstantColumnParams(Params):
    name: NewColumn
    """The name of the new column; the name of an existing one replaces it."""
    value: Constant
    """The value of every row: text, a number, or true or false."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names({**dict.fromkeys(schema), self.name: None}, "name")
        return bound


class ConstantColumn(Transform[ConstantColumnParams]):
    """Adds a column with the same value in every row.

    When: rows must say where they come from, before tables are put together. Serving: replayed row by row.
    Source: SQL ``SELECT *, 'value' AS name``.
    """

    spec = Spec(
        key="constant_column",
        title="Constant column",
        category="columns",
        icon="push_pin",
        about="Adds a column that holds one value.",
        words=("new column", "add column", "literal", "assign", "constant value"),
        example={"name": "origin", "value": "2026"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": added(schema, {self.params.name: constant(self.params.value).type()}, of=[])}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({self.params.name: constant(self.params.value)})
