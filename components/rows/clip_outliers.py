"""Bring values that lie far from the others nearer."""

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import NumericColumns
from components.portable.numbers import as_float, decimal, measurable
from components.rows.remove_outliers import METHODS, RemoveOutliersParams


class ClipOutliersParams(RemoveOutliersParams):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to clip."""


class Bounds(State):
    low: dict[str, float | None]  # None where the train rows have no value at all
    high: dict[str, float | None]


class ClipOutliers(LearnedTransform[ClipOutliersParams, Bounds]):
    """Replaces numbers that lie far from the others by the nearest value that does not; missing ones stay missing.

    The bounds come from the train rows, so that the same ones hold for every row; columns become decimal numbers.

    When: outliers are true, but their size must not dominate a model. Serving: replayed with the learned bounds.
    Source: winsorizing; Tukey, *The Future of Data Analysis* (1962), §14; `numpy.clip`.
    """

    spec = Spec(
        key="clip_outliers",
        title="Clip outliers",
        category="rows",
        icon="vertical_align_center",
        about="Brings values that lie far from the others nearer.",
        words=("winsorize", "cap", "clip", "limit values", "outliers", "truncate"),
        example={"columns": ["number", "other"], "method": "zscore", "threshold": 1.2},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        found: dict[str, ir.Scalar] = {}
        for name in self.params.columns:
            low, high = METHODS[self.params.method](measurable(table[name]), self.params.limit)
            found |= {f"low {name}": low, f"high {name}": high}
        return found

    def learn(self, values: Mapping[str, Any]) -> Bounds:
        return Bounds(
            low={name: values.get(f"low {name}") for name in self.params.columns},
            high={name: values.get(f"high {name}") for name in self.params.columns},
        )

    def unfitted(self) -> Bounds:
        return self.learn({})

    def transform(self, table: ir.Table, state: Bounds) -> ir.Table:
        return table.mutate(
            {name: _clipped(as_float(table[name]), low, state.high[name]) for name, low in state.low.items()}
        )

    def to_sklearn(self, state: Bounds) -> Any:
        import numpy as np
        from sklearn.preprocessing import FunctionTransformer

        ends = {
            "a_min": [-np.inf if low is None else low for low in state.low.values()],
            "a_max": [np.inf if high is None else high for high in state.high.values()],
        }
        return FunctionTransformer(np.clip, kw_args={name: np.array(values) for name, values in ends.items()})


def _clipped(number: ir.FloatingColumn, low: float | None, high: float | None) -> ir.FloatingColumn:
    if low is None or high is None:
        return number
    return ibis.cases((number < decimal(low), decimal(low)), (number > decimal(high), decimal(high)), else_=number)
