"""What selectors of columns share: a column that is left out stays, at one value.

Which columns there are must be known before the train rows are, so none can disappear. No model can learn from a
column that has the same value everywhere, no distance changes by it, and an endpoint does not ask for it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir

from components.base import State
from components.portable.numbers import as_float, decimal

if TYPE_CHECKING:
    from sklearn.preprocessing import FunctionTransformer


class Held(State):
    at: dict[str, float | None]  # the mean of a column that is left out; None for one that is kept


def hold(table: ir.Table, state: Held) -> ir.Table:
    """Columns that are kept become decimal numbers, the others their mean in every row."""
    return table.mutate({n: as_float(table[n]) if at is None else decimal(at) for n, at in state.at.items()})


def holder(at: Sequence[float | None]) -> "FunctionTransformer":
    """The same in scikit-learn, whose own selectors would drop the columns."""
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer(_held, kw_args={"at": at})


def _held(rows: Any, at: Sequence[float | None]) -> Any:
    import numpy as np

    held = np.array(rows, dtype=float)
    for place, value in enumerate(at):
        if value is not None:
            held[:, place] = value
    return held
