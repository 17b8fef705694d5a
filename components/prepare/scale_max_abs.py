"""Scale columns by their largest absolute value."""

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
    from sklearn.preprocessing import MaxAbsScaler


class ScaleMaxAbsParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to scale."""


class ScaleMaxAbs(LearnedTransform[ScaleMaxAbsParams, Scaled]):
    """Divides each column by the largest absolute value of the train rows; zeros stay zeros, and gaps stay gaps.

    When: numbers must lie between -1 and 1 and zero has a meaning, as in counts. Serving: replayed with the learned
    values. Source: `sklearn.preprocessing.MaxAbsScaler`.
    """

    spec = Spec(
        key="scale_max_abs",
        title="Scale by largest value",
        category="prepare/scale",
        icon="compress",
        about="Divides numeric columns by their largest absolute value.",
        words=("scale", "scaler", "maxabs", "scaling", "normalize", "maxabsscaler"),
        example={"columns": ["number", "other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {name: measurable(table[name]).abs().max() for name in self.params.columns}

    def measured(self, values: Mapping[str, Any]) -> Scaled:
        """The largest value is the same in every run, so it is not rounded."""
        return self.learn(values)

    def learn(self, values: Mapping[str, Any]) -> Scaled:
        return scaled_from(self.params.columns, {}, values)

    def unfitted(self) -> Scaled:
        return self.learn({})

    def transform(self, table: ir.Table, state: Scaled) -> ir.Table:
        return scale(table, state)

    def to_sklearn(self, state: Scaled) -> "MaxAbsScaler":
        import numpy as np
        from sklearn.preprocessing import MaxAbsScaler

        return MaxAbsScaler().fit(np.array([[state.scale[name] for name in self.params.columns]]))
