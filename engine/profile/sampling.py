"""A sample of a dataset version: always the same rows, drawn from all over it by their ids."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from components.ports import ROW

MOST_READ = 2_000_000
"""Rows that are read for a sample, whole row groups of them: a larger table is not read to its end for it."""
MOST_BYTES = 64_000_000
"""Of a sample in memory; of rows that are longer, fewer are drawn."""

Ids = npt.NDArray[np.int64]


class _Group(NamedTuple):
    file: Path
    place: int
    rows: int


def draw_sample(files: Sequence[Path], most: int) -> pa.Table:
    """Draw rows from the Parquet files of a table, in the order in which they lie there.

    A row is drawn by a hash of its id. All of a short table is its sample.

    Parameters
    ----------
    most
        Rows.
    """
    groups = _spread([group for path in files for group in _groups(path)])
    ids = [_read(group, [ROW]).column(ROW).to_numpy() for group in groups]
    chosen = _lowest(ids, most)
    parts = [
        _read(group).take(pa.array(np.flatnonzero(one <= chosen))) for group, one in _lots(groups, ids) if len(one)
    ]
    drawn = pa.concat_tables(parts) if parts else pq.read_schema(files[0]).empty_table()
    return _within(drawn.replace_schema_metadata())


def _groups(path: Path) -> list[_Group]:
    metadata = pq.read_metadata(path)
    return [_Group(path, place, metadata.row_group(place).num_rows) for place in range(metadata.num_row_groups)]


def _spread(groups: list[_Group]) -> list[_Group]:
    """As many of the row groups as may be read, from all over the table."""
    step = max(1, -(-sum(group.rows for group in groups) // MOST_READ))
    return groups[::step]


def _lots(groups: list[_Group], ids: list[Ids]) -> list[tuple[_Group, Any]]:
    """The groups that have rows, each with the hashes of its ids."""
    return [(group, _hashed(one)) for group, one in zip(groups, ids, strict=True) if len(one)]


def _lowest(ids: list[Ids], most: int) -> np.uint64:
    """The hash up to which rows are drawn."""
    hashes = _hashed(np.concatenate(ids)) if ids else np.array([], np.uint64)
    if len(hashes) <= most:
        return np.uint64(np.iinfo(np.uint64).max)
    return np.uint64(np.partition(hashes, most - 1)[most - 1])


def _hashed(ids: Ids) -> npt.NDArray[np.uint64]:
    """Splitmix64: spreads ids that follow each other over all 64 bits."""
    mixed = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _read(group: _Group, columns: Sequence[str] | None = None) -> pa.Table:
    with pq.ParquetFile(group.file) as file:
        return file.read_row_group(group.place, columns=columns)


def _within(drawn: pa.Table) -> pa.Table:
    """As many of the rows as fit into the memory that a sample may take."""
    if drawn.nbytes <= MOST_BYTES:
        return drawn
    fewer = max(1, int(len(drawn) * MOST_BYTES / drawn.nbytes))
    hashes = _hashed(drawn.column(ROW).to_numpy())
    return drawn.take(pa.array(np.sort(np.argsort(hashes, kind="stable")[:fewer])))
