"""From a named source to its rows, one opener per kind."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.reading import detect, inspect, read
from engine.reading.read_as import Inspection
from engine.sources.incoming import Incoming
from engine.sources.source import DataSource, UrlSource
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
    with _on_disk(workspace, source) as path:
        how, noticed = detect(path, overrides)
        with read(path, how) as reading:
            told = how.model_dump(mode="json")
            yield Incoming(reading, source.told, told, bytes=path.stat().st_size, noticed=noticed)


def inspect_source(workspace: Workspace, source: DataSource, overrides: Mapping[str, Any] | None = None) -> Inspection:
    """How a source would be read, with its columns and first rows.

    Raises
    ------
    UnreadableFile, DataError, StorageError
    """
    with _on_disk(workspace, source) as path:
        return inspect(path, overrides)


@contextmanager
def _on_disk(workspace: Workspace, source: DataSource) -> Iterator[Path]:
    if isinstance(source, UrlSource):
        with workspace.outside.fetched(source.url) as path:
            yield path
    else:
        yield source.path
