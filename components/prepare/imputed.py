"""What imputers of numbers share: a value for each column."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import ibis
import ibis.expr.types as ir

from components.base import State

if TYPE_CHECKING:
    from sklearn.impute import SimpleImputer


class ImputedNumbers(State):
    value: dict[str, float | None]  # None where the train rows have no value at all


def fill_numbers(table: ir.Table, state: ImputedNumbers) -> ir.Table:
    """Fill gaps with the learned values; filled columns are decimal numbers."""
    numbers = {name: table[name].cast("float64") for name in state.value}
    return table.mutate(
        {
            name: numbers[name] if value is None else ibis.coalesce(numbers[name], value)
            for name, value in state.value.items()
        }
    )


def number_imputer(strategy: Literal["mean", "median"], values: Sequence[float | None]) -> "SimpleImputer":
    """The fitted scikit-learn imputer with these values; it leaves a column without a value as it is."""
    import numpy as np
    from sklearn.impute import SimpleImputer

    learned = np.array([np.nan if value is None else value for value in values], dtype=float)
    imputer = SimpleImputer(strategy=strategy, keep_empty_features=True).fit(learned.reshape(1, -1))
    imputer.statistics_ = learned
    return imputer
