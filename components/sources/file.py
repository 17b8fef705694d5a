"""Rows of a file."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from components.base import Source, Spec
from components.base.outside import FileRows
from components.params import Params


class FileParams(Params):
    path_or_url: Annotated[str, Field(min_length=1, max_length=2_000)]
    """A file of the server, in a folder that its settings allow, or an address of the web (https, http)."""
    format: Literal["auto", "csv", "parquet", "json", "jsonl"] = "auto"
    """What the file is; found out unless it is said."""

    @field_validator("path_or_url")
    @classmethod
    def _can_be_seen(cls, place: str) -> str:
        if not place.strip() or not place.isprintable():
            raise ValueError("a path or address has no line breaks or control characters")
        return place.strip()


class File(Source[FileParams]):
    """Reads a file of the server or of the web, and keeps what it holds for this run.

    It is read anew in every run; what comes after it is computed again only where the file has changed. Import it as a
    dataset to have versions of it. Server paths are readable only in the folders of CANVASBACK_FILE_FOLDERS; addresses
    inside a private network only where CANVASBACK_URL_HOSTS names the host.

    When: a file is replaced by others every day. Serving: replaced by the records of a request.
    Source: the readers of imports (CSV, Parquet, JSON; gzip).
    """

    spec = Spec(
        key="file",
        title="File or address",
        category="sources",
        icon="file_open",
        about="Reads a file of the server or the web; anew in every run.",
        words=(
            "csv",
            "excel",
            "upload",
            "read csv",
            "url",
            "parquet",
            "json",
            "file reader",
            "csv reader",
            "import",
            "open",
            "load",
            "http",
        ),
        inputs=(),
        example={"path_or_url": "/data/customers.csv"},
    )

    def table(self) -> FileRows:
        return FileRows(self.params.path_or_url, self.params.format)
