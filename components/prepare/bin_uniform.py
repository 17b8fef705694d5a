"""Sort numbers into bins of the same width."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import measurable
from components.prepare.binned import Bins, Edges, discretizer, number_bins
from components.prepare.scaled import part

if TYPE_CHECKING:
    from sklearn.preprocessing import KBinsDiscretizer


class BinUniformParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numbers to sort into bins."""
    bins: Bins = 5
    """How many bins."""


class BinUniform(LearnedTransform[BinUniformParams, Edges]):
    """Replaces numbers by the number of their bin, from 0 on; all bins have the same width.

    The bins reach from the smallest to the largest value of the train rows, and a value on an edge is in the upper
    bin. Missing values stay missing, a constant column is all 0.

    When: steps say more than a straight line, and a step should mean the same everywhere. Serving: replayed with the
    learned edges. Source: Dougherty, Kohavi & Sahami, *Supervised and Unsupervised Discretization of Continuous
    Features* (ICML 1995); `sklearn.preprocessing.KBinsDiscretizer` with ``strategy="uniform"``.
    """

    spec = Spec(
        key="bin_uniform",
        title="Bins of equal width",
        category="prepare/scale",
        icon="view_week",
        about="Sorts numbers into bins of the same width.",
        words=("cut", "discretize", "binning", "bucket", "kbinsdiscretizer", "equal width", "auto binner"),
        example={"columns": ["number", "other"], "bins": 4},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.int64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        columns = {name: measurable(table[name]) for name in self.params.columns}
        smallest = {f"smallest {name}": column.min() for name, column in columns.items()}
        return smallest | {f"largest {name}": column.max() for name, column in columns.items()}

    def measured(self, values: Mapping[str, Any]) -> Edges:
        """The ends are the same in every run, so they are not rounded."""
        return self.learn(values)

    def learn(self, values: Mapping[str, Any]) -> Edges:
        smallest, largest = part(values, "smallest"), part(values, "largest")
        return Edges(edges={name: self._edges(smallest.get(name), largest.get(name)) for name in self.params.columns})

    def unfitted(self) -> Edges:
        return Edges(edges=dict.fromkeys(self.params.columns, (0.0, 1.0, 2.0)))

    def transform(self, table: ir.Table, state: Edges) -> ir.Table:
        return number_bins(table, state)

    def to_sklearn(self, state: Edges) -> "KBinsDiscretizer":
        return discretizer("uniform", self.params.bins, [state.edges[name] for name in self.params.columns])

    def _edges(self, smallest: float | None, largest: float | None) -> tuple[float, ...]:
        if smallest is None or largest is None or smallest == largest:
            return ()
        step = (largest - smallest) / self.params.bins
        return (*(smallest + place * step for place in range(self.params.bins)), largest)
