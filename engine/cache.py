"""Results by fingerprint: written beside, renamed into place, checked on reading; may be deleted at any time."""

import hashlib
import json
import os
import shutil
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from engine.errors import DamagedInput

Stamp = tuple[int, int, int]
"""A file's inode, its size in bytes and the time of its last change: what differs when it was written to."""

META = "meta.json"
PRIVATE = (".writing-", ".spill-")
SEARCH = ".search-"
"""Before the fingerprint of a node whose search has not come to its end."""
SEARCH_SECONDS = 7 * 24 * 3600
"""After so long, a search is not gone on with."""
ABANDONED_SECONDS = 24 * 3600
"""After so long, a private folder of another machine's process counts as left behind."""
IN_USE_SECONDS = 3600
"""What was read within this time is not taken away to make room."""


@dataclass(frozen=True)
class Entry:
    """One node's kept results."""

    folder: Path
    meta: Mapping[str, Any]

    def path(self, port: str) -> Path:
        """The Parquet file of a table output."""
        return self.folder / f"{port}.parquet"

    def has(self, ports: Iterable[str]) -> bool:
        """Whether these table outputs were written."""
        return all(f"{port}.parquet" in self.meta["files"] for port in ports)


class Cache:
    """A folder of results.

    Parameters
    ----------
    root
        Created when missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._verified: dict[Path, Stamp] = {}
        self._watched: dict[Path, Stamp] = {}
        root.mkdir(parents=True, exist_ok=True)

    def get(self, fingerprint: str) -> Entry | None:
        """The results of a node, if all of them are there and unchanged; a damaged entry is removed.

        Every file is read once per process and compared with its sha256: about a second per gigabyte.
        """
        folder = self.root / fingerprint
        try:
            meta = _unsealed(json.loads((folder / META).read_text()))
            is_whole = all(self._is_whole(folder / name, wanted) for name, wanted in meta["files"].items())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            is_whole = False
        if not is_whole:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        with suppress(OSError):
            (folder / META).touch()  # least recently used goes first
        return Entry(folder, meta)

    def holds(self, fingerprint: str, ports: Iterable[str]) -> bool:
        """Whether these table outputs of a node seem to be there: a look at their names, for plans; nothing is read."""
        folder = self.root / fingerprint
        return all((folder / name).is_file() for name in (META, *(f"{port}.parquet" for port in ports)))

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """A private folder to write results into; removed at the end, whatever happens."""
        folder = self.root / private_name(".writing-")
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def watch(self, paths: Iterable[Path]) -> None:
        """Begin a run that reads these files: once one of them, or of the results it uses, changes, nothing is kept."""
        self._watched = {path: _stamp(path) for path in paths}

    def keep(self, fingerprint: str, folder: Path, meta: Mapping[str, Any]) -> Entry:
        """Move written results into place.

        If another worker was first, its results count, and files that it did not need are added to them: equal
        fingerprints have equal results.

        Raises
        ------
        DamagedInput
            When a file has changed since it was verified, which these results may have been computed from.
        """
        self._check_inputs()
        files = {path.name: digest(path) for path in sorted(folder.iterdir())}
        kept = {**meta, "files": files}
        (folder / META).write_text(_sealed(kept))
        place = self.root / fingerprint
        with suppress(OSError):
            folder.rename(place)
            self._watched |= {place / name: _stamp(place / name) for name in files}
            return Entry(place, kept)
        found = self.get(fingerprint)
        if found is not None:
            return _completed(found, folder, files)
        shutil.rmtree(place, ignore_errors=True)
        folder.rename(place)
        return Entry(place, kept)

    def count(self, entry: Entry, rows: Mapping[str, int]) -> None:
        """Add row counts that became known later to a kept result."""
        meta = {**entry.meta, "rows": {**entry.meta["rows"], **rows}}
        with suppress(OSError):  # deleted meanwhile: then nothing is lost but a count
            _describe(entry.folder, meta)

    def sweep(self) -> None:
        """Remove what killed processes left behind."""
        for prefix in PRIVATE:
            for folder in self.root.glob(f"{prefix}*"):
                if _is_abandoned(folder):
                    shutil.rmtree(folder, ignore_errors=True)

        for folder in self.root.glob(f"{SEARCH}*"):
            with suppress(OSError):
                if folder.stat().st_mtime < time.time() - SEARCH_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)

    def search(self, fingerprint: str) -> Path:
        """Where the trials of a node's search are written until it ends; made by whoever writes there."""
        return self.root / f"{SEARCH}{fingerprint}"

    def trim(self, most_bytes: int) -> int:
        """Delete the least recently used results until the rest fits; what was just used stays.

        Returns
        -------
        int
            Bytes freed.
        """
        entries = sorted(self._entries(), key=lambda entry: entry[0])
        excess = sum(size for _, size, _ in entries) - most_bytes
        freed = 0
        for used, size, folder in entries:
            if freed >= excess or used > time.time() - IN_USE_SECONDS:
                break
            shutil.rmtree(folder, ignore_errors=True)
            freed += size
        return freed

    def clear(self) -> int:
        """Delete everything that no running process is writing.

        Returns
        -------
        int
            Bytes freed.
        """
        self.sweep()
        for folder in self.root.glob(f"{SEARCH}*"):
            shutil.rmtree(folder, ignore_errors=True)
        entries = list(self._entries())
        for _, _, folder in entries:
            shutil.rmtree(folder, ignore_errors=True)
        return sum(size for _, size, _ in entries)

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        """When each entry was last used, its size in bytes, its folder."""
        with suppress(FileNotFoundError):  # the root itself may be deleted
            for folder in self.root.iterdir():
                if not folder.name.startswith("."):
                    with suppress(OSError):
                        yield (folder / META).stat().st_mtime, bytes_in(folder), folder

    def _check_inputs(self) -> None:
        altered = [path for path, seen in list(self._watched.items()) if _has_changed(path, seen)]
        # Another worker may have put an equal result in its place.
        changed = [path for path in altered if path.parent.parent != self.root or self.get(path.parent.name) is None]
        if changed:
            raise DamagedInput(
                f"{changed[0]} was changed while it was read, so this result is not kept.",
                hint="Run it again: a damaged result is computed anew; a damaged dataset must be restored or imported.",
            )

    def _is_whole(self, path: Path, wanted: str) -> bool:
        seen = _stamp(path)
        if self._verified.get(path) != seen:
            if digest(path) != wanted:
                return False
            self._verified[path] = seen
        self._watched[path] = seen
        return True


def private_name(prefix: str) -> str:
    """A name that tells which process it belongs to."""
    return f"{prefix}{socket.gethostname()}-{os.getpid()}-{uuid4().hex}"


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _has_changed(path: Path, seen: Stamp) -> bool:
    """Whether other bytes are in a file; one that is gone was not read, or read as it was."""
    try:
        return _stamp(path) != seen
    except OSError:
        return False


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bytes_in(folder: Path) -> int:
    """How much the files of a folder take."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _completed(found: Entry, folder: Path, files: Mapping[str, str]) -> Entry:
    missing = [name for name in files if name not in found.meta["files"]]
    if not missing:
        return found
    meta = {**found.meta, "files": {**found.meta["files"], **{name: files[name] for name in missing}}}
    for name in missing:
        (folder / name).replace(found.folder / name)
    _describe(found.folder, meta)
    return Entry(found.folder, meta)


def _describe(folder: Path, meta: Mapping[str, Any]) -> None:
    """Replace a description as a whole: another worker may read it at any time."""
    fresh = folder / private_name(".meta-")
    fresh.write_text(_sealed(meta))
    fresh.replace(folder / META)


def _sealed(meta: Mapping[str, Any]) -> str:
    text = json.dumps(meta)
    return json.dumps({"meta": text, "sha256": hashlib.sha256(text.encode()).hexdigest()})


def _unsealed(document: Mapping[str, Any]) -> dict[str, Any]:
    text = document["meta"]
    if hashlib.sha256(text.encode()).hexdigest() != document["sha256"]:
        raise ValueError("The description of a kept result was changed.")
    meta: dict[str, Any] = json.loads(text)
    return meta


def _is_alive(pid: int) -> bool:
    """Whether a process can still write; one that has ended stays listed until its parent asks for it."""
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def _is_abandoned(folder: Path) -> bool:
    host, _, rest = folder.name.removeprefix(".writing-").removeprefix(".spill-").rpartition("-")[0].rpartition("-")
    try:
        if host == socket.gethostname() and rest.isdigit():
            return not _is_alive(int(rest))
        return folder.stat().st_mtime < time.time() - ABANDONED_SECONDS
    except OSError:
        return False
