"""The files of a source that names several: given one by one, or all of a folder that fit a pattern."""

from pathlib import Path, PurePath
from typing import NamedTuple

from engine.errors import DataError
from engine.reading.errors import UnreadableFile
from engine.sources.source import FilesSource
from engine.workspace import Workspace

MOST = 10_000


class NamedFile(NamedTuple):
    """A file, and what people call it."""

    path: Path
    name: str


def list_files(workspace: Workspace, source: FilesSource) -> list[NamedFile]:
    """All files of the source, each under a name of its own.

    Raises
    ------
    DataError
        When there are none, or too many.
    InvalidSetting
        When the folder is none that may be read.
    """
    found = _of_folder(workspace, source) if source.folder is not None else []
    files = [*(NamedFile(file.path, file.called) for file in source.files), *found]
    if not files:
        raise DataError("No file was named.", hint="Choose at least one file, or a pattern that some files fit.")
    for file in files:
        if not file.path.is_file():
            raise UnreadableFile(f"There is no file {file.name!r}.", hint="Choose the files again.")
    return _told_apart(files)


def _of_folder(workspace: Workspace, source: FilesSource) -> list[NamedFile]:
    folder = workspace.outside.check_place(source.folder or Path())
    pattern = PurePath(source.pattern)
    if pattern.is_absolute() or ".." in pattern.parts:
        raise DataError(f"{source.pattern!r} leads out of the folder.", hint="Write a pattern like *.csv.")
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder.name!r}.", hint="Check the path.")
    found = []
    for path in sorted(folder.glob(source.pattern)):
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inner.parts):
            workspace.outside.check_place(path)
            found.append(NamedFile(path, inner.as_posix()))
        if len(found) > MOST:
            raise DataError(f"More than {MOST:,} files fit {source.pattern!r}.", hint="Choose a narrower pattern.")
    if not found:
        raise DataError(f"No file of {folder.name!r} fits {source.pattern!r}.", hint="Change the pattern.")
    return found


def _told_apart(files: list[NamedFile]) -> list[NamedFile]:
    seen: dict[str, int] = {}
    named = []
    for file in files:
        seen[file.name] = seen.get(file.name, 0) + 1
        named.append(file if seen[file.name] == 1 else NamedFile(file.path, f"{file.name} ({seen[file.name]})"))
    return named
