"""What learned bins share: the edges of each column."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import ibis
import ibis.expr.types as ir
from pydantic import Field

from components.base import State
from components.portable.numbers import as_float, decimal

if TYPE_CHECKING:
    from sklearn.preprocessing import KBinsDiscretizer

Bins = Annotated[int, Field(ge=2, le=100)]


class Edges(State):
    edges: dict[str, tuple[float, ...]]  # from the smallest to the largest value; none where a column is constant


def number_bins(table: ir.Table, state: Edges) -> ir.Table:
    """The number of the bin of each value, from 0 on; what lies beyond the outer edges is in the outer bins."""
    return table.mutate({name: _bin(as_float(table[name]), edges[1:-1]) for name, edges in state.edges.items()})


def discretizer(
    strategy: Literal["quantile", "uniform"], bins: int, edges: Sequence[Sequence[float]]
) -> "KBinsDiscretizer":
    """The fitted scikit-learn transformer with these edges; it takes no missing values."""
    import numpy as np
    from sklearn.preprocessing import KBinsDiscretizer

    known = [np.array(each or [-np.inf, np.inf]) for each in edges]
    # With edges like these every row is its own sample; what was learned is put in afterwards.
    made = KBinsDiscretizer(bins, encode="ordinal", strategy=strategy, quantile_method="linear", subsample=None)
    made.fit(np.tile(np.arange(bins + 1.0)[:, None], max(len(known), 1)))
    made.bin_edges_ = np.array([*known, None], dtype=object)[:-1]
    made.n_bins_ = np.array([max(len(each) - 1, 1) for each in known])
    return made


def _bin(number: ir.FloatingColumn, inner: Sequence[float]) -> ir.IntegerColumn:
    below = ((number < decimal(edge), ibis.literal(place, "int64")) for place, edge in enumerate(inner))
    return ibis.cases((number.isnull(), ibis.null("int64")), *below, else_=ibis.literal(len(inner), "int64"))
