"""Asking a database of others: one SELECT, answered a batch at a time."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection as Link
from sqlalchemy import CursorResult

from storage.errors import BadTable, StorageError
from storage.foreign.kinds import Foreign
from storage.foreign.opening import linked
from storage.foreign.refusals import in_words
from storage.foreign.values import Sort, TakenColumn, sorts_guessed, sorts_told

FIRST_ROWS = 1_000
"""Rows of the first batch, from which the types of columns are told where the database does not say them."""
MOST_ROWS = 20_000
BATCH_BYTES = 32_000_000
"""What a batch may weigh, by the weight of the one before."""
MOST_LOOKED_THROUGH = 600
"""Columns that SQLite is asked about in one query."""


class Answer:
    """The rows of a query, once.

    Attributes
    ----------
    columns : as they come; what had to change in them is complete behind the last batch.
    schema : of every batch.
    """

    def __init__(self, foreign: Foreign, result: CursorResult[Any], names: Sequence[str], exact: Sequence[Sort]):
        self._foreign = foreign
        self._result = result
        told = sorts_told(foreign.family, result.cursor)  # a cursor that gave all its rows is gone
        self._first = result.fetchmany(FIRST_ROWS)
        sorts = exact or told or sorts_guessed(self._first, len(names))
        self.columns = [TakenColumn(name, sort) for name, sort in zip(names, sorts, strict=True)]
        self.schema = pa.schema([(column.name, column.type) for column in self.columns])
        self.is_exhausted = False

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """Yield them; at least one batch, which may be empty.

        Raises
        ------
        Unreachable, BadTable
        """
        first = self._batch(self._first)
        self._first = []
        yield first
        rows = _rows_of(first)
        while True:
            with in_words(self._foreign):
                some = self._result.fetchmany(rows)
            if not some:
                break
            batch = self._batch(some)
            rows = _rows_of(batch)
            yield batch
        self.is_exhausted = True

    def _batch(self, rows: Sequence[Any]) -> pa.RecordBatch:
        columns = zip(*rows, strict=True) if rows else ([] for _ in self.columns)
        arrays = [column.array(values) for column, values in zip(self.columns, columns, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


@contextmanager
def answered(
    foreign: Foreign,
    query: str,
    seconds: float,
    settle: Callable[[list[str]], Sequence[str]] | None = None,
    *,
    look_through: bool = False,
) -> Iterator[Answer]:
    """Ask one SELECT that was looked through before.

    Parameters
    ----------
    seconds
        How long a statement may take.
    settle
        Decides what the columns are called here; without it, names that repeat are refused.
    look_through
        Whether SQLite, whose columns hold anything, is asked first what is in them: that reads all rows twice.

    Raises
    ------
    Unreachable
        When the database refuses, in its own words but without the password.
    BadTable
        When a value does not fit the type of its column, or names repeat.
    """
    with linked(foreign, seconds) as link:
        with in_words(foreign):
            result = _asked(link, query)
            exact = _looked_through(link, query, list(result.keys())) if look_through else ()
        with in_words(foreign):
            driver = link.connection.dbapi_connection
            answer = Answer(foreign, result, (settle or _distinct)(list(result.keys())), exact)
        try:
            yield answer
        finally:
            if not answer.is_exhausted:
                _hang_up(link, driver)


def _hang_up(link: Link, driver: Any) -> None:
    """Close without waiting for the rest: MySQL's driver would read all rows, for lack of a word for *enough*."""
    pending: Any = getattr(driver, "_result", None)
    if getattr(pending, "unbuffered_active", False):
        pending.unbuffered_active = False
    if not link.invalidated:
        link.invalidate()


def read_batches(foreign: Foreign, query: str, seconds: float) -> Generator[pa.RecordBatch, None, None]:
    """Answer a query, batch by batch; at least one batch, which may be empty.

    Raises
    ------
    Unreachable, BadTable
    """
    with answered(foreign, query, seconds, look_through=True) as answer:
        yield from answer.batches()


def read_schema(foreign: Foreign, query: str, seconds: float) -> pa.Schema:
    """Which columns a query has, from its first rows."""
    with answered(foreign, query, seconds) as answer:
        return answer.schema


def count_rows(foreign: Foreign, query: str, seconds: float) -> int | None:
    """How many rows a query has; None where that cannot be told in time."""
    counting = f"SELECT COUNT(*) FROM ({query}) cb_counted"  # noqa: S608  one SELECT that was looked through
    try:
        with linked(foreign, seconds) as link, in_words(foreign):
            found = link.exec_driver_sql(counting, execution_options={"no_parameters": True}).one()
            number = int(found[0])
    except StorageError:
        return None
    return number


def _distinct(names: list[str]) -> list[str]:
    if len({name.casefold() for name in names}) < len(names):
        raise BadTable("Two columns of the query have the same name", "Name them: SELECT a AS one, b AS two.")
    return names


def _asked(link: Link, query: str) -> CursorResult[Any]:
    # Without parameters no driver looks for places to put them: a % or a : is what it is.
    how = {"no_parameters": True, "stream_results": True, "max_row_buffer": MOST_ROWS}
    return link.exec_driver_sql(query, execution_options=how)


def _rows_of(batch: pa.RecordBatch) -> int:
    """How many rows the next batch may have."""
    if not batch.num_rows:
        return FIRST_ROWS
    fitting: int = BATCH_BYTES * batch.num_rows // max(batch.nbytes, 1)
    return max(1, min(MOST_ROWS, fitting))


# --- SQLite -----------------------------------------------------------------------------------------------------


def _looked_through(link: Link, query: str, names: Sequence[str]) -> list[Sort]:
    """What all values of each column are: a column of SQLite holds anything, whatever it was declared as."""
    plain = len(names) <= MOST_LOOKED_THROUGH and len(set(map(str.casefold, names))) == len(names)
    if link.dialect.name != "sqlite" or not plain:
        return []
    kinds = [f"GROUP_CONCAT(DISTINCT TYPEOF({_quoted(name)}))" for name in names]
    found = link.exec_driver_sql(
        f"SELECT {', '.join(kinds)} FROM ({query})",  # noqa: S608  names are quoted, the query was looked through
        execution_options={"no_parameters": True},
    ).one()
    return [_sort_of(set(re.findall(r"\w+", kinds or "")) - {"null"}) for kinds in found]


def _sort_of(kinds: set[str]) -> Sort:
    if kinds == {"integer"}:
        return "whole"
    return "number" if kinds and kinds <= {"integer", "real"} else "text"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
