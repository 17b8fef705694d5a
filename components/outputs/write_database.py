"""Write rows into a database."""

from typing import Annotated, Literal

import ibis.expr.types as ir
from pydantic import Field, field_validator

from components.base import Output, Spec
from components.base.output import WriteDatabase as Deed
from components.outputs.leaving import LeavingParams, leaving
from components.params import Widget


class WriteDatabaseParams(LeavingParams):
    connection: Annotated[str, Widget(options="connections"), Field(min_length=1, max_length=200)]
    """The name of a connection that may write; ``canvasback connection add --allow-writes`` makes one."""
    table: Annotated[str, Field(min_length=1, max_length=63)]
    """The table; made where there is none of this name."""
    mode: Literal["append", "replace", "fail"] = "fail"
    """Where the table is there: add the rows, put them in its place, or stop the run."""
    folder: Annotated[str, Field(max_length=63), Widget(advanced=True)] = ""
    """The schema of the database that the table is in; its usual one where this is empty."""

    @field_validator("table", "folder")
    @classmethod
    def _can_be_seen(cls, name: str) -> str:
        if name and (not name.strip() or not name.isprintable()):
            raise ValueError("a name has letters, and no line breaks or control characters")
        return name


class WriteDatabase(Output[WriteDatabaseParams]):
    """Writes the rows into a table of a database: all of them in one transaction, or none.

    Every run writes: a run that appends twice appends twice. Names are quoted, values are handed over apart from the
    statement. Connections write only where that was said when they were added.

    When: another program takes the result from a database. Serving: not part of an endpoint. Source: SQL ``INSERT``.
    """

    spec = Spec(
        key="write_database",
        title="Write to database",
        category="outputs",
        icon="database_upload",
        about="Writes the rows into a table of a database.",
        words=("to sql", "database writer", "insert", "postgres", "db writer", "upload"),
        outputs=(),
        serving="training_only",
        example={"connection": "shop", "table": "prepared"},
    )

    def table(self, *tables: ir.Table) -> ir.Table:
        return leaving(tables[0], self.params.columns)

    def deed(self) -> Deed:
        return Deed(self.params.connection, self.params.table, self.params.mode, self.params.folder)
