"""Which rows came, went or changed between two versions of a dataset, and which of their cells."""

# ruff: noqa: S608  (names are quoted, and values are our own)

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from engine.versions.as_written import as_written
from engine.versions.row_ids import comparable
from engine.versions.scratch import files_as_rows, identifier, text
from storage.table_rules import ROW_ID

LEFT, RIGHT = "__cb_left", "__cb_right"
"""Columns of our own; nobody else's may be called so."""
MOST_SHOWN = 10_000
"""Rows, or cells, of each kind that are kept to look at."""


@dataclass(frozen=True)
class Side:
    """One of the two versions.

    Parameters
    ----------
    paths
        The files that the other one does not list; rows in the same file are the same rows.
    rows
        How many these files hold.
    """

    paths: Sequence[Path]
    rows: int
    schema: pa.Schema

    @property
    def relation(self) -> str:
        """Its rows, as a relation of SQL."""
        if self.paths:
            return files_as_rows(self.paths)
        columns = ", ".join(f"NULL::BIGINT AS {identifier(name)}" for name in self.schema.names)
        return f"(SELECT {columns} WHERE false)"


@dataclass(frozen=True)
class RowCounts:
    """How many rows of each kind there are; `cells` counts the changed ones of each column."""

    added: int
    removed: int
    changed: int
    cells: dict[str, int]


class RowChanges:
    """Compares two versions row by row: by a key, or by the ids that unchanged rows keep."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, left: Side, right: Side, key: Sequence[str]) -> None:
        self._connection = connection
        self._left, self._right, self._key = left, right, key
        self._alike = comparable(left.schema, right.schema)
        both = [name for name in right.schema.names if name in left.schema.names and name != ROW_ID]
        schemas = (left.schema, right.schema)
        self._both = {
            name: self._alike.get(name) or as_written(name, [schema.field(name).type for schema in schemas])
            for name in both
        }

    def count(self) -> RowCounts:
        """Pair the rows and compare their cells."""
        self._do(f"CREATE TEMP TABLE pairs AS {self._pairs()}")
        pairs = self._number("SELECT count(*) FROM pairs")
        flags = [f"l.c{at} IS DISTINCT FROM r.c{at} AS d{at}" for at in range(len(self._both))]
        self._do(
            f"CREATE TEMP TABLE changed AS SELECT * FROM (SELECT {LEFT}, {RIGHT}, {', '.join([*flags, 'false AS d'])} "
            f"FROM pairs JOIN {self._compared(self._left)} l ON l.id = {LEFT} "
            f"JOIN {self._compared(self._right)} r ON r.id = {RIGHT}) WHERE {self._any_flag()}"
        )
        sums = ", ".join(["count(*)", *(f"coalesce(sum(d{at}::INT), 0)" for at in range(len(self._both)))])
        changed, *cells = self._do(f"SELECT {sums} FROM changed").fetchone()
        by_column = {name: int(cell) for name, cell in zip(self._both, cells, strict=True)}
        return RowCounts(self._right.rows - pairs, self._left.rows - pairs, int(changed), by_column)

    def keep(self, folder: Path, counts: RowCounts) -> None:
        """Write some rows of each kind into files: ``added``, ``removed``, and the cells that ``changed``."""
        self._keep_rows(self._right, RIGHT, folder / "added.parquet")
        self._keep_rows(self._left, LEFT, folder / "removed.parquet")
        self._keep_cells([name for name, cells in counts.cells.items() if cells], folder / "changed.parquet")

    def _pairs(self) -> str:
        if not self._key:
            return (
                f"SELECT l.{ROW_ID} AS {LEFT}, r.{ROW_ID} AS {RIGHT} FROM {self._left.relation} l "
                f"JOIN {self._right.relation} r ON l.{ROW_ID} = r.{ROW_ID}"
            )
        same = " AND ".join(f"l.k{at} IS NOT DISTINCT FROM r.k{at}" for at in range(len(self._key)))
        left, right = self._keyed(self._left), self._keyed(self._right)
        return f"SELECT l.id AS {LEFT}, r.id AS {RIGHT} FROM {left} l JOIN {right} r ON {same} AND l.n = r.n"

    def _keyed(self, side: Side) -> str:
        """The keys of a version; the first row of a key that repeats is the first one there, too."""
        columns = [self._both[name] for name in self._key]
        named = ", ".join(f"{column} AS k{at}" for at, column in enumerate(columns))
        numbered = f"row_number() OVER (PARTITION BY {', '.join(columns)} ORDER BY {ROW_ID}) AS n"
        return f"(SELECT {ROW_ID} AS id, {named}, {numbered} FROM {side.relation})"

    def _compared(self, side: Side) -> str:
        cells = [f"{column} AS c{at}" for at, column in enumerate(self._both.values())]
        return f"(SELECT {', '.join([f'{ROW_ID} AS id', *cells])} FROM {side.relation})"

    def _any_flag(self) -> str:
        return " OR ".join(["d", *(f"d{at}" for at in range(len(self._both)))])

    def _keep_rows(self, side: Side, called: str, path: Path) -> None:
        names = [name for name in side.schema.names if name != ROW_ID]
        if not side.paths:
            pq.write_table(pa.schema([side.schema.field(name) for name in names]).empty_table(), path)
            return
        columns = ", ".join(identifier(name) for name in names)
        query = (
            f"SELECT {columns} FROM {side.relation} ANTI JOIN pairs ON {called} = {ROW_ID} "
            f"ORDER BY {ROW_ID} LIMIT {MOST_SHOWN}"
        )
        self._copy(query, path)

    def _keep_cells(self, names: Sequence[str], path: Path) -> None:
        """One line for each cell that changed: its row, its column, and what it was and is."""
        key = ", ".join(f"CAST(r.{identifier(name)} AS VARCHAR)" for name in self._key)
        row = f"concat_ws(' · ', {key})" if self._key else f"CAST(r.{ROW_ID} AS VARCHAR)"
        flags = {name: f"d{at}" for at, name in enumerate(self._both)}
        cells = [
            f'SELECT {RIGHT} AS id, {at} AS place, {row} AS "Row", {text(name)} AS "Column", '
            f'CAST(l.{identifier(name)} AS VARCHAR) AS "Before", CAST(r.{identifier(name)} AS VARCHAR) AS "After" '
            f"FROM (SELECT {LEFT}, {RIGHT} FROM changed WHERE {flags[name]} ORDER BY {RIGHT} LIMIT {MOST_SHOWN}) "
            f"JOIN {self._left.relation} l ON l.{ROW_ID} = {LEFT} JOIN {self._right.relation} r ON r.{ROW_ID} = {RIGHT}"
            for at, name in enumerate(names)
        ]
        if not cells:
            pq.write_table(pa.table({name: pa.array([], pa.string()) for name in CELL_COLUMNS}), path)
            return
        columns = ", ".join(identifier(name) for name in CELL_COLUMNS)
        self._copy(f"SELECT {columns} FROM ({' UNION ALL '.join(cells)}) ORDER BY id, place LIMIT {MOST_SHOWN}", path)

    def _copy(self, query: str, path: Path) -> None:
        self._do(f"COPY ({query}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)")

    def _number(self, query: str) -> int:
        return int(self._do(query).fetchone()[0])

    def _do(self, statement: str) -> Any:
        return self._connection.execute(statement)


CELL_COLUMNS = ("Row", "Column", "Before", "After")
