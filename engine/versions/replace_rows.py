"""Write rows as the whole table of a version, so that what did not change is what it was: its ids, and its files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from engine.findings import Finding
from engine.versions.place import Changes, Place, Written
from engine.versions.row_ids import BATCH_ROWS, Ids, Matched, RowMatcher, comparable
from engine.versions.scratch import opened_scratch
from engine.workspace import Workspace
from storage.disk import writing
from storage.manifest import Manifest
from storage.schema import DatasetVersion
from storage.table_rules import ROW_ID, stored_batch, stored_schema, with_row_id

Flags = npt.NDArray[np.bool_]
SMALL_ROWS, MOST_SMALL = BATCH_ROWS, 32
"""So many files at the end of a version may hold less than a row group; then they are written as one."""


def replace_rows(
    workspace: Workspace, place: Place, parent: DatasetVersion, batches: Iterable[pa.RecordBatch], schema: pa.Schema
) -> Written:
    """Write the next version of a table, given all its rows.

    Rows that are in the parent too keep their ids, and are stored before the new ones. A table of the same rows, in
    whatever order, is the parent's: the very files.

    Raises
    ------
    StorageError, RunError
    """
    before = Manifest.from_version(parent)
    old = workspace.files_of(parent, "once")
    with workspace.tables.aside(place.dataset_id) as folder:
        new = folder / "new.parquet"
        rows = _put_down(batches, stored_schema(schema), new)
        schemas = pq.read_schema(old[0]).remove_metadata(), pq.read_schema(new).remove_metadata()
        compared = comparable(*schemas)
        key, noticed = _usable(place.key, compared)
        with opened_scratch(workspace, folder) as connection:
            matcher = RowMatcher(connection, old, new, compared)
            found = matcher.match(key)
            if schemas[0].equals(schemas[1]) and not found.changed:
                manifest = _Merge(workspace, place, before, old, new, found).write()
            else:
                numbered = matcher.numbered(schemas[1].names[:-1], place.first_row)
                tables = (pa.Table.from_batches([batch]).cast(schemas[1]) for batch in numbered)
                manifest = workspace.tables.write_numbered(place.dataset_id, place.number, tables, schemas[1])
    if found.repeated:
        noticed.append(_repeats(key, found.repeated))
    removed = len(found.gone) - found.changed
    changes = Changes(len(found.fresh), removed, found.changed, rows - len(found.fresh) - found.changed)
    return Written(manifest, place.first_row + changes.added, changes, tuple(noticed))


@dataclass(frozen=True)
class _Merge:
    """What stays of the parent, and then what is new: in the order of the ids, without sorting anything."""

    workspace: Workspace
    place: Place
    before: Manifest
    old: Sequence[Path]
    new: Path
    found: Matched

    def write(self) -> Manifest:
        untouched = self._untouched()
        head = Manifest.of(self.before.columns, self.before.files[:untouched])
        if head.files and untouched == len(self.before.files) and not len(self.found.fresh):
            return head
        schema = pq.read_schema(self.new).remove_metadata()
        tables = self._tables(self.old[untouched:])
        tail = self.workspace.tables.write_numbered(self.place.dataset_id, self.place.number, tables, schema)
        return head.appended(tail) if head.files else tail

    def _untouched(self) -> int:
        """How many files, from the first, can be listed again as they are."""
        for at, path in enumerate(self.old):
            first, last = _ids_in(path)
            if first > last or np.searchsorted(self.found.gone, first) < np.searchsorted(
                self.found.gone, last, "right"
            ):
                return at
        return len(self.old) - small_files(self.before) if len(self.found.fresh) else len(self.old)

    def _tables(self, rest: Sequence[Path]) -> Iterator[pa.Table]:
        for path in rest:
            for table in tables_of(path):
                yield _chosen(table, ~_among(table, self.found.gone))
        free = self.place.first_row
        for table in tables_of(self.new) if len(self.found.fresh) else ():
            chosen = _chosen(table, _among(table, self.found.fresh))
            yield renumbered(chosen, free)
            free += chosen.num_rows


def renumbered(table: pa.Table, first: int) -> pa.Table:
    """The rows with ids that begin here."""
    ids = pa.array(np.arange(first, first + table.num_rows, dtype=np.int64))
    return table.set_column(table.num_columns - 1, table.schema.field(ROW_ID), ids)


def small_files(manifest: Manifest) -> int:
    """How many files at the end of a version are to be written anew as one: none, until they are many.

    Hourly additions would else become thousands of files, each of which every query must open.
    """
    small = 0
    for file in reversed(manifest.files):
        if file.rows >= SMALL_ROWS:
            break
        small += 1
    return small if small >= MOST_SMALL else 0


def tables_of(path: Path) -> Iterator[pa.Table]:
    """The rows of a file, a row group at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            yield pa.Table.from_batches([batch]).replace_schema_metadata()


def _put_down(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> int:
    """Keep the new table until it is compared: its rows by their places."""
    rows = 0
    with writing(path), pq.ParquetWriter(path, with_row_id(schema), compression="lz4") as writer:
        for batch in batches:
            writer.write_table(stored_batch(batch, schema, rows), row_group_size=BATCH_ROWS)
            rows += batch.num_rows
    return rows


def _among(table: pa.Table, ids: Ids) -> Flags:
    """Which rows have one of these ids."""
    own = table.column(ROW_ID).to_numpy()
    at = np.searchsorted(ids, own)
    found: Flags = at < len(ids)
    found[found] = ids[at[found]] == own[found]
    return found


def _chosen(table: pa.Table, flags: Flags) -> pa.Table:
    return table if flags.all() else table.filter(pa.array(flags))


def _ids_in(path: Path) -> tuple[int, int]:
    """The first and the last id of a file; nothing lies between them in one without rows."""
    with pq.ParquetFile(path) as file:
        if not file.metadata.num_rows:
            return 0, -1
        place = file.schema_arrow.names.index(ROW_ID)
        groups = [file.metadata.row_group(at).column(place).statistics for at in range(file.num_row_groups)]
        return min(group.min for group in groups), max(group.max for group in groups)


def _usable(key: Sequence[str], compared: dict[str, str]) -> tuple[Sequence[str], list[Finding]]:
    missing = [name for name in key if name not in compared]
    if not missing:
        return key, []
    message = (
        f"The rows could not be recognised by their key: {', '.join(missing)} is not in both versions with one type. "
        "Changed rows count as new ones."
    )
    return (), [Finding(code="key_missing", severity="warning", message=message, fix="Choose another key.")]


def _repeats(key: Sequence[str], rows: int) -> Finding:
    message = f"{rows:,} rows share their key ({', '.join(key)}) with another row, so that it does not name one row."
    fix = "Choose a key that is different in each row, or remove the duplicates."
    return Finding(code="key_repeats", severity="warning", message=message, fix=fix, detail={"rows": rows})
