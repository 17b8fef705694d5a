"""From a named source to its rows, one opener per kind."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import PEOPLE_ERRORS, DataError
from engine.findings import Finding
from engine.reading import detect, inspect, read
from engine.reading.errors import UnreadableFile
from engine.reading.read_as import Inspection
from engine.reading.reading import Tell, untold
from engine.sources.database import Look, look_at_rows, open_rows
from engine.sources.elsewhere import ObjectSource, PathSource, QuerySource, TableSource
from engine.sources.file_list import NamedFile, list_files
from engine.sources.incoming import Incoming
from engine.sources.objects import fetched_objects
from engine.sources.source import DataSource, FileSource, FilesSource, UrlSource
from engine.sources.together import inspect_together, read_together
from engine.workspace import Workspace

Stamp = tuple[int, int] | None
"""How large a file is, and when it was written to."""


@contextmanager
def open_source(
    workspace: Workspace, source: DataSource, overrides: Mapping[str, Any] | None = None, tell: Tell = untold
) -> Iterator[Incoming]:
    """The rows of a source, read while they are asked for.

    Parameters
    ----------
    overrides
        What a person wants read otherwise than detected.
    tell
        Is told which share of a long look at a file is done, before its first row comes.

    Raises
    ------
    UnreadableFile, DataError, StorageError
    """
    if isinstance(source, TableSource | QuerySource):
        with open_rows(workspace, source, overrides) as incoming:
            yield incoming
        return
    with _on_disk(workspace, source) as files, _unchanged([file.path for file in files]):
        size = sum(file.path.stat().st_size for file in files)
        if _are_several(source, files):
            together = read_together(files, overrides, _name_column(source), tell)
            told = {"files": len(files), **source.told}
            yield Incoming(together, told, together.told, bytes=size, left_out=together.left_out)
            return
        how, noticed = detect(files[0].path, overrides)
        with read(files[0].path, how, tell=tell) as reading:
            as_told = how.model_dump(mode="json")
            left_out = reading.left_out
            yield Incoming(reading, source.told, as_told, size, reading.rows, noticed, left_out=left_out)


def inspect_source(
    workspace: Workspace, source: DataSource, overrides: Mapping[str, Any] | None = None
) -> Inspection | Look:
    """How a source would be read, with its columns and first rows.

    Raises
    ------
    UnreadableFile, DataError, StorageError
    """
    if isinstance(source, TableSource | QuerySource):
        return look_at_rows(workspace, source, overrides)
    with _on_disk(workspace, source, most=1) as files:
        paths = [file.path for file in files]
        before = [_stamp(path) for path in paths]
        several = _are_several(source, files)
        found = inspect_together(files, overrides, _name_column(source)) if several else inspect(paths[0], overrides)
        changed = _first_changed(paths, before)
    return found.model_copy(update={"findings": (_growing(changed), *found.findings)}) if changed else found


def _growing(path: Path) -> Finding:
    return Finding(
        code="still_written",
        severity="warning",
        message=f"{path.name[:200]!r} is still being written: it changed while it was looked at.",
        fix="Wait until it is complete. An import of a file that changes meanwhile is refused.",
    )


def _are_several(source: DataSource, files: Sequence[NamedFile]) -> bool:
    return isinstance(source, FilesSource) or len(files) > 1


def _name_column(source: DataSource) -> str | None:
    return source.name_column if isinstance(source, FilesSource) else None


@contextmanager
def _on_disk(
    workspace: Workspace,
    source: FileSource | FilesSource | PathSource | UrlSource | ObjectSource,
    most: int | None = None,
) -> Iterator[Sequence[NamedFile]]:
    match source:
        case UrlSource():
            with workspace.outside.fetched(source.url) as path:
                yield [NamedFile(path, source.called)]
        case ObjectSource():
            with fetched_objects(workspace, source, most) as paths:
                yield [NamedFile(path, path.name) for path in paths]
        case PathSource():
            yield [NamedFile(_allowed(workspace, source.path), source.path.name)]
        case FilesSource():
            yield list_files(workspace, source)
        case FileSource():
            yield [NamedFile(source.path, source.called)]


def _allowed(workspace: Workspace, path: Path) -> Path:
    there = workspace.outside.check_place(path)
    if not there.is_file():
        raise UnreadableFile(f"There is no file {path.name!r}.", hint="Check the path.", field="path")
    return there


@contextmanager
def _unchanged(paths: Sequence[Path]) -> Iterator[None]:
    """Refuse a file that somebody wrote to while it was read."""
    before = [_stamp(path) for path in paths]
    try:
        yield
    except PEOPLE_ERRORS as error:
        # What does not add up there is explained by that.
        raise _told_apart(paths, before) or error from None
    if changed := _told_apart(paths, before):
        raise changed


def _told_apart(paths: Sequence[Path], before: Sequence[Stamp]) -> DataError | None:
    changed = _first_changed(paths, before)
    if changed is None:
        return None
    return DataError(
        f"{changed.name[:200]!r} changed while it was read: it is still being written.",
        hint="Wait until it is complete, and import it again. Nothing was kept.",
    )


def _first_changed(paths: Sequence[Path], before: Sequence[Stamp]) -> Path | None:
    return next((path for path, stamp in zip(paths, before, strict=True) if _stamp(path) != stamp), None)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
