"""Origins that have a place of their own: a folder of the server, a database, an object store."""

from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Elsewhere(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PathSource(_Elsewhere):
    """A file of the server, in a folder that the settings allow; that is checked whenever it is read."""

    kind: Literal["path"] = "path"
    path: Path

    @property
    def told(self) -> dict[str, Any]:
        """Where the rows came from, in the words of the dataset's page."""
        return {"file": str(self.path)}

    @property
    def called(self) -> str:
        """What a dataset of it could be called."""
        return self.path.name


class TableSource(_Elsewhere):
    """All rows of a table or view.

    Parameters
    ----------
    folder
        The schema it is in; the connection's usual one where it is empty.
    """

    kind: Literal["table"] = "table"
    connection: Name
    table: Annotated[str, Field(min_length=1, max_length=500)]
    folder: str = Field(default="", max_length=500)

    @property
    def told(self) -> dict[str, Any]:
        """Where the rows came from, in the words of the dataset's page."""
        folder = {"schema": self.folder} if self.folder else {}
        return {"connection": self.connection, **folder, "table": self.table}

    @property
    def called(self) -> str:
        """What a dataset of it could be called."""
        return self.table


class QuerySource(_Elsewhere):
    """The answer to one SELECT."""

    kind: Literal["query"] = "query"
    connection: Name
    sql: Annotated[str, Field(min_length=1, max_length=50_000)]

    @property
    def told(self) -> dict[str, Any]:
        """Where the rows came from, in the words of the dataset's page."""
        return {"connection": self.connection, "query": self.sql}

    @property
    def called(self) -> str:
        """What a dataset of it could be called."""
        return f"{self.connection}_query"


class ObjectSource(_Elsewhere):
    """An object of a store, or several that hold parts of one table.

    Parameters
    ----------
    key
        One key, a prefix that ends with ``/``, or a pattern with ``*``.
    """

    kind: Literal["object"] = "object"
    connection: Name
    key: Annotated[str, Field(min_length=1, max_length=1_024)]

    @property
    def told(self) -> dict[str, Any]:
        """Where the rows came from, in the words of the dataset's page."""
        return {"connection": self.connection, "object": self.key}

    @property
    def called(self) -> str:
        """What a dataset of it could be called."""
        return PurePosixPath(self.key.replace("*", "")).name or self.connection
