"""Scale columns to zero mean and unit variance."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import measurable

if TYPE_CHECKING:
    from sklearn.preprocessing import StandardScaler


ROUNDING = 1e-14  # what summing constants can leave, relative to their size


class StandardizeParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to scale."""


class StandardizeState(State):
    mean: dict[str, float]
    std: dict[str, float]  # population standard deviation; 1.0 where a column is constant


class Standardize(LearnedTransform[StandardizeParams, StandardizeState]):
    """Subtracts the mean of the train rows and divides by their standard deviation; missing values stay missing.

    When: before linear models, neighbours, clusters and principal components. Serving: replayed with the learned
    figures. Source: Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2009), §3.4.1;
    `sklearn.preprocessing.StandardScaler`.
    """

    spec = Spec(
        key="standardize",
        title="Standardize",
        category="prepare/scale",
        icon="straighten",
        about="Gives numeric columns mean 0 and standard deviation 1.",
        words=(
            "z score",
            "zscore",
            "normalize",
            "normalise",
            "normalization",
            "scale",
            "scaler",
            "standardscaler",
            "scaling",
            "standardise",
            "z transform",
            "mean 0",
        ),
        example={"columns": ["number"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        columns = {name: measurable(table[name]) for name in self.params.columns}
        means = {f"mean {name}": column.mean() for name, column in columns.items()}
        return means | {f"std {name}": column.std(how="pop") for name, column in columns.items()}

    def learn(self, values: Mapping[str, Any]) -> StandardizeState:
        return StandardizeState(
            mean={name: values[f"mean {name}"] or 0.0 for name in self.params.columns},
            std={name: _spread(values[f"mean {name}"], values[f"std {name}"]) for name in self.params.columns},
        )

    def transform(self, table: ir.Table, state: StandardizeState) -> ir.Table:
        return table.mutate(
            {name: (table[name].cast("float64") - state.mean[name]) / state.std[name] for name in self.params.columns}
        )

    def unfitted(self) -> StandardizeState:
        return self.learn(dict.fromkeys([f"{m} {n}" for n in self.params.columns for m in ("mean", "std")]))

    def to_sklearn(self, state: StandardizeState) -> "StandardScaler":
        import numpy as np
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler()
        scaler.mean_ = np.array([state.mean[name] for name in self.params.columns])
        scaler.scale_ = np.array([state.std[name] for name in self.params.columns])
        scaler.var_ = scaler.scale_**2
        scaler.n_features_in_ = len(scaler.mean_)
        return scaler


def _spread(mean: float | None, std: float | None) -> float:
    """1.0 where nothing but rounding errors varies."""
    is_constant = not std or std <= ROUNDING * abs(mean or 0.0)
    return 1.0 if is_constant or std is None else std
