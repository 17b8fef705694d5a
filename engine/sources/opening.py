"""From a named source to its rows, one opener per kind."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.reading import detect, inspect, read
from engine.reading.read_as import Inspection
from engine.sources.file_list import list_files
from engine.sources.incoming import Incoming
from engine.sources.source import DataSource, FileSource, FilesSource, UrlSource
from engine.sources.together import inspect_together, read_together
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
    if isinstance(source, FilesSource):
        files = list_files(workspace, source)
        together = read_together(files, overrides, source.name_column)
        size = sum(file.path.stat().st_size for file in files)
        yield Incoming(together, source.told, together.told, bytes=size, left_out=together.left_out)
        return
    with _on_disk(workspace, source) as path:
        how, noticed = detect(path, overrides)
        with read(path, how) as reading:
            told = how.model_dump(mode="json")
            yield Incoming(
                reading, source.told, told, path.stat().st_size, reading.rows, noticed, left_out=reading.left_out
            )


def inspect_source(workspace: Workspace, source: DataSource, overrides: Mapping[str, Any] | None = None) -> Inspection:
    """How a source would be read, with its columns and first rows.

    Raises
    ------
    UnreadableFile, DataError, StorageError
    """
    if isinstance(source, FilesSource):
        return inspect_together(list_files(workspace, source), overrides, source.name_column)
    with _on_disk(workspace, source) as path:
        return inspect(path, overrides)


@contextmanager
def _on_disk(workspace: Workspace, source: FileSource | UrlSource) -> Iterator[Path]:
    if isinstance(source, UrlSource):
        with workspace.outside.fetched(source.url) as path:
            yield path
    else:
        yield source.path
