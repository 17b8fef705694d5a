"""Statistics of all columns: numbers and times in order, texts by their counts, some columns at a time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.profile.estimates import estimated
from engine.profile.kinds import is_whole, is_wide_number, kind_of, name_of
from engine.profile.meaning import filled_of, meaning_of
from engine.profile.ordered import Values, figures_of_numbers
from engine.profile.profiled import ColumnProfile, Semantic
from engine.profile.source import Source, identifier
from engine.profile.texts import FEW, TOP, figures_of_few, figures_of_many, most_frequent, shapes_of
from engine.profile.times import figures_of_times
from engine.profile.written_values import written_in

THREADS = 2
"""Columns that are looked at side by side: while one is sorted, another is read."""
_COLUMNS_AT_ONCE = 16
_CELLS_AT_ONCE = 4_000_000
_EXACT_DISTINCT_ROWS = 200_000
_REPEATING = 0.1
"""Different values, as a share of the sampled rows, up to which a long column is counted instead of read."""
_CATEGORIES = 50
_BYTES_TO_SORT = 32
"""What sorting takes for each row: the values as they come, those that are there, and some room."""
_MEMORY_SHARE = 0.5
_UNIQUE_CHARS = 64


def measure(source: Source, rows: int, sample: pa.Table) -> list[ColumnProfile]:
    """Profile every column of the source.

    Parameters
    ----------
    sample
        Rows from all over the table, with all columns: for what values mean and which shapes they have.
    """
    groups = list(_groups(list(source.columns), rows))
    with ThreadPoolExecutor(THREADS, thread_name_prefix="profile") as pool:
        done = list(pool.map(lambda names: _measure_some(source.another(), names, rows, sample), groups))
    return [one for some in done for one in some]


def _groups(names: Sequence[str], rows: int) -> Iterator[Sequence[str]]:
    size = max(1, min(_COLUMNS_AT_ONCE, _CELLS_AT_ONCE // max(rows, 1)))
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _measure_some(source: Source, names: Sequence[str], rows: int, sample: pa.Table) -> list[ColumnProfile]:
    relation = source.narrowed(names)
    fits = rows * _BYTES_TO_SORT * THREADS < source.memory_mb * 1e6 * _MEMORY_SHARE
    few = {name for name in names if _repeats(sample.column(name), rows)}
    sorted_ones = [name for name in names if fits and kind_of(source.columns[name]) in ("numeric", "datetime")]
    fetched = [name for name in sorted_ones if name not in few]
    arrays = _fetched(source, relation, fetched) if fetched and rows else {}
    found = []
    for name in names:
        if name in sorted_ones and name in few:
            figures = _of_few_numbers(source, relation, name)
        else:
            figures = _figures(source, relation, name, rows, arrays.pop(name, None), is_few=name in few)
        found.append(_profile(source, name, rows, figures, sample))
    return found


def _repeats(sample: pa.ChunkedArray, rows: int) -> bool:
    """Whether a long column has so few different values that counting them is quicker than to read all."""
    if rows <= _EXACT_DISTINCT_ROWS or pa.types.is_nested(sample.type):
        return False
    return bool(pc.count_distinct(sample).as_py() <= _REPEATING * len(sample))


def _of_few_numbers(source: Source, relation: str, name: str) -> dict[str, Any]:
    column = f"{identifier(name)}{'::DOUBLE' if is_wide_number(source.columns[name]) else ''}"
    table = source.connection.execute(
        f"SELECT {column} AS value, count(*) AS n FROM {relation} WHERE value IS NOT NULL GROUP BY 1 ORDER BY 1"  # noqa: S608
    ).to_arrow_table()
    counts = table.column("n").to_numpy()
    figures = _in_order(table.column("value"), kind_of(source.columns[name]), counts)
    return {"filled": int(counts.sum()), **figures, "infinite": _infinite(table.column("value"), counts)}


def _fetched(source: Source, relation: str, names: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    chosen = ", ".join(
        f"{identifier(name)}{'::DOUBLE' if is_wide_number(source.columns[name]) else ''}" for name in names
    )
    table = source.connection.execute(f"SELECT {chosen} FROM {relation}").to_arrow_table()  # noqa: S608
    return dict(zip(names, table.columns, strict=True))


def _figures(
    source: Source, relation: str, name: str, rows: int, array: pa.ChunkedArray | None, *, is_few: bool
) -> dict[str, Any]:
    kind = kind_of(source.columns[name])
    if not rows:
        return {"filled": 0, "distinct": 0}
    if array is not None:
        return {"filled": rows - array.null_count, **_in_order(array, kind), "infinite": _infinite(array)}
    column = identifier(name)
    if kind in ("numeric", "datetime"):
        filled = source.one(f"SELECT count({column}) FROM {relation}")[0]  # noqa: S608
        return {"filled": filled, **estimated(source, relation, name, source.columns[name])}
    if is_few and kind in ("text", "boolean"):
        return figures_of_few(source, relation, name, is_text=kind == "text")
    filled, about = source.one(f"SELECT count({column}), approx_count_distinct({column}) FROM {relation}")  # noqa: S608
    if kind == "other" or not filled:
        return {"filled": filled, "distinct": min(about, filled), "distinct_approximate": bool(filled)}
    if about <= FEW:
        return figures_of_few(source, relation, name, is_text=kind == "text")
    return {"filled": filled, **_of_many(source, relation, name, filled, about)}


def _in_order(array: pa.ChunkedArray, kind: str, counts: Values | None = None) -> dict[str, Any]:
    if kind == "datetime":
        is_date = pa.types.is_date(array.type)
        zone = None if is_date else array.type.tz
        whole = array.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
        return figures_of_times(_sorted(whole, counts), is_date=is_date, zone=zone)
    return figures_of_numbers(_sorted(array, counts))


def _infinite(array: pa.ChunkedArray, counts: Values | None = None) -> int | None:
    """How many numbers have no end; None for a type that knows none."""
    if not pa.types.is_floating(array.type):
        return None
    endless = pc.fill_null(pc.is_inf(array), False).to_numpy()
    return int(endless.sum() if counts is None else counts[endless].sum())


def _sorted(array: pa.ChunkedArray, counts: Values | None = None) -> Values:
    """The values that are there and finite, in an array of their own, filled piece by piece.

    Parameters
    ----------
    counts
        How often each value occurs, where they come in order and each once.
    """
    if counts is not None:
        each: Values = array.to_numpy()
        finite = np.isfinite(each)
        return np.repeat(each[finite], counts[finite])
    values: Values = np.empty(len(array) - array.null_count, dtype=array.type.to_pandas_dtype())
    filled = 0
    for chunk in array.chunks:
        there = chunk.drop_null().to_numpy(zero_copy_only=False)
        if there.dtype.kind == "f":
            there = there[np.isfinite(there)]
        values[filled : filled + len(there)] = there
        filled += len(there)
    values = values[:filled]
    values.sort()
    return values


def _of_many(source: Source, relation: str, name: str, filled: int, about: int) -> dict[str, Any]:
    """Count the different values where an estimate is not good enough: of what may be unique, and in short tables."""
    column = identifier(name)
    is_exact = filled <= _EXACT_DISTINCT_ROWS or about > 0.8 * filled
    distinct = source.one(f"SELECT count(DISTINCT {column}) FROM {relation}")[0] if is_exact else about  # noqa: S608
    top = most_frequent(source, relation, name, TOP) if distinct <= filled / 2 else ()
    figures = figures_of_many(source, relation, name)
    return {**figures, "distinct": min(distinct, filled), "distinct_approximate": not is_exact, "top": top}


def _profile(source: Source, name: str, rows: int, figures: dict[str, Any], sample: pa.Table) -> ColumnProfile:
    sql_type = source.columns[name]
    kind = kind_of(sql_type)
    if kind == "text" and figures["filled"] and "patterns" not in figures:
        source.connection.register("shaped", sample.select([name]))
        figures["patterns"], figures["patterns_from"] = shapes_of(source, "shaped", name)
    measured = ColumnProfile(
        name=name,
        type=name_of(sql_type),
        kind=kind,
        semantic=_semantic(sql_type, rows, figures),
        missing=rows - figures["filled"],
        **figures,
    )
    texts = filled_of(sample.column(name)) if kind == "text" else []
    means, personal = meaning_of(measured, texts)
    written = written_in(source, name, texts) if texts and not personal else None
    told = measured.model_copy(update={"meaning": means, "personal": personal, "written": written})
    is_amount = told.semantic == "identifier" and told.holds_amounts
    return told.model_copy(update={"semantic": "text"}) if is_amount else told


def _semantic(sql_type: str, rows: int, figures: dict[str, Any]) -> Semantic:
    kind, filled, distinct = kind_of(sql_type), figures["filled"], figures["distinct"]
    whole = is_whole(sql_type)
    if not filled:
        return "empty"
    if distinct == 1:
        return "constant"
    if rows >= 20 and distinct == rows and (whole or (kind == "text" and figures["max_length"] <= _UNIQUE_CHARS)):
        return "identifier"
    if kind == "datetime":
        return "date"
    if kind == "boolean" or (kind == "text" and distinct <= max(_CATEGORIES, 0.01 * filled)):
        return "category"
    if kind == "numeric":
        return "category" if whole and distinct <= 10 and filled >= 100 else "number"
    return "text" if kind == "text" else "other"
