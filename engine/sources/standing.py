"""Sources that are there tomorrow, too."""

from engine.errors import InvalidSetting
from engine.sources.source import DataSource, FileSource, FilesSource
from engine.workspace import Workspace


def check_standing(workspace: Workspace, source: DataSource) -> None:
    """Refuse what can be read only once, or may not be read at all.

    Raises
    ------
    InvalidSetting
    """
    files = source.files if isinstance(source, FilesSource) else [source] if isinstance(source, FileSource) else []
    for file in files:
        _check_file(workspace, file)


def _check_file(workspace: Workspace, file: FileSource) -> None:
    if file.path.resolve().is_relative_to(workspace.uploads.resolve()):
        raise InvalidSetting(
            "A file that was uploaded does not change, so there is nothing to sync.",
            hint="Name a file of the server, a web address or a database.",
            field="source",
        )
    workspace.outside.check_place(file.path)
