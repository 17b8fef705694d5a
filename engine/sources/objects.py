"""Objects of a store: fetched into files, and read like those."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.sources.elsewhere import ObjectSource
from engine.workspace import Workspace
from storage.objects import fetch_objects, list_objects


@contextmanager
def fetched_objects(workspace: Workspace, source: ObjectSource, most: int | None = None) -> Iterator[list[Path]]:
    """The objects as files, by their keys in order, for as long as they are looked at.

    Parameters
    ----------
    most
        How many of them are wanted; all unless given.

    Raises
    ------
    StorageError, InvalidSetting
    """
    outside, settings = workspace.outside, workspace.settings
    store = outside.store(source.connection)
    outside.note_use(source.connection)
    found = list_objects(store, source.key, outside.is_open)
    with TemporaryDirectory(prefix="canvasback-objects-") as folder:
        yield fetch_objects(
            store,
            [one.key for one in found[:most]],
            Path(folder),
            outside.is_open,
            most_bytes=settings.url_max_mb * 1_000_000,
            seconds=settings.run_timeout_seconds,
        )
