"""Scale columns into a range."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import model_validator

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import as_float, decimal, measurable
from components.prepare.scaled import part, spread

if TYPE_CHECKING:
    from sklearn.preprocessing import MinMaxScaler


class ScaleMinMaxParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to scale."""
    low: float = 0.0
    """What the smallest value of the train rows becomes."""
    high: float = 1.0
    """What the largest value of the train rows becomes."""
    clip: bool = False
    """Values beyond those of the train rows become the end of the range, instead of lying outside."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.low >= self.high:
            raise ValueError("low must be less than high")
        return self


class ScaleMinMaxState(State):
    smallest: dict[str, float]
    largest: dict[str, float]


class ScaleMinMax(LearnedTransform[ScaleMinMaxParams, ScaleMinMaxState]):
    """Moves and stretches each column so that the train rows fill a range; missing values stay missing.

    A constant column becomes the low end.

    When: a model needs bounded numbers, such as a neural network; a single outlier squeezes all other values.
    Serving: replayed with the learned ends. Source: Han, Kamber & Pei, *Data Mining* (2011), §3.5.2;
    `sklearn.preprocessing.MinMaxScaler`.
    """

    spec = Spec(
        key="scale_min_max",
        title="Scale to a range",
        category="prepare/scale",
        icon="fit_width",
        about="Scales numeric columns to lie between 0 and 1, or another range.",
        words=(
            "min max",
            "minmax",
            "normalize",
            "normalise",
            "normalization",
            "rescale",
            "minmaxscaler",
            "scaler",
            "scaling",
            "0 to 1",
            "normalizer",
        ),
        example={"columns": ["number", "other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        columns = {name: measurable(table[name]) for name in self.params.columns}
        smallest = {f"smallest {name}": column.min() for name, column in columns.items()}
        return smallest | {f"largest {name}": column.max() for name, column in columns.items()}

    def measured(self, values: Mapping[str, Any]) -> ScaleMinMaxState:
        """The ends are the same in every run, so they are not rounded."""
        return self.learn(values)

    def learn(self, values: Mapping[str, Any]) -> ScaleMinMaxState:
        smallest, largest = part(values, "smallest"), part(values, "largest")
        return ScaleMinMaxState(
            smallest={name: smallest.get(name) or 0.0 for name in self.params.columns},
            largest={name: largest.get(name) or 0.0 for name in self.params.columns},
        )

    def unfitted(self) -> ScaleMinMaxState:
        return self.learn({})

    def transform(self, table: ir.Table, state: ScaleMinMaxState) -> ir.Table:
        return table.mutate({name: self._scaled(table[name], name, state) for name in self.params.columns})

    def to_sklearn(self, state: ScaleMinMaxState) -> "MinMaxScaler":
        import numpy as np
        from sklearn.preprocessing import MinMaxScaler

        ends = [[state.smallest[name], state.largest[name]] for name in self.params.columns]
        scaler = MinMaxScaler(feature_range=(self.params.low, self.params.high), clip=self.params.clip)
        return scaler.fit(np.array(ends).T)

    def _scaled(self, column: ir.NumericColumn, name: str, state: ScaleMinMaxState) -> ir.FloatingColumn:
        low, high = decimal(self.params.low), decimal(self.params.high)
        divisor = spread(state.largest[name] - state.smallest[name])
        share = (as_float(column) - decimal(state.smallest[name])) / decimal(divisor)
        scaled = share * decimal(self.params.high - self.params.low) + low
        return ibis.cases((scaled < low, low), (scaled > high, high), else_=scaled) if self.params.clip else scaled
