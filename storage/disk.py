"""Writing to disk so that a file is there completely or not at all, and saying what is wrong when it cannot."""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from storage.errors import DiskFull, NotFound, WriteFailed

# EFBIG is what a process hears at its own file size limit.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
TEMPORARY = ".tmp-"


def temporary_name() -> str:
    return f"{TEMPORARY}{secrets.token_hex(8)}"


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk says while `path` is written into `DiskFull` or `WriteFailed`."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise _explained(error, path) from error


def _explained(error: OSError, path: Path) -> DiskFull | WriteFailed:
    if error.errno in _FULL:
        return DiskFull(
            f"The disk is full: {path} could not be written, {_free(path)} are free",
            hint="Free some space, or let gc remove what nothing needs; what was there before is intact.",
        )
    return WriteFailed(
        f"{path} could not be written: {error.strerror}", hint="Check the disk and the rights of this folder."
    )


def _free(path: Path) -> str:
    folder = next(parent for parent in (path, *path.parents) if parent.exists())
    return f"{shutil.disk_usage(folder).free / 2**20:,.1f} MB"


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def inside(root: Path, relative: str) -> Path:
    """Return ``root / relative``, or raise `NotFound` when that leads outside (``..``, absolute, a symbolic link)."""
    home = root.resolve()
    path = (home / relative).resolve()
    if "\x00" in relative or path == home or not path.is_relative_to(home):
        raise NotFound(f"There is no file {relative!r} here")
    return path


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class HashingFile:
    """A file that knows the hash of what was written into it, whatever the disk made of that."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def closed(self) -> bool:
        return self._file.closed

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._file.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Leave the file open: Parquet's writer closes what it is given, before it was synced."""

    def sha256(self) -> str:
        return self._hash.hexdigest()
