"""What a person names as the origin of a dataset."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from engine.errors import DataError
from engine.sources.elsewhere import ObjectSource, PathSource, QuerySource, TableSource


class _Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSource(_Source):
    """One file of this machine.

    Parameters
    ----------
    filename
        What people call it, where the path is one of ours.
    """

    kind: Literal["file"] = "file"
    path: Path
    filename: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """Where the rows came from, in the words of the dataset's page."""
        return {"file": self.called}

    @property
    def called(self) -> str:
        """What a dataset of it could be called."""
        return self.filename or self.path.name


class UrlSource(_Source):
    """A file of the web, fetched at each import."""

    kind: Literal["url"] = "url"
    url: str = Field(max_length=2_000)

    @property
    def told(self) -> dict[str, Any]:
        """Where the rows came from, in the words of the dataset's page."""
        parts = urlsplit(self.url)
        # What follows the question mark may be a signature that lets anybody in.
        return {"address": parts._replace(query="…" if parts.query else "", fragment="").geturl()}

    @property
    def called(self) -> str:
        """What a dataset of it could be called."""
        return Path(urlsplit(self.url).path).name or "data"


def _shared_beginning(names: Sequence[str]) -> str:
    """What all names begin with.

    >>> _shared_beginning(["sales_01.csv", "sales_02.csv"])
    'sales_0'
    """
    letters = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letter for letter, *_ in letters)


class FilesSource(_Source):
    """Several files that become one table, matched by the names of their columns.

    Parameters
    ----------
    files
        The files themselves, in order.
    folder, pattern
        Or all files of a folder whose names fit: ``*.csv``, ``**/2024-*.parquet``.
    name_column
        A column that tells of each row which file it came from; None for none.
    """

    kind: Literal["files"] = "files"
    files: tuple[FileSource, ...] = Field(default=(), max_length=10_000)
    folder: Path | None = None
    pattern: str = Field(default="*", min_length=1, max_length=200)
    name_column: str | None = Field(default=None, min_length=1, max_length=200)

    @property
    def told(self) -> dict[str, Any]:
        """Where the rows came from, in the words of the dataset's page."""
        if self.folder is not None:
            return {"folder": str(self.folder), "pattern": self.pattern}
        return {"files": [file.called for file in self.files]}

    @property
    def called(self) -> str:
        """What a dataset of it could be called."""
        if self.folder is not None:
            return self.folder.name
        shared = _shared_beginning([file.called for file in self.files]).rstrip("-_. 0123456789")
        return shared or (self.files[0].called if self.files else "files")


DataSource = Annotated[
    FileSource | FilesSource | UrlSource | PathSource | TableSource | QuerySource | ObjectSource,
    Field(discriminator="kind"),
]
_ANY: TypeAdapter[DataSource] = TypeAdapter(DataSource)


def read_source(document: Mapping[str, Any]) -> DataSource:
    """A source from its JSON document.

    Raises
    ------
    DataError
        When it is none.
    """
    try:
        return _ANY.validate_python(dict(document))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise DataError(f"The source cannot be read: {name}: {first['msg']}.", hint="Choose it again.") from error
