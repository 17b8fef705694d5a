"""Replace categories by the share of rows that have them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec
from components.outline import Outline, changed
from components.prepare.categories import mapping_encoder, with_numbers, with_rows
from components.prepare.encode_count import Counts, EncodeCountParams, counts

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder


class EncodeFrequencyParams(EncodeCountParams):
    pass


class EncodeFrequency(LearnedTransform[EncodeFrequencyParams, Counts]):
    """Replaces each category by the share of train rows that have it; unseen ones are 0, a gap is a category too.

    When: how common a category is says more than which one it is, and tables of different sizes must agree. Serving:
    replayed with the learned shares. Source: `category_encoders.CountEncoder` with ``normalize=True``.
    """

    spec = Spec(
        key="encode_frequency",
        title="Frequency encode",
        category="prepare/encode",
        icon="percent",
        about="Replaces categories by the share of rows that have them.",
        example={"columns": ["text", "flag"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {name: with_rows(table, name) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> Counts:
        return counts(self.params.columns, values)

    def unfitted(self) -> Counts:
        return self.learn({})

    def transform(self, table: ir.Table, state: Counts) -> ir.Table:
        shares, missing = _shares(state)
        return with_numbers(table, shares, missing, 0.0, "float64")

    def to_sklearn(self, state: Counts) -> "TargetEncoder":
        """As the contract says, over columns of text in which missing values are None."""
        (shares, missing), names = _shares(state), [*self.params.columns]
        return mapping_encoder([shares[name] for name in names], [missing[name] for name in names], 0.0)


def _shares(state: Counts) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """By column and category, and of missing values by column."""
    total = {name: sum(rows.values()) + state.missing[name] or 1 for name, rows in state.rows.items()}
    shares = {name: {c: count / total[name] for c, count in rows.items()} for name, rows in state.rows.items()}
    return shares, {name: count / total[name] for name, count in state.missing.items()}
