"""Keep some columns, in a chosen order."""

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline
from components.params import AnyColumns, Params
from components.ports import is_reserved, reserved_in


class SelectColumnsParams(Params):
    columns: AnyColumns = AnyColumns.all()
    """The columns to keep, in this order."""


class SelectColumns(Transform[SelectColumnsParams]):
    """Keeps the chosen columns in the chosen order; all others are dropped.

    When: a table is wider than the question. Serving: replayed row by row. Source: SQL ``SELECT``.
    """

    spec = Spec(
        key="select_columns",
        title="Select columns",
        category="columns",
        icon="view_column",
        about="Keeps only the columns you choose.",
        words=("keep columns", "select", "choose columns", "projection", "column filter", "subset", "reorder"),
        example={"columns": ["number", "text"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        names = [*self.params.columns, *filter(is_reserved, schema)]
        return {"table": Outline(sch.Schema({name: schema[name] for name in names}))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.select([*self.params.columns, *reserved_in(table)])
