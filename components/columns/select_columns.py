"""Keep some columns, in a chosen order."""

import ibis.expr.types as ir

from components.base import Spec, Transform
from components.params import AnyColumns, Params
from components.ports import reserved_in


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
        example={"columns": ["number", "text"]},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.select([*self.params.columns, *reserved_in(table)])
