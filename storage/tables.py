"""Dataset versions as immutable Parquet files."""

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from storage.disk import TEMPORARY, HashingFile, inside, sha256_of, sync_folder, temporary_name, writing
from storage.errors import DamagedFile, NotFound
from storage.manifest import File, Manifest
from storage.table_rules import columns_of, stored_batch, stored_schema, with_row_id

ROW_GROUP_ROWS = 122_880  # DuckDB's own: one thread per group
ROW_GROUP_BYTES = 128 * 2**20  # wide tables close a group earlier
DICTIONARY_BYTES = 2**17
"""A column with more different values in a row group than this holds is written plainly: it would be larger and slower
to read with all of them in a dictionary."""
PART_ROWS = 2_000_000
Depth = Literal["quick", "once", "full"]
Progress = Callable[[int], None]
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class TableStore:
    """The folder of datasets: ``<root>/<dataset id>/v<number>/part-00000.parquet``.

    Parameters
    ----------
    root : a local folder; made when it is missing.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._verified: set[tuple[str, str, int, int]] = set()

    def write(
        self,
        dataset_id: str,
        number: int,
        batches: Iterable[pa.RecordBatch],
        schema: pa.Schema,
        first_row: int = 0,
        on_progress: Progress | None = None,
    ) -> Manifest:
        """Keep a table as files of a new version, completely or not at all.

        Parameters
        ----------
        batches : record batches of `schema`, or a `pyarrow.RecordBatchReader`; read once, never held together.
        first_row : the first row's id; an appended version goes on where its parent ended.
        on_progress : called with the number of rows read so far.

        Returns
        -------
        Manifest
            of the new files only. They exist for others once a version row lists them.

        Raises
        ------
        BadTable
            if a column cannot be kept.
        DiskFull, WriteFailed
            nothing is left behind.
        """
        stored = stored_schema(schema)
        rows = _reported(_numbered(batches, stored, first_row), on_progress)
        return self.write_numbered(dataset_id, number, rows, with_row_id(stored))

    def write_numbered(self, dataset_id: str, number: int, tables: Iterable[pa.Table], schema: pa.Schema) -> Manifest:
        """Keep rows that have their ids already, as files of a new version, completely or not at all.

        Parameters
        ----------
        schema : of the tables, as `with_row_id` makes it.

        Returns
        -------
        Manifest
            of the new files only.

        Raises
        ------
        DiskFull, WriteFailed
            nothing is left behind.
        """
        folder = self._dataset_folder(dataset_id)
        with self.aside(dataset_id) as temporary:
            parts = _write_parts(temporary, tables, schema)
            with writing(temporary):
                target = _publish(temporary, folder, number)
        prefix = target.relative_to(self.root).as_posix()
        files = [File(f"{prefix}/{part.path}", part.rows, part.bytes, part.sha256) for part in parts]
        return Manifest.of(columns_of(schema), files)

    @contextlib.contextmanager
    def aside(self, dataset_id: str) -> Iterator[Path]:
        """Give a private folder on the disk of a dataset; what is in it at the end is removed."""
        folder = self._dataset_folder(dataset_id) / temporary_name()
        try:
            with writing(folder):
                folder.mkdir(parents=True, mode=0o700)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep_beside(self, dataset_id: str, number: int, path: Path) -> str:
        """Keep a file that belongs to a version but holds no rows of it; returns its path relative to the root.

        Raises
        ------
        DiskFull, WriteFailed
            nothing is left behind.
        """
        folder = self._dataset_folder(dataset_id)
        name = temporary_name()
        temporary, target = folder / name, folder / f"v{number}-{name.removeprefix(TEMPORARY)}{path.suffix}"
        try:
            with writing(target):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copyfile(path, temporary)
                temporary.rename(target)
            sync_folder(folder)
        finally:
            temporary.unlink(missing_ok=True)
        return target.relative_to(self.root).as_posix()

    def beside(self, relative: str) -> Path:
        """Return the file that `keep_beside` kept.

        Raises
        ------
        NotFound, DamagedFile
        """
        path = inside(self.root, relative)
        if not path.is_file():
            raise _damaged(path, "it is missing")
        return path

    def paths(self, manifest: Manifest) -> list[Path]:
        """Return the files of a version, in the order of their rows."""
        return [inside(self.root, file.path) for file in manifest.files]

    def verify(self, manifest: Manifest, depth: Depth = "once") -> list[Path]:
        """Return the files of a version after checking that they are what was written.

        Parameters
        ----------
        depth : ``quick`` compares sizes and the row counts in the footers; ``once`` also the hashes, the first time
            that this process meets a file; ``full`` the hashes every time.

        Raises
        ------
        DamagedFile
            names the file and what is wrong with it.
        """
        paths = self.paths(manifest)
        for file, path in zip(manifest.files, paths, strict=True):
            self._verify(file, path, depth)
        return paths

    def remove(self, paths: Iterable[str]) -> None:
        """Delete files or folders, given relative to the root, and folders that became empty."""
        for relative in paths:
            path = inside(self.root, relative)
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            self._remove_empty(path.parent)

    def orphans(self, known: Collection[str], older_than_seconds: float = 3600.0) -> list[str]:
        """Return files that no version lists, relative to the root.

        Parameters
        ----------
        known : what `Datasets.files_in_use` says.
        older_than_seconds : spare younger files: they may belong to an import that has not committed yet.
        """
        limit = time.time() - older_than_seconds
        files = (path for path in self.root.rglob("*") if path.is_file() and path.stat().st_mtime <= limit)
        return sorted({path.relative_to(self.root).as_posix() for path in files} - set(known))

    def _dataset_folder(self, dataset_id: str) -> Path:
        if not _ID.fullmatch(dataset_id):
            raise NotFound(f"{dataset_id!r} is not the id of a dataset")
        return self.root / dataset_id

    def _verify(self, file: File, path: Path, depth: Depth) -> None:
        size = path.stat().st_size if path.is_file() else None
        if size != file.bytes:
            found = "it is missing" if size is None else f"it has {size:,} bytes instead of {file.bytes:,}"
            raise _damaged(path, found)
        rows = _footer_rows(path)
        if rows != file.rows:
            raise _damaged(path, f"it has {rows:,} rows instead of {file.rows:,}")
        seen = (str(path), file.sha256, size, path.stat().st_mtime_ns)
        if depth == "full" or (depth == "once" and seen not in self._verified):
            if sha256_of(path) != file.sha256:
                raise _damaged(path, "its hash has changed")
            self._verified.add(seen)

    def _remove_empty(self, folder: Path) -> None:
        while folder != self.root.resolve() and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def _numbered(batches: Iterable[pa.RecordBatch], schema: pa.Schema, first_row: int) -> Iterator[pa.Table]:
    for batch in batches:
        yield stored_batch(batch, schema, first_row)
        first_row += batch.num_rows


def _reported(tables: Iterable[pa.Table], on_progress: Progress | None) -> Iterator[pa.Table]:
    rows = 0
    for table in tables:
        yield table
        rows += table.num_rows
        if on_progress is not None:
            on_progress(rows)


def _row_groups(tables: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """Regroup tables of any size into row groups of 122,880 rows, the last one smaller."""
    waiting, rows, size = [schema.empty_table()], 0, 0
    for table in tables:
        waiting.append(table)
        rows, size = rows + table.num_rows, size + table.nbytes
        if rows < ROW_GROUP_ROWS and size < ROW_GROUP_BYTES:
            continue
        whole = pa.concat_tables(waiting)
        cut = rows - rows % ROW_GROUP_ROWS or rows
        for start in range(0, cut, ROW_GROUP_ROWS):
            yield whole.slice(start, min(ROW_GROUP_ROWS, cut - start))
        waiting, rows = [whole.slice(cut)], rows - cut
        size = waiting[0].nbytes
    yield pa.concat_tables(waiting)


def _write_parts(folder: Path, tables: Iterable[pa.Table], schema: pa.Schema) -> list[File]:
    parts: list[File] = []
    groups = _row_groups(tables, schema)
    group: pa.Table | None = next(groups)
    while group is not None:
        path = folder / f"part-{len(parts):05d}.parquet"
        part, group = _write_part(path, group, groups, schema)
        if part.rows or not parts:
            parts.append(part)
        else:
            path.unlink()
    return parts


def _write_part(
    path: Path, group: pa.Table, more: Iterator[pa.Table], schema: pa.Schema
) -> tuple[File, pa.Table | None]:
    """Write groups until the part is full; returns the part and the group that did not fit."""
    following: pa.Table | None = group
    rows = 0
    with writing(path), path.open("xb") as file:
        sink = HashingFile(file)
        writer = pq.ParquetWriter(
            sink, schema, compression=_compression(schema), dictionary_pagesize_limit=DICTIONARY_BYTES
        )
        try:
            while following is not None and (rows == 0 or rows + following.num_rows <= PART_ROWS):
                if following.num_rows:
                    writer.write_table(following, row_group_size=ROW_GROUP_ROWS)
                rows += following.num_rows
                following = next(more, None)
        finally:
            writer.close()
        file.flush()
        os.fsync(file.fileno())
    return File(path.name, rows, sink.size, sink.sha256()), following


def _compression(schema: pa.Schema) -> dict[str, str]:
    """Numbers are packed so that they are quick to read, which costs nothing; texts so that they are small."""
    return {field.name: "zstd" if _is_text(field.type) else "lz4" for field in schema}


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.string_view())


def _publish(temporary: Path, folder: Path, number: int) -> Path:
    """Rename into place; a folder of that name, left by an import that never committed, is no obstacle."""
    sync_folder(temporary)
    target = folder / f"v{number}"
    if target.exists():
        target = folder / f"v{number}-{temporary.name.removeprefix(TEMPORARY)}"
    temporary.rename(target)
    sync_folder(folder)
    return target


def _footer_rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, f"its end cannot be read ({error})") from error


def _damaged(path: Path, found: str) -> DamagedFile:
    return DamagedFile(f"{path} is damaged: {found}", hint="Restore it from a backup; other versions are not affected.")
