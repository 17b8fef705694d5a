"""Replace categories by how often they occur."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import CategoryColumns, Params
from components.prepare.categories import counted, mapping_encoder, with_numbers, with_rows

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder


class EncodeCountParams(Params):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns whose values become numbers."""


class Counts(State):
    rows: dict[str, dict[str, int]]  # by column and category
    missing: dict[str, int]  # rows without a value


def counts(names: CategoryColumns, values: Mapping[str, Any]) -> Counts:
    """What was measured by `with_rows`, by column."""
    found = {name: counted(values.get(name), name) for name in names}
    return Counts(
        rows={name: {c: rows for c, rows in each.items() if c is not None} for name, each in found.items()},
        missing={name: each.get(None, 0) for name, each in found.items()},
    )


class EncodeCount(LearnedTransform[EncodeCountParams, Counts]):
    """Replaces each category by the number of train rows that have it; unseen ones are 0, a gap is a category too.

    When: how common a category is says more than which one it is, and there are many. Serving: replayed with the
    learned counts. Source: `category_encoders.CountEncoder`; `pandas.Series.value_counts`.
    """

    spec = Spec(
        key="encode_count",
        title="Count encode",
        category="prepare/encode",
        icon="tag",
        about="Replaces categories by how many rows have them.",
        example={"columns": ["text", "flag"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.int64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {name: with_rows(table, name) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> Counts:
        return counts(self.params.columns, values)

    def unfitted(self) -> Counts:
        return self.learn({})

    def transform(self, table: ir.Table, state: Counts) -> ir.Table:
        return with_numbers(table, state.rows, state.missing, 0, "int64")

    def to_sklearn(self, state: Counts) -> "TargetEncoder":
        """As the contract says, over columns of text in which missing values are None."""
        names = [*self.params.columns]
        return mapping_encoder([state.rows[name] for name in names], [state.missing[name] for name in names], 0.0)
