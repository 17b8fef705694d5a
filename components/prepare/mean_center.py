"""Move columns to zero mean."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import measurable
from components.prepare.scaled import Scaled, scale, scaled_from

if TYPE_CHECKING:
    from sklearn.preprocessing import StandardScaler


class MeanCenterParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to move."""


class MeanCenter(LearnedTransform[MeanCenterParams, Scaled]):
    """Subtracts the mean of the train rows from each column, whose unit stays; missing values stay missing.

    When: before products of columns, or where units must stay comparable. Serving: replayed with the learned means.
    Source: Kuhn & Johnson, *Applied Predictive Modeling* (2013), §3.2; `sklearn.preprocessing.StandardScaler` with
    ``with_std=False``.
    """

    spec = Spec(
        key="mean_center",
        title="Center",
        category="prepare/scale",
        icon="align_horizontal_center",
        about="Gives numeric columns mean 0 and keeps their unit.",
        words=("demean", "subtract mean", "centre", "center"),
        example={"columns": ["number", "other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {name: measurable(table[name]).mean() for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> Scaled:
        return scaled_from(self.params.columns, values, {})

    def unfitted(self) -> Scaled:
        return self.learn({})

    def transform(self, table: ir.Table, state: Scaled) -> ir.Table:
        return scale(table, state)

    def to_sklearn(self, state: Scaled) -> "StandardScaler":
        import numpy as np
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler(with_std=False)
        scaler.mean_ = np.array([state.center[name] for name in self.params.columns])
        scaler.scale_ = scaler.var_ = None
        scaler.n_features_in_ = len(scaler.mean_)
        return scaler
