"""Which row of a new table is which row of the version before it: a row that stays keeps its id.

Rows are the same when all their cells are: the first of equal rows is the first of them in the version before, the
second the second, and so on. What is left over may be the same row with other cells, where a key names it.
"""

# ruff: noqa: S608  (names are quoted, and values are our own)

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.versions.arrow_kinds import is_number, is_text
from engine.versions.scratch import files_as_rows, identifier
from storage.table_rules import ROW_ID

Ids = npt.NDArray[np.int64]
BATCH_ROWS = 122_880
OLD, NEW, SAME = "__cb_old", "__cb_new", "__cb_same"
"""Columns of our own; nobody else's may be called so."""


@dataclass(frozen=True)
class Matched:
    """What became of the rows of a version.

    Parameters
    ----------
    gone
        Ids of rows that are not in the new table as they were: removed or changed; ascending.
    fresh
        Places, in the new table, of rows that have no id yet; ascending.
    changed
        How many rows keep their id though not their cells.
    repeated
        How many rows of the new table share their key with another one.
    """

    gone: Ids
    fresh: Ids
    changed: int = 0
    repeated: int = 0


class RowMatcher:
    """Finds the rows of a version in a new table.

    Parameters
    ----------
    old
        The files of the version; `ROW_ID` is the id.
    new
        The file of the new table; `ROW_ID` is a row's place in it.
    compared
        What `comparable` says of their columns.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, old: Sequence[Path], new: Path, compared: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._old, self._new = files_as_rows(old), files_as_rows([new])
        self._compared = compared
        self._do(f"CREATE TEMP TABLE pairs ({OLD} BIGINT, {NEW} BIGINT, {SAME} BOOLEAN)")

    def match(self, key: Sequence[str] = ()) -> Matched:
        """Pair the rows, those that are equal first, then those that have the same key."""
        if self._compared:
            self._pair(list(self._compared.values()), is_same=True)
        if key:
            self._pair([self._compared[name] for name in key], is_same=False)
        same = f"(SELECT {OLD} FROM pairs WHERE {SAME})"
        return Matched(
            gone=self._ids(f"SELECT {ROW_ID} FROM {self._old} ANTI JOIN {same} ON {OLD} = {ROW_ID}"),
            fresh=self._ids(f"SELECT {ROW_ID} FROM {self._new} ANTI JOIN pairs ON {NEW} = {ROW_ID}"),
            changed=self._number(f"SELECT count(*) FROM pairs WHERE NOT {SAME}"),
            repeated=self._repeated(key) if key else 0,
        )

    def numbered(self, names: Sequence[str], first_free: int) -> Iterator[pa.RecordBatch]:
        """The rows of the new table with their ids, in the order of these; sorted on disk where memory ends."""
        columns = ", ".join(f"new.{identifier(name)}" for name in names)
        self._do(
            f"CREATE TEMP TABLE given AS SELECT {NEW}, {OLD} FROM pairs UNION ALL "
            f"SELECT {ROW_ID}, {first_free} - 1 + row_number() OVER (ORDER BY {ROW_ID}) "
            f"FROM {self._new} ANTI JOIN pairs ON {NEW} = {ROW_ID}"
        )
        yield from self._do(
            f"SELECT {columns}, given.{OLD} AS {ROW_ID} FROM {self._new} new JOIN given ON given.{NEW} = new.{ROW_ID} "
            f"ORDER BY given.{OLD}"
        ).to_arrow_reader(BATCH_ROWS)

    def _pair(self, columns: Sequence[str], *, is_same: bool) -> None:
        """Candidates by a hash and a count of its occurrences, which are narrow; then their cells are compared."""
        old, new = self._counted(self._old, columns, OLD), self._counted(self._new, columns, NEW)
        cells = " AND ".join(f"old.cell_{at} IS NOT DISTINCT FROM new.cell_{at}" for at in range(len(columns)))
        given = ", ".join(f"{column} AS cell_{at}" for at, column in enumerate(columns))
        self._do(
            f"INSERT INTO pairs WITH candidates AS (SELECT {OLD}, {NEW} FROM ({old}) JOIN ({new}) USING (h, n)) "
            f"SELECT {OLD}, {NEW}, {is_same} FROM candidates "
            f"JOIN (SELECT {ROW_ID}, {given} FROM {self._new}) new ON new.{ROW_ID} = {NEW} "
            f"JOIN (SELECT {ROW_ID}, {given} FROM {self._old}) old ON old.{ROW_ID} = {OLD} WHERE {cells}"
        )

    def _counted(self, rows: str, columns: Sequence[str], called: str) -> str:
        """The rows that have no partner yet: their hash, and which of the rows with this hash they are."""
        hashed = f"SELECT {ROW_ID} AS {called}, hash({', '.join(columns)}) AS h FROM {rows}"
        left = f"SELECT * FROM ({hashed}) ANTI JOIN pairs USING ({called})"
        return f"SELECT {called}, h, row_number() OVER (PARTITION BY h ORDER BY {called}) AS n FROM ({left})"

    def _repeated(self, key: Sequence[str]) -> int:
        columns = ", ".join(self._compared[name] for name in key)
        counts = f"SELECT count(*) AS {SAME} FROM {self._new} GROUP BY {columns} HAVING {SAME} > 1"
        return self._number(f"SELECT coalesce(sum({SAME}), 0) FROM ({counts})")

    def _ids(self, query: str) -> Ids:
        found = self._do(f"SELECT * FROM ({query}) ORDER BY 1").fetchnumpy()
        return np.asarray(next(iter(found.values())), dtype=np.int64)

    def _number(self, query: str) -> int:
        return int((self._do(query).fetchone() or (0,))[0])

    def _do(self, statement: str) -> Any:
        return self._connection.execute(statement)


def comparable(old: pa.Schema, new: pa.Schema) -> dict[str, str]:
    """The columns that both tables have and whose cells can be equal, with what is compared of them, in SQL.

    A column of another type is left out, but for whole numbers that became numbers, or the other way round.
    """
    found = {}
    for field in new:
        at = old.get_field_index(field.name)
        if field.name == ROW_ID or at < 0:
            continue
        before = old.field(at).type
        if before == field.type or (is_text(before) and is_text(field.type)):
            found[field.name] = identifier(field.name)
        elif is_number(before) and is_number(field.type):
            found[field.name] = f"CAST({identifier(field.name)} AS DOUBLE)"
    return found
