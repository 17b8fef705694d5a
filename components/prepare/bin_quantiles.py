"""Sort numbers into bins of about as many rows."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import measurable
from components.prepare.binned import Bins, Edges, discretizer, number_bins

if TYPE_CHECKING:
    from sklearn.preprocessing import KBinsDiscretizer

NARROWEST = 1e-8
"""A bin must be wider, as in scikit-learn."""


class BinQuantilesParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numbers to sort into bins."""
    bins: Bins = 5
    """How many bins; there are fewer where many rows have the same value."""


class BinQuantiles(LearnedTransform[BinQuantilesParams, Edges]):
    """Replaces numbers by the number of their bin, from 0 on; each bin has about as many train rows.

    Edges are percentiles of the train rows, and a value on an edge is in the upper bin. Missing values stay missing,
    a constant column is all 0.

    When: steps say more than a straight line, and values lie close together in places. Serving: replayed with the
    learned edges. Source: Dougherty, Kohavi & Sahami, *Supervised and Unsupervised Discretization of Continuous
    Features* (ICML 1995); `sklearn.preprocessing.KBinsDiscretizer` with ``strategy="quantile"`` and linear percentiles.
    """

    spec = Spec(
        key="bin_quantiles",
        title="Bins of equal size",
        category="prepare/scale",
        icon="bar_chart",
        about="Sorts numbers into bins of about as many rows.",
        words=("qcut", "discretize", "deciles", "quartiles", "binning", "bucket", "percentiles", "equal frequency"),
        example={"columns": ["number", "other"], "bins": 4},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.int64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        shares = [place / self.params.bins for place in range(self.params.bins + 1)]
        return {name: measurable(table[name]).quantile(shares) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> Edges:
        return Edges(edges={name: _apart(values.get(name) or ()) for name in self.params.columns})

    def unfitted(self) -> Edges:
        return Edges(edges=dict.fromkeys(self.params.columns, (0.0, 1.0, 2.0)))

    def transform(self, table: ir.Table, state: Edges) -> ir.Table:
        return number_bins(table, state)

    def to_sklearn(self, state: Edges) -> "KBinsDiscretizer":
        return discretizer("quantile", self.params.bins, [state.edges[name] for name in self.params.columns])


def _apart(found: list[float] | tuple[()]) -> tuple[float, ...]:
    """The percentiles without those that lie too close to the one before; none where all are the same."""
    if not found or found[0] == found[-1]:
        return ()
    return (found[0], *(edge for before, edge in pairwise(found) if edge - before > NARROWEST))
