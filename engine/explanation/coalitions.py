"""Shapley values of whole columns, by asking the model about rows that have some of their columns from other rows.

Nothing is known of the model: each asked row goes through the whole serving slice, so that a column counts as one
however many features are made from it. Source: Shapley, *A Value for n-Person Games* (1953); Štrumbelj & Kononenko,
*Explaining Prediction Models and Individual Predictions with Feature Contributions* (2014) for the sampled orders, and
Mitchell et al., *Sampling Permutations for Shapley Value Estimation* (2022) for each order with its reverse.
"""

from collections.abc import Callable
from math import factorial
from typing import Any

import numpy as np
import pyarrow as pa

Array = np.ndarray[Any, Any]
Ask = Callable[[pa.Table], Array]

MOST_EXACT = 5
"""Of so many columns every combination is asked about; of more, orders are drawn."""
SEED = 7


class Coalitions:
    """Shares of columns in the difference between a row's answer and the mean answer of background rows.

    Parameters
    ----------
    ask
        Takes rows; gives numbers of shape (n_rows, n_outputs).
    background
        The rows that columns are taken from, with the same columns as the rows to explain.
    """

    def __init__(self, ask: Ask, background: pa.Table) -> None:
        self._ask = ask
        self._background = background.combine_chunks()
        self._values = [column.to_pylist() for column in self._background.columns]
        self._said = ask(background)
        rng = np.random.default_rng(SEED)
        self._orders = [rng.permutation(background.num_columns) for _ in range(background.num_rows)]

    @property
    def base(self) -> Array:
        """The mean answer for background rows, of shape (n_outputs,)."""
        return np.asarray(self._said.mean(axis=0))

    def shares(self, row: pa.Table) -> Array:
        """What each column adds for one row: shape (n_columns, n_outputs); with the base they sum to its answer."""
        return self._exact(row) if row.num_columns <= MOST_EXACT else self._drawn(row)

    def _exact(self, row: pa.Table) -> Array:
        width, others = row.num_columns, self._background.num_rows
        chosen = np.array([[code >> nth & 1 for nth in range(width)] for code in range(2**width)], dtype=bool)
        places = np.tile(np.arange(others), len(chosen))
        said = self._ask(self._composed(row, places, np.repeat(chosen, others, axis=0)))
        worth = said.reshape(len(chosen), others, -1).mean(axis=1)
        return np.asarray(_weights(chosen) @ worth)

    def _drawn(self, row: pa.Table) -> Array:
        """Columns are put into each background row one after the other, in an order of its own and in its reverse."""
        given = [column[0].as_py() for column in row.columns]
        differs = np.array(
            [[value != mine for value in there] for mine, there in zip(given, self._values, strict=True)]
        )
        orders = [order[differs[order, nth]] for nth, order in enumerate(self._orders)]
        walks = [(nth, walk) for nth, order in enumerate(orders) if len(order) for walk in (order, order[::-1])]
        masks = [_on_the_way(walk, row.num_columns) for _, walk in walks]
        places = [np.full(len(mask), nth) for (nth, _), mask in zip(walks, masks, strict=True)]
        last = np.ones((1, row.num_columns), dtype=bool)
        said = self._ask(self._composed(row, np.concatenate([*places, [0]]), np.concatenate([*masks, last])))
        shares, start = np.zeros((row.num_columns, said.shape[1])), 0
        for (nth, walk), mask in zip(walks, masks, strict=True):
            steps = np.vstack([self._said[nth], said[start : start + len(mask)], said[-1]])
            shares[walk] += np.diff(steps, axis=0)
            start += len(mask)
        return np.asarray(shares / (2 * self._background.num_rows))

    def _composed(self, row: pa.Table, places: Array, taken: Array) -> pa.Table:
        """Background rows at these places, with the columns that are taken from the explained row."""
        mine = self._background.num_rows
        columns = []
        for nth, field in enumerate(self._background.schema):
            pool = pa.concat_arrays([_one(self._background.column(nth)), _one(row.column(nth).cast(field.type))])
            columns.append(pool.take(pa.array(np.where(taken[:, nth], mine, places))))
        return pa.table(columns, schema=self._background.schema)


def _one(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)


def _on_the_way(walk: Array, width: int) -> Array:
    """Which columns have been put in after each step but the last."""
    rank = np.full(width, width)
    rank[walk] = np.arange(len(walk))
    return np.asarray(rank[None, :] <= np.arange(len(walk) - 1)[:, None])


def _weights(chosen: Array) -> Array:
    """What each combination counts for each column, by Shapley's formula; of shape (n_columns, n_combinations)."""
    width, sizes = chosen.shape[1], chosen.sum(axis=1)
    with_it = [factorial(size - 1) * factorial(width - size) / factorial(width) if size else 0.0 for size in sizes]
    without = [
        factorial(size) * factorial(width - size - 1) / factorial(width) if size < width else 0.0 for size in sizes
    ]
    return np.where(chosen.T, np.array(with_it), -np.array(without))
