"""Rows of a database."""

from typing import Annotated

from pydantic import Field

from components.base import Source, Spec
from components.base.outside import DatabaseRows
from components.params import Params, Widget


class DatabaseQueryParams(Params):
    connection: Annotated[str, Widget(options="connections"), Field(min_length=1, max_length=200)]
    """The name of a connection; ``canvasback connection add`` makes one."""
    sql: Annotated[
        str, Widget("paragraph", placeholder="SELECT * FROM customers"), Field(min_length=1, max_length=50_000)
    ]
    """One SELECT, in the words of that database."""


class DatabaseQuery(Source[DatabaseQueryParams]):
    """Asks a database, in a transaction that cannot write, and keeps the answer for this run.

    The query is looked through first: one SELECT, no functions beyond those known. It is asked anew in every run; what
    comes after it is computed again only where the answer has changed. Types are those of the columns; SQLite and
    MySQL do not tell them, there the first 1,000 rows do.

    When: the data live in a database and the newest are wanted. Serving: replaced by the records of a request.
    Source: SQLAlchemy; SQLite, PostgreSQL or MySQL.
    """

    spec = Spec(
        key="database_query",
        title="Database query",
        category="sources",
        icon="cloud_download",
        about="Asks a database; anew in every run.",
        words=(
            "sql",
            "postgres",
            "mysql",
            "mariadb",
            "warehouse",
            "db reader",
            "read sql",
            "table",
            "connection",
            "odbc",
            "jdbc",
        ),
        inputs=(),
        example={"connection": "shop", "sql": "SELECT * FROM customers"},
    )

    def table(self) -> DatabaseRows:
        return DatabaseRows(self.params.connection, self.params.sql)
