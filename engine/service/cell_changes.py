"""Which cells of a table hold something else than the same row held before."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.ports import ROW, is_reserved

Mask = npt.NDArray[np.bool_]


def changed_cells(before: pa.Table, after: pa.Table) -> Mapping[str, Mask]:
    """For each column that is new or differs somewhere, the rows of `after` in which it does.

    Rows are the same by their ids; a row that was not there before differs in no column that was.
    """
    found: dict[str, Mask] = {}
    same = _partners(before, after)
    for name in after.column_names:
        if is_reserved(name):
            continue
        if name not in before.column_names or before.schema.field(name).type != after.schema.field(name).type:
            found[name] = np.ones(len(after), np.bool_)
        elif same is not None:
            differs = _differs(before.column(name).take(same), after.column(name)) & same.is_valid().to_numpy(False)
            if differs.any():
                found[name] = differs
    return found


def _partners(before: pa.Table, after: pa.Table) -> pa.Array | None:
    """For each row, the place that it had; None where rows have no ids, as after a grouping."""
    if ROW not in before.column_names or ROW not in after.column_names:
        return None
    ids = before.column(ROW).combine_chunks()
    return pc.index_in(after.column(ROW).combine_chunks(), ids)


def _differs(left: pa.ChunkedArray, right: pa.ChunkedArray) -> Mask:
    if pa.types.is_nested(left.type):  # Arrow compares no structs and lists
        return np.array([a != b for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)], np.bool_)
    unlike = pc.fill_null(pc.not_equal(left, right), fill_value=False).to_numpy()
    if pa.types.is_floating(left.type):  # NaN is unlike itself
        unlike &= ~(pc.is_nan(left).fill_null(False).to_numpy() & pc.is_nan(right).fill_null(False).to_numpy())
    lost = np.not_equal(left.is_null().to_numpy(), right.is_null().to_numpy())
    return np.asarray(unlike | lost, np.bool_)
