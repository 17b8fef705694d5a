"""How far a long look at a file has come, told while DuckDB is at work."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import duckdb

from engine.reading.reading import Tell, untold

T = TypeVar("T")
LOOK_SECONDS = 0.25


def watched(connection: duckdb.DuckDBPyConnection, work: Callable[[], T], tell: Tell) -> T:
    """Do what asks this connection, and tell the share of its query that is done; several queries count as one.

    `tell` is called where this is called. What it raises ends the query.
    """
    if tell is untold:
        return work()
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    furthest = 0.0
    with ThreadPoolExecutor(1, "reading") as pool:
        doing = pool.submit(work)
        try:
            while not wait([doing], LOOK_SECONDS).done:
                furthest = max(furthest, connection.query_progress() / 100)
                tell(min(furthest, 1.0))
        except BaseException:
            connection.interrupt()
            raise
        return doing.result()
