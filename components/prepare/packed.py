"""One-hot columns travel packed, one category per row, and are expanded where the matrix is filled."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.ports import ONE_HOT

(FIELD,) = ONE_HOT.names


def pack(category: ir.StringValue) -> ir.StructValue:
    """A category (or null) as a packed one-hot column."""
    return ibis.struct({FIELD: category}).cast(ONE_HOT)


def expand(values: pa.Array | pa.ChunkedArray, categories: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The matrix of a packed column.

    Parameters
    ----------
    values : array of struct<one_hot: string>, of length n_rows
        As it comes out of a pipeline.
    categories : of length n_categories
        What each column of the matrix stands for, in order.

    Returns
    -------
    ndarray of shape (n_rows, n_categories), float32
        1 where a row has the category. A row that is null, or has none of them, is all zeros.

    Examples
    --------
    >>> expand(pa.array([{"one_hot": "b"}, {"one_hot": None}]), ["a", "b"]).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    chosen = pc.struct_field(values, [FIELD])
    codes = pc.index_in(chosen, pa.array(categories, pa.string()).cast(chosen.type), skip_nulls=True)
    positions = pc.fill_null(codes, -1).to_numpy()
    matrix = np.zeros((len(positions), len(categories)), dtype=np.float32)
    (rows,) = np.nonzero(positions >= 0)
    matrix[rows, positions[rows]] = 1
    return matrix
