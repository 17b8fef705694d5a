"""Several files named at once: a folder, or a pattern in quotes."""

from pathlib import Path

from engine.sources import FileSource, FilesSource

PATTERN = "*?["


def several_files(named: Path, name_column: str | None) -> FilesSource | None:
    """All files of a folder, or all that a pattern fits; None where one file is named.

    Whoever types the command may read these files anyway, so no folder has to be allowed.
    """
    if named.is_dir():
        found = [path for path in sorted(named.iterdir()) if path.is_file() and not path.name.startswith(".")]
    elif any(char in named.name for char in PATTERN) and not named.exists():
        found = [path for path in sorted(named.parent.glob(named.name)) if path.is_file()]
    else:
        return None
    return FilesSource(files=tuple(FileSource(path=path) for path in found), name_column=name_column)
