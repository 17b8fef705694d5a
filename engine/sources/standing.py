"""Sources that are there tomorrow, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import DataError, InvalidSetting
from engine.sources.source import DataSource, FileSource
from engine.workspace import Workspace


def check_standing(workspace: Workspace, source: DataSource) -> None:
    """Refuse what can be read only once, or may not be read at all.

    Raises
    ------
    InvalidSetting
    """
    if not isinstance(source, FileSource):
        return
    if source.path.resolve().is_relative_to(workspace.uploads.resolve()):
        raise InvalidSetting(
            "A file that was uploaded does not change, so there is nothing to sync.",
            hint="Name a file of the server, a web address or a database.",
            field="source",
        )
    workspace.outside.check_place(source.path)


@contextmanager
def still(source: DataSource) -> Iterator[None]:
    """Refuse what was read from a file that somebody was writing meanwhile.

    Raises
    ------
    DataError
    """
    before = _state(source)
    yield
    if isinstance(source, FileSource) and _state(source) != before:
        raise DataError(
            f"The file {source.called} was being written while it was read.",
            hint="Sync again when it is complete. It is best written under another name and then renamed.",
        )


def _state(source: DataSource) -> tuple[int, int, int] | None:
    if not isinstance(source, FileSource) or not Path(source.path).is_file():
        return None
    found = source.path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
