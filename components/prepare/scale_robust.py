"""Scale columns by figures that outliers do not move."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import LearnedTransform, Spec
from components.outline import Outline, changed
from components.params import NumericColumns, Params, Widget
from components.portable.numbers import measurable
from components.prepare.scaled import Scaled, part, scale, scaled_from

if TYPE_CHECKING:
    from sklearn.preprocessing import RobustScaler

Percent = Annotated[float, Field(ge=0, le=100), Widget(unit="percent")]


class ScaleRobustParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to scale."""
    low: Percent = 25.0
    """The percentile from which the spread of a column is taken."""
    high: Percent = 75.0
    """The percentile up to which the spread of a column is taken."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.low >= self.high:
            raise ValueError("low must be less than high")
        return self


class ScaleRobust(LearnedTransform[ScaleRobustParams, Scaled]):
    """Subtracts the median of the train rows and divides by the distance of two percentiles, usually the quartiles.

    Missing values stay missing; a column whose middle values are all the same is only moved.

    When: before models that need scaled numbers, where a few values are far off. Serving: replayed with the learned
    figures. Source: Huber & Ronchetti, *Robust Statistics* (2009), §5.1; `sklearn.preprocessing.RobustScaler`.
    """

    spec = Spec(
        key="scale_robust",
        title="Scale robustly",
        category="prepare/scale",
        icon="shield",
        about="Scales numeric columns by their median and quartiles.",
        words=("robust scaler", "outliers", "scaling", "median", "iqr", "robustscaler"),
        example={"columns": ["number", "other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        columns = {name: measurable(table[name]) for name in self.params.columns}
        low, high = self.params.low / 100, self.params.high / 100
        medians = {f"median {name}": column.quantile(0.5) for name, column in columns.items()}
        return medians | {f"spread {n}": column.quantile(high) - column.quantile(low) for n, column in columns.items()}

    def learn(self, values: Mapping[str, Any]) -> Scaled:
        return scaled_from(self.params.columns, part(values, "median"), part(values, "spread"))

    def unfitted(self) -> Scaled:
        return self.learn({})

    def transform(self, table: ir.Table, state: Scaled) -> ir.Table:
        return scale(table, state)

    def to_sklearn(self, state: Scaled) -> "RobustScaler":
        import numpy as np
        from sklearn.preprocessing import RobustScaler

        scaler = RobustScaler(quantile_range=(self.params.low, self.params.high))
        scaler.center_ = np.array([state.center[name] for name in self.params.columns])
        scaler.scale_ = np.array([state.scale[name] for name in self.params.columns])
        scaler.n_features_in_ = len(scaler.center_)
        return scaler
