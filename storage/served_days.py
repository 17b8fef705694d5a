"""The files of one day of what a model version was asked: listed so that no row is seen twice, and joined.

Joining takes four steps, and may end after any of them, by a kill or a full disk:

1. the joined file is written under a name that nobody reads;
2. a note says which file is coming, and which files it replaces;
3. the joined file gets its name: from now on the note holds, and whoever lists the day leaves the replaced ones out;
4. the replaced files are deleted, and then the note: an hour later, so that whoever has listed them can read them.

Whoever joins next ends what was begun.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from storage.disk import TEMPORARY, sync_folder, temporary_name, writing
from storage.errors import DamagedFile

NOTE = ".joining.json"
ROW_GROUP = 100_000
KEPT_SECONDS = 3_600.0
"""How long replaced files stay for those who have listed them."""
LEFT_SECONDS = 3_600.0
"""An older temporary file was left by a process that died."""


def files_of_day(folder: Path) -> Sequence[Path]:
    """The files of a day, the oldest first, without those that a joined one has replaced."""
    seen = _listed(folder)
    # Nobody is kept from joining while we list; what was seen twice was there at one moment.
    while seen != (again := _listed(folder)):
        seen = again
    note, names = seen
    replaced = _replaced(note, names)
    return [folder / name for name in names if name not in replaced]


def join_day(folder: Path, kept_seconds: float = KEPT_SECONDS) -> int:
    """Make one file of a day that gets no more; how many fewer are listed. Nothing where another process is at it.

    Raises
    ------
    DiskFull, WriteFailed
    """
    with _alone(folder) as is_alone:
        if not is_alone:
            return 0
        _sweep(folder)
        files = files_of_day(folder)
        if not _finish(folder, kept_seconds) or len(files) < 2:
            return 0
        _join(folder, files)
        _finish(folder, kept_seconds)
        return len(files) - 1


def _join(folder: Path, files: Sequence[Path]) -> None:
    """Steps 1 to 3."""
    joined, temporary, note = folder / f"{files[0].stem}+.parquet", folder / temporary_name(), folder / temporary_name()
    with writing(joined):
        try:
            with _readable(folder):
                _write(files, temporary)
            note.write_text(json.dumps({"into": joined.name, "replaces": [file.name for file in files]}))
            note.rename(folder / NOTE)
            sync_folder(folder)
            temporary.rename(joined)
            sync_folder(folder)
        finally:
            temporary.unlink(missing_ok=True)
            note.unlink(missing_ok=True)


def _finish(folder: Path, kept_seconds: float) -> bool:
    """Step 4, for a join of now or one that ended in between; whether no join is left to be ended."""
    note, names = _listed(folder)
    if not note:
        return True
    if time.time() - (folder / NOTE).stat().st_mtime < kept_seconds:
        return False
    with writing(folder):
        for name in _replaced(note, names):
            (folder / name).unlink(missing_ok=True)
        sync_folder(folder)
        (folder / NOTE).unlink(missing_ok=True)
    return True


def _write(files: Sequence[Path], path: Path) -> None:
    """All rows in one file, never more of them in memory than a row group and a file."""
    schema = pq.read_schema(files[0])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        waiting: list[pa.Table] = []
        for file in files:
            waiting.append(pq.read_table(file).cast(schema))
            if sum(table.num_rows for table in waiting) >= ROW_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))


def _listed(folder: Path) -> tuple[str, Sequence[str]]:
    """The note, empty where there is none, and the names of all files of rows."""
    try:
        note = (folder / NOTE).read_text()
    except FileNotFoundError:
        note = ""
    return note, sorted(file.name for file in folder.glob("*.parquet"))


def _replaced(note: str, names: Sequence[str]) -> frozenset[str]:
    """The names that a note says are replaced; none unless what replaces them is there."""
    told = json.loads(note) if note else {}
    return frozenset(told["replaces"]) if told.get("into") in names else frozenset()


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - LEFT_SECONDS:
                left.unlink()


@contextlib.contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except pa.ArrowException as error:
        raise DamagedFile(f"A file in {folder} cannot be read", hint="Move it away, or restore a backup.") from error


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold a folder against other processes that join; the system lets go of it when the process dies."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
