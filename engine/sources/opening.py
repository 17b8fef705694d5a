"""From a named source to its rows, one opener per kind."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.reading import detect, inspect, read
from engine.reading.errors import UnreadableFile
from engine.reading.read_as import Inspection
from engine.sources.database import Look, look_at_rows, open_rows
from engine.sources.elsewhere import ObjectSource, PathSource, QuerySource, TableSource
from engine.sources.incoming import Incoming
from engine.sources.objects import fetched_objects
from engine.sources.several import open_parts
from engine.sources.source import DataSource, FileSource, UrlSource
from engine.workspace import Workspace


@contextmanager
def open_source(
    workspace: Workspace, source: DataSource, overrides: Mapping[str, Any] | None = None
) -> Iterator[Incoming]:
    """The rows of a source, read while they are asked for.

    Parameters
    ----------
    overrides
        What a person wants read otherwise than detected.

    Raises
    ------
    UnreadableFile, DataError, StorageError
    """
    if isinstance(source, TableSource | QuerySource):
        with open_rows(workspace, source, overrides) as incoming:
            yield incoming
        return
    with _on_disk(workspace, source) as paths, _unchanged(paths):
        size = sum(path.stat().st_size for path in paths)
        if len(paths) > 1:
            with open_parts(paths, overrides) as (parts, how_told, noticed):
                yield Incoming(parts, {**source.told, "files": len(paths)}, how_told, bytes=size, noticed=noticed)
            return
        how, noticed = detect(paths[0], overrides)
        with read(paths[0], how) as reading:
            told = how.model_dump(mode="json")
            yield Incoming(reading, source.told, told, bytes=size, noticed=noticed)


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
    with _on_disk(workspace, source, most=1) as paths:
        return inspect(paths[0], overrides)


@contextmanager
def _on_disk(
    workspace: Workspace, source: FileSource | PathSource | UrlSource | ObjectSource, most: int | None = None
) -> Iterator[Sequence[Path]]:
    match source:
        case UrlSource():
            with workspace.outside.fetched(source.url) as path:
                yield [path]
        case ObjectSource():
            with fetched_objects(workspace, source, most) as paths:
                yield paths
        case PathSource():
            yield [_allowed(workspace, source.path)]
        case FileSource():
            yield [source.path]


def _allowed(workspace: Workspace, path: Path) -> Path:
    there = workspace.outside.check_place(path)
    if not there.is_file():
        raise UnreadableFile(f"There is no file {path.name!r}.", hint="Check the path.", field="path")
    return there


@contextmanager
def _unchanged(paths: Sequence[Path]) -> Iterator[None]:
    """Refuse a file that somebody wrote to while it was read."""
    before = [_stamp(path) for path in paths]
    yield
    changed = next((path for path, stamp in zip(paths, before, strict=True) if _stamp(path) != stamp), None)
    if changed is not None:
        raise DataError(
            f"{changed.name[:200]!r} changed while it was read: it is still being written.",
            hint="Wait until it is complete, and import it again. Nothing was kept.",
        )


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
