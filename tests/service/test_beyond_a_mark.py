"""A database leaves old rows out by itself; never one that is new."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from components.sql.beyond import beyond
from components.sql.foreign import read_only
from tests.postgres import PostgresServer, postgres_server

__all__ = ["postgres_server"]

NOON = datetime(2026, 6, 15, 12)


@pytest.fixture(scope="module")
def orders(postgres_server: PostgresServer) -> Iterator[Any]:
    """A table of a hundred days, asked by somebody who lives far east of Greenwich."""
    with psycopg.connect(postgres_server.url("postgres").replace("+psycopg", ""), autocommit=True) as link:
        link.execute("SET timezone = 'Pacific/Kiritimati'")
        link.execute(
            """CREATE TABLE beyond_orders AS SELECT n AS id, (n / 3.0)::numeric AS amount,
            timestamptz '2026-06-15 12:00+00' + (n - 50) * interval '1 day' AS changed,
            date '2026-06-15' + (n - 50) AS "a "" day" FROM generate_series(1, 100) n"""
        )
        yield link
        link.execute("DROP TABLE beyond_orders")


@pytest.mark.parametrize(
    ("column", "mark", "most"),
    [("id", 50, 51), ("amount", 50 / 3, 51), ("changed", NOON, 53), ('a " day', date(2026, 6, 15), 52)],
)
def test_rows_at_and_beyond_the_mark_come_and_few_others(orders: Any, column: str, mark: Any, most: int) -> None:
    query = beyond(read_only("SELECT * FROM beyond_orders", "postgresql"), "postgres", column, mark)
    assert query is not None
    assert read_only(query, "postgresql") == query, "the gate understands it"
    found = {row[0] for row in orders.execute(query)}
    assert set(range(50, 101)) <= found
    assert len(found) <= most


@pytest.mark.parametrize(
    ("dialect", "mark"),
    [("postgres", "2026-06-15"), ("postgres", True), ("sqlite", NOON), ("sqlite", date(2026, 6, 15))],
)
def test_where_a_database_cannot_be_trusted_all_rows_come(dialect: str, mark: Any) -> None:
    assert beyond("SELECT * FROM orders", dialect, "changed", mark) is None


def test_a_time_with_a_zone_is_told_in_utc() -> None:
    query = beyond("SELECT * FROM orders", "mysql", "changed", datetime(2026, 6, 15, tzinfo=UTC))
    assert query is not None
    assert query.endswith("WHERE `changed` >= CAST('2026-06-14 00:00:00' AS DATETIME)")
