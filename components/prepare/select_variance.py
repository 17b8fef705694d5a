"""Leave out columns that hardly vary."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import LearnedTransform, Spec
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import measurable
from components.prepare.held import Held, hold, holder
from components.prepare.scaled import part

if TYPE_CHECKING:
    from sklearn.preprocessing import FunctionTransformer


class SelectVarianceParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to choose from."""
    threshold: Annotated[float, Field(ge=0)] = 0.0
    """A column is kept when its variance among the train rows is above this; it depends on the column's unit."""


class SelectVariance(LearnedTransform[SelectVarianceParams, Held]):
    """Keeps the columns that vary; the others are held at their mean in every row, and no model can learn from them.

    What is left out stays in the table, because its columns must be known before the train rows are; an endpoint does
    not ask for it.

    When: many columns are (nearly) constant. Serving: replayed with what was chosen. Source: Kuhn & Johnson, *Applied
    Predictive Modeling* (2013), §3.5; `sklearn.feature_selection.VarianceThreshold`, which drops the columns.
    """

    spec = Spec(
        key="select_variance",
        title="Select by variance",
        category="prepare/features",
        icon="filter_list",
        about="Leaves out numeric columns that hardly vary.",
        words=(
            "feature selection",
            "low variance",
            "variance threshold",
            "constant columns",
            "low variance filter",
            "near zero variance",
        ),
        example={"columns": ["number", "other"], "threshold": 20},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        found: dict[str, ir.Scalar] = {}
        for name in self.params.columns:
            number = measurable(table[name])
            found |= {f"mean {name}": number.mean(), f"variance {name}": number.var(how="pop")}
            found |= {f"range {name}": number.max() - number.min()}
        return found

    def learn(self, values: Mapping[str, Any]) -> Held:
        means, variances, ranges = (part(values, figure) for figure in ("mean", "variance", "range"))
        return Held(at={name: self._at(means[name], variances[name], ranges[name]) for name in self.params.columns})

    def unfitted(self) -> Held:
        return Held(at=dict.fromkeys(self.params.columns))

    def transform(self, table: ir.Table, state: Held) -> ir.Table:
        return hold(table, state)

    def to_sklearn(self, state: Held) -> "FunctionTransformer":
        return holder([state.at[name] for name in self.params.columns])

    def _at(self, mean: float | None, variance: float | None, distance: float | None) -> float | None:
        """Rounding can give a constant column a tiny variance, but no range."""
        varies = variance is not None and variance > self.params.threshold
        is_constant = self.params.threshold == 0 and not distance
        return None if varies and not is_constant else mean or 0.0
