"""The table that is looked at: Parquet files, or an Arrow table, in a private DuckDB."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from engine.errors import DataError, UnknownColumn

_WIDE = 200
MEMORY_MB = 2_000
RESERVED_PREFIX = "__cb_"
_SEED = 7
_LOTS = 1_000_000
"""Into how many lots rows are drawn, of which a sample takes the first."""

Tabular: TypeAlias = Sequence[Path] | pa.Table


@dataclass(frozen=True)
class Source:
    """An open relation: its SQL name, and its columns with DuckDB's types, reserved ones left out."""

    connection: duckdb.DuckDBPyConnection
    table: Tabular
    relation: str
    columns: dict[str, str]
    wide: Any = None
    memory_mb: int = MEMORY_MB

    def another(self) -> "Source":
        """The same relation on a connection of its own, for another thread."""
        connection = self.connection.cursor()
        return replace(self, connection=connection, relation=_relation(connection, self.table))

    def narrowed(self, columns: Sequence[str]) -> str:
        """Name a relation of a few columns: where there are thousands, DuckDB takes long to bind them all."""
        if len(self.columns) <= _WIDE:
            return self.relation
        fields = [self.wide.schema.field(name) for name in columns]
        narrow = self.wide.replace_schema(pa.schema(fields)) if isinstance(self.wide, ds.Dataset) else self.wide
        name = f"narrow_{next(_numbers)}"
        self.connection.register(name, narrow if isinstance(narrow, ds.Dataset) else narrow.select(columns))
        return name

    def one(self, query: str, *values: Any) -> tuple[Any, ...]:
        """Run a query of one row."""
        return self.connection.execute(query, values or None).fetchone() or ()

    def sample(self, rows: int, most: int, columns: Sequence[str]) -> pa.Table:
        """Draw about `most` of `rows` rows from all over the table, the same every time."""
        if isinstance(self.table, pa.Table):
            drawn = np.random.default_rng(_SEED).permutation(rows)[:most] if rows > most else np.arange(rows)
            return self.table.select(list(columns)).take(pa.array(np.sort(drawn)))
        if len(self.columns) > _WIDE and rows > most:
            return self._first_rows(most, columns)
        lot = f"WHERE hash(file_row_number + {_SEED}) % {_LOTS} < {_LOTS * most // rows}" if rows > most else ""
        chosen = ", ".join(map(identifier, columns))
        # A few rows more than asked for may fall into the lots.
        return self.connection.execute(f"SELECT {chosen} FROM {self.relation} {lot}").to_arrow_table()  # noqa: S608

    def _first_rows(self, most: int, columns: Sequence[str]) -> pa.Table:
        """Rows of a table so wide that drawing them one by one takes long."""
        return self.wide.head(most, columns=list(columns))


_numbers = count()


@contextmanager
def opened(table: Tabular, columns: Sequence[str] | None = None, memory_mb: int = MEMORY_MB) -> Iterator[Source]:
    """Open a table for queries; only `columns`, where they are given.

    Raises
    ------
    UnknownColumn
        Where a column is not there, with those that are.
    DataError
        Where a file cannot be read.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{memory_mb}MB",
    }
    with duckdb.connect(":memory:", config=config) as connection:
        try:
            relation = _relation(connection, table)
            described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608
        except duckdb.Error as error:
            raise DataError("The table's files cannot be read.", hint="Import the data again.") from error
        present = {name: kind for name, kind, *_ in described if not name.startswith(RESERVED_PREFIX)}
        wide = table if isinstance(table, pa.Table) else ds.dataset(list(map(str, table)))
        yield Source(connection, table, relation, _chosen(present, columns), wide, memory_mb)


def identifier(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _relation(connection: duckdb.DuckDBPyConnection, table: Tabular) -> str:
    if isinstance(table, pa.Table):
        connection.register("profiled", table)
        return "profiled"
    paths = [str(Path(path)).replace("'", "''") for path in table]
    return "read_parquet([" + ", ".join(f"'{path}'" for path in paths) + "])"


def _chosen(present: dict[str, str], wanted: Sequence[str] | None) -> dict[str, str]:
    if wanted is None:
        return present
    for name in wanted:
        if name not in present:
            shown = ", ".join(list(present)[:20])
            raise UnknownColumn(f"There is no column {name!r}.", hint=f"There are: {shown}.", field=name)
    return {name: present[name] for name in wanted}
