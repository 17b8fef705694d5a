"""Remove some columns."""

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline
from components.params import AnyColumns, Params


class DropColumnsParams(Params):
    columns: AnyColumns
    """The columns to remove."""


class DropColumns(Transform[DropColumnsParams]):
    """Removes the chosen columns; all others stay in their order.

    When: a column identifies rows, leaks the answer or is of no use. Serving: replayed row by row.
    Source: SQL ``SELECT * EXCLUDE``.
    """

    spec = Spec(
        key="drop_columns",
        title="Drop columns",
        category="columns",
        icon="delete",
        about="Removes the columns you choose.",
        words=("remove column", "delete column", "exclude", "drop", "column filter", "ignore"),
        example={"columns": ["other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        dropped = set(self.params.columns)
        return {"table": Outline(sch.Schema({n: dtype for n, dtype in schema.items() if n not in dropped}))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        dropped = set(self.params.columns)
        return table.select([name for name in table.columns if name not in dropped])
