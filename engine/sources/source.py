"""What a person names as the origin of a dataset."""

from collections.abc import Mapping
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


DataSource = Annotated[
    FileSource | UrlSource | PathSource | TableSource | QuerySource | ObjectSource, Field(discriminator="kind")
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
