"""What a dataset version consists of: its columns and its files, with a hash of each."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, Self, TypeVar

T = TypeVar("T")


class VersionRow(Protocol):
    """Whatever has the fields of a manifest as JSON: a `schema.DatasetVersion`."""

    @property
    def files(self) -> Any: ...
    @property
    def columns(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Column:
    """A column as people see it; `type` is Arrow's name (``int64``, ``float64``, ``string``, ``timestamp[us]``)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class File:
    """One immutable Parquet file; `path` is relative to the folder of datasets."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of one dataset version.

    Attributes
    ----------
    rows, bytes : totals over `files`.
    sha256 : hash over columns and the files' hashes: equal content in equal files gives an equal hash.
    """

    rows: int
    bytes: int
    sha256: str
    files: tuple[File, ...]
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, columns: Sequence[Column], files: Sequence[File]) -> Self:
        """Make the manifest of these files, in this order."""
        return cls(
            rows=sum(file.rows for file in files),
            bytes=sum(file.bytes for file in files),
            sha256=_sha256(columns, files),
            files=tuple(files),
            columns=tuple(columns),
        )

    @classmethod
    def from_version(cls, version: VersionRow) -> Self:
        """Read the manifest back from its row."""
        return cls.of(_read(Column, version.columns), _read(File, version.files))

    def appended(self, more: "Manifest") -> Self:
        """Return the manifest of a version that lists these files and then those of `more`."""
        return self.of(self.columns, [*self.files, *more.files])

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain values, as the columns of `schema.DatasetVersion`."""
        return {
            "rows": self.rows,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "files": [asdict(file) for file in self.files],
            "columns": [asdict(column) for column in self.columns],
        }


def _read(kind: Callable[..., T], items: Sequence[Mapping[str, Any]]) -> list[T]:
    return [kind(**item) for item in items]


def _sha256(columns: Sequence[Column], files: Sequence[File]) -> str:
    lines = [f"{column.name!r} {column.type}" for column in columns] + [f"{file.rows} {file.sha256}" for file in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
