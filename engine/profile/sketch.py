"""A column at a glance: what a few thousand rows tell of it, quick enough to be worked out while somebody types."""

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict

from components.ports import ONE_HOT, Kind, is_reserved, kind_of

BINS = 16
TOP = 5
MOST_COLUMNS = 120


class Sketch(BaseModel):
    """What is seen of one column.

    Parameters
    ----------
    missing, distinct
        Numbers of rows, and of different values; None where values cannot be compared.
    least, middle, most
        Of numbers and times, as Arrow's own values; `middle` is the median of numbers.
    bins
        How many values lie in each of `BINS` ranges of equal width; none where there is nothing to divide.
    top
        The most frequent values of everything else, each with its count.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    name: str
    kind: Kind
    rows: int
    missing: int
    distinct: int | None = None
    least: Any = None
    middle: Any = None
    most: Any = None
    bins: tuple[int, ...] = ()
    top: tuple[tuple[Any, int], ...] = ()


def sketch(table: pa.Table) -> list[Sketch]:
    """Every column that people see, as far as they can look through."""
    types = sch.Schema.from_pyarrow(table.schema)
    names = [name for name in table.column_names if not is_reserved(name)][:MOST_COLUMNS]
    return [_sketch(name, types[name], table.column(name)) for name in names]


def _sketch(name: str, dtype: dt.DataType, column: pa.ChunkedArray) -> Sketch:
    kind = kind_of(dtype)
    known: dict[str, Any] = {"name": name, "kind": kind, "rows": len(column), "missing": column.null_count}
    values = column.drop_null()
    if not len(values):
        return Sketch(**known, distinct=0)
    if kind == "numeric":
        return Sketch(**known, **_of_numbers(values))
    if kind == "datetime":
        return Sketch(**known, **_of_times(values))
    if kind == "one_hot":
        values = pc.struct_field(values, [ONE_HOT.names[0]]).drop_null()
        known["missing"] = len(column) - len(values)
    return Sketch(**known, **(_of_categories(values) if kind != "other" else {}))


def _of_numbers(values: pa.ChunkedArray) -> dict[str, Any]:
    numbers = pc.cast(values, pa.float64(), safe=False).to_numpy()
    finite = np.sort(numbers[np.isfinite(numbers)])
    distinct = len(values.unique())
    if not len(finite):
        return {"distinct": distinct}
    ends = {"least": float(finite[0]), "middle": float(np.median(finite)), "most": float(finite[-1])}
    return {"distinct": distinct, **ends, "bins": _bins(finite)}


def _of_times(values: pa.ChunkedArray) -> dict[str, Any]:
    ends = pc.min_max(values).as_py()
    found = {"distinct": len(values.unique()), "least": ends["min"], "most": ends["max"]}
    if pa.types.is_date(values.type):
        values = pc.cast(values, pa.timestamp("us"))
    if not pa.types.is_timestamp(values.type):
        return found  # times of day and durations have ends, and no picture
    return {**found, "bins": _bins(pc.cast(values, pa.int64(), safe=False).to_numpy().astype(np.float64))}


def _of_categories(values: pa.ChunkedArray) -> dict[str, Any]:
    counted = pc.value_counts(values)
    counts = counted.field("counts").to_numpy()
    texts = counted.field("values")
    first = np.lexsort((np.arange(len(counts)), -counts))[:TOP]
    return {"distinct": len(counts), "top": tuple((texts[int(place)].as_py(), int(counts[place])) for place in first)}


def _bins(numbers: "np.ndarray[Any, np.dtype[np.float64]]") -> tuple[int, ...]:
    least, most = float(numbers.min()), float(numbers.max())
    width = most - least
    if width <= 0 or not np.isfinite(width):
        return ()
    places = np.minimum(((numbers - least) / width * BINS).astype(np.int64), BINS - 1)
    return tuple(np.bincount(places, minlength=BINS).tolist())
