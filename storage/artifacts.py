"""Bytes by their hash: model files, reports, golden rows."""

import hashlib
import os
import re
import shutil
from pathlib import Path

from storage.disk import inside, sha256_of, sync_folder, temporary_name, writing
from storage.errors import DamagedFile, NotFound

_SHA256 = re.compile(r"[0-9a-f]{64}")


class ArtifactStore:
    """Content-addressed files, ``<root>/<first two digits>/<sha256>``; equal bytes are kept once.

    Parameters
    ----------
    root : a folder; made when it is missing.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put_bytes(self, data: bytes) -> str:
        """Keep `data`; returns its sha256."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        if not self._intact(target, sha256):
            with writing(target):
                temporary = self._temporary(target)
                try:
                    temporary.write_bytes(data)
                    self._publish(temporary, target)
                finally:
                    temporary.unlink(missing_ok=True)
        return sha256

    def put_file(self, source: Path | str) -> str:
        """Keep a copy of a file; returns its sha256."""
        # Opened first: that the source is gone is not a fault of this store.
        with Path(source).open("rb") as bytes_of, writing(self.root):
            temporary = self.root / temporary_name()
            try:
                with temporary.open("wb") as copy:
                    shutil.copyfileobj(bytes_of, copy)
                sha256 = sha256_of(temporary)
                target = self.path(sha256)
                if not self._intact(target, sha256):
                    target.parent.mkdir(exist_ok=True, mode=0o700)
                    self._publish(temporary, target)
            finally:
                temporary.unlink(missing_ok=True)
        return sha256

    def get_bytes(self, sha256: str, name: str = "") -> bytes:
        """Return the bytes with this hash.

        Parameters
        ----------
        name
            What people call the file, for when it cannot be read.

        Raises
        ------
        NotFound, DamagedFile
            if they are not there, or are not what was put there.
        """
        data = self.open_path(sha256, name).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(self.path(sha256), name)
        return data

    def verify(self, sha256: str, name: str = "") -> Path:
        """Return the path of an artifact whose bytes were checked, for libraries that open files themselves."""
        path = self.open_path(sha256, name)
        if sha256_of(path) != sha256:
            raise _damaged(path, name)
        return path

    def open_path(self, sha256: str, name: str = "") -> Path:
        """Return the path of an artifact that exists; its bytes are not checked."""
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound(f"{_called(name)} is missing", hint=_remedy(path))
        return path

    def path(self, sha256: str) -> Path:
        """Return where an artifact with this hash belongs."""
        if not _SHA256.fullmatch(sha256):
            raise NotFound(f"{sha256!r} is not the hash of an artifact")
        return inside(self.root, f"{sha256[:2]}/{sha256}")

    def exists(self, sha256: str) -> bool:
        """Tell whether an artifact is there; not whether it is intact."""
        return self.path(sha256).is_file()

    def remove(self, sha256: str) -> None:
        """Delete an artifact; fine when it is gone already."""
        self.path(sha256).unlink(missing_ok=True)

    def all(self) -> frozenset[str]:
        """Return the hashes of everything kept."""
        return frozenset(path.name for path in self.root.glob("??/*") if _SHA256.fullmatch(path.name))

    def _intact(self, path: Path, sha256: str) -> bool:
        # A damaged copy is replaced, so that putting the bytes again repairs the store.
        return path.is_file() and sha256_of(path) == sha256

    def _temporary(self, target: Path) -> Path:
        target.parent.mkdir(exist_ok=True, mode=0o700)
        return target.parent / temporary_name()

    def _publish(self, temporary: Path, target: Path) -> None:
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o600)
        temporary.replace(target)
        sync_folder(target.parent)


def _damaged(path: Path, name: str) -> DamagedFile:
    return DamagedFile(f"{_called(name)} is damaged: it is not what was kept", hint=_remedy(path))


def _called(name: str) -> str:
    return f"The file {name} of this model" if name else "A file that was kept"


def _remedy(path: Path) -> str:
    place = f"{path.parent.name}/{path.name}"
    return f"Restore it from a backup, or make it again by a run. In the folder of artifacts it is {place}."
