"""Results by fingerprint: written beside, renamed into place, checked on reading; may be deleted at any time."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

META = "meta.json"


@dataclass(frozen=True)
class Entry:
    """One node's kept results."""

    folder: Path
    meta: Mapping[str, Any]

    def path(self, port: str) -> Path:
        """The Parquet file of a table output."""
        return self.folder / f"{port}.parquet"


class Cache:
    """A folder of results.

    Parameters
    ----------
    root
        Created when missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def get(self, fingerprint: str) -> Entry | None:
        """The results of a node, if all of them are there and whole; a damaged entry is removed."""
        folder = self.root / fingerprint
        try:
            meta = json.loads((folder / META).read_text())
        except (OSError, ValueError):
            return None
        if all(_is_whole(folder / name, size) for name, size in meta["files"].items()):
            with suppress(OSError):
                (folder / META).touch()  # least recently used goes first
            return Entry(folder, meta)
        shutil.rmtree(folder, ignore_errors=True)
        return None

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """A private folder to write results into; removed at the end, whatever happens."""
        folder = self.root / f".writing-{uuid4().hex}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, fingerprint: str, folder: Path, meta: Mapping[str, Any]) -> Entry:
        """Move written results into place; if another worker was first, its results count."""
        files = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
        (folder / META).write_text(json.dumps({**meta, "files": files}))
        place = self.root / fingerprint
        try:
            folder.rename(place)
        except OSError:
            found = self.get(fingerprint)
            if found is not None:
                return found
            shutil.rmtree(place, ignore_errors=True)
            folder.rename(place)
        return Entry(place, {**meta, "files": files})

    def clear(self) -> int:
        """Delete everything.

        Returns
        -------
        int
            Bytes freed.
        """
        freed = sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())
        for folder in self.root.iterdir():
            shutil.rmtree(folder, ignore_errors=True)
        return freed


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
