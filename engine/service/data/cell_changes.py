"""Which cells of a table hold something else than the same row held before."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.ports import ROW, is_reserved

Mask = npt.NDArray[np.bool_]


def changed_cells(before: pa.Table, after: pa.Table) -> Mapping[str, Mask]:
    """For each column that is new, has another type or differs somewhere, the rows of `after` in which it does.

    Rows are the same by their ids; a row that was not there before differs in no column that was.
    """
    found: dict[str, Mask] = {}
    same = _partners(before, after)
    for name in after.column_names:
        if is_reserved(name):
            continue
        if name not in before.column_names:
            found[name] = np.ones(len(after), np.bool_)
            continue
        left, right = before.column(name), after.column(name)
        is_retyped = left.type != right.type
        if is_retyped and not (_is_number(left.type) and _is_number(right.type)):
            found[name] = np.ones(len(after), np.bool_)
        elif same is not None:
            differs = _differs(*_alike(left.take(same), right)) & same.is_valid().to_numpy(zero_copy_only=False)
            if is_retyped or differs.any():
                found[name] = differs
    return found


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _alike(left: pa.ChunkedArray, right: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Whole numbers that became others are compared by what they are."""
    if left.type == right.type:
        return left, right
    return pc.cast(left, pa.float64(), safe=False), pc.cast(right, pa.float64(), safe=False)


def _partners(before: pa.Table, after: pa.Table) -> pa.Array | None:
    """For each row, the place that it had; None where rows have no ids, as after a grouping."""
    if ROW not in before.column_names or ROW not in after.column_names:
        return None
    ids = before.column(ROW).combine_chunks()
    return pc.index_in(after.column(ROW).combine_chunks(), ids)


def _differs(left: pa.ChunkedArray, right: pa.ChunkedArray) -> Mask:
    kind = left.type
    if pa.types.is_null(kind):
        return np.zeros(len(left), np.bool_)
    if pa.types.is_struct(kind):  # Arrow compares no structs
        fields = [_differs(pc.struct_field(left, [i]), pc.struct_field(right, [i])) for i in range(kind.num_fields)]
        return np.asarray(np.logical_or.reduce([_lost(left, right), *fields]), np.bool_)
    if pa.types.is_nested(kind):
        return np.array([a != b for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)], np.bool_)
    unlike = _flags(pc.not_equal(left, right))
    if pa.types.is_floating(kind):  # NaN is unlike itself
        unlike &= ~(_flags(pc.is_nan(left)) & _flags(pc.is_nan(right)))
    return np.asarray(unlike | _lost(left, right), np.bool_)


def _lost(left: pa.ChunkedArray, right: pa.ChunkedArray) -> Mask:
    """Where one of two values is missing."""
    return np.not_equal(_flags(left.is_null()), _flags(right.is_null()))


def _flags(values: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.fill_null(values, fill_value=False).to_numpy(), np.bool_)
