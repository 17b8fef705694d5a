"""Give columns other names."""

from collections.abc import Mapping
from typing import Self

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Made, Outline, places
from components.params import AnyColumns, ColumnMapping, Params, distinct_names


class RenameColumnsParams(Params):
    mapping: ColumnMapping
    """New names by old name."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            AnyColumns.of(self.mapping).resolve(schema, field="mapping")
            distinct_names((self.mapping.get(name, name) for name in schema), "mapping")
        return bound


class RenameColumns(Transform[RenameColumnsParams]):
    """Gives columns other names; order, types and values stay.

    When: names are cryptic, or two tables must agree. Serving: replayed row by row. Source: SQL ``AS``.
    """

    spec = Spec(
        key="rename_columns",
        title="Rename columns",
        category="columns",
        icon="edit",
        about="Gives columns other names.",
        words=("rename", "alias", "column name", "header"),
        example={"mapping": {"number": "amount"}},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        names = {self.params.mapping.get(name, name): name for name in schema}
        made = {new: Made(places([old])) for new, old in names.items() if new != old}
        return {"table": Outline(sch.Schema({new: schema[old] for new, old in names.items()}), made)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.select([table[name].name(self.params.mapping.get(name, name)) for name in table.columns])
