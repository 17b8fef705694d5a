"""A table of a real PostgreSQL is followed: only what is new crosses the wire, and every new row arrives once."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from engine.service.data import datasets, syncs
from engine.service.data.connections import add_connection
from engine.service.data.syncs import SyncRunView
from engine.service.schedules import Schedule
from engine.sources import QuerySource, TableSource
from engine.workspace import Workspace
from tests.homes import do_job, done, new_home
from tests.postgres import PostgresServer, postgres_server

__all__ = ["new_home", "postgres_server"]

TABLE = """
CREATE TABLE synced_orders (id int, day date, amount numeric, changed timestamptz, note text);
INSERT INTO synced_orders
SELECT n, date '2026-01-01' + n, n / 3.0, timestamptz '2026-01-01 00:00+02' + n * interval '1 hour', 'n' || n
FROM generate_series(1, 1000) n
"""


@pytest.fixture
def shop(postgres_server: PostgresServer) -> Iterator[Any]:
    with psycopg.connect(postgres_server.url("postgres").replace("+psycopg", ""), autocommit=True) as link:
        link.execute(TABLE)
        yield link
        link.execute("DROP TABLE IF EXISTS synced_orders")


@pytest.fixture
def home(shop: Any, postgres_server: PostgresServer, new_home: Callable[..., Workspace]) -> Workspace:
    workspace = new_home()
    place = {"host": "127.0.0.1", "port": postgres_server.port, "user": "postgres", "encryption": "disable"}
    add_connection(workspace, "shop", "postgresql", "postgres", **place)
    source = TableSource(connection="shop", table="synced_orders", folder="public")
    done(workspace, datasets.start_import(workspace, source, "orders"))
    return workspace


def synced(home: Workspace) -> SyncRunView:
    do_job(home, syncs.sync_now(home, "orders"))
    return syncs.list_sync_runs(home, "orders")[0]


@pytest.mark.parametrize("watermark", ["id", "day", "amount", "changed", "note"])
def test_new_rows_are_appended_once(watermark: str, home: Workspace, shop: Any) -> None:
    source, overrides = syncs.suggested_source(home, "orders") or (None, {})
    assert isinstance(source, TableSource), "where the import came from"
    syncs.set_sync(home, "orders", source, Schedule(), overrides=overrides, mode="append", watermark=watermark)
    assert (synced(home).status, synced(home).version) == ("succeeded", None)
    shop.execute("INSERT INTO synced_orders SELECT 1001, day, amount, changed, note FROM synced_orders WHERE id = 1000")
    shop.execute(
        "INSERT INTO synced_orders VALUES (1002, '2029-01-01', 999, '2027-01-01 00:00+14', 'z'), "
        "(NULL, NULL, NULL, NULL, NULL)"
    )
    run = synced(home)
    expected = 1 if watermark == "note" else 2  # the text n999 sorts behind n1000
    assert (run.status, run.rows, run.version) == ("succeeded", expected, 2), run.error
    made = datasets.get_dataset(home, "orders")
    assert made.rows == 1000 + expected
    assert ("WHERE" in made.read_as["query"]) == (watermark != "note"), "the database leaves old rows out by itself"
    assert synced(home).version is None


def test_a_query_is_followed_and_its_place_is_told_as_it_was_written(home: Workspace, shop: Any) -> None:
    sql = "SELECT id, amount FROM synced_orders WHERE amount > 1"
    syncs.set_sync(home, "orders", QuerySource(connection="shop", sql=sql), Schedule(), watermark="id")
    shop.execute("INSERT INTO synced_orders VALUES (2000, NULL, 7, NULL, NULL)")
    run = synced(home)
    assert (run.status, run.rows) == ("succeeded", 1), run.error
    assert datasets.get_dataset(home, "orders").source["query"] == sql
    assert [finding["code"] for finding in run.findings] == ["column_removed"] * 3


@pytest.mark.parametrize(
    ("harm", "told"),
    [("DROP TABLE synced_orders", "synced_orders"), ("ALTER TABLE synced_orders DROP COLUMN changed", "changed")],
)
def test_what_vanished_is_told_and_nothing_is_lost(harm: str, told: str, home: Workspace, shop: Any) -> None:
    source = TableSource(connection="shop", table="synced_orders", folder="public")
    syncs.set_sync(home, "orders", source, Schedule(), mode="append", watermark="changed")
    shop.execute(harm)
    run = synced(home)
    assert run.status == "failed"
    assert told in (run.error or {})["message"]
    assert datasets.get_dataset(home, "orders").versions == [1]
