"""A table of a real PostgreSQL with the mouse: reached, imported, followed, and its new rows seen to arrive."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND
from tests.journeys.conftest import Look
from tests.journeys.product import Product
from tests.journeys.test_a_messy_file import choose
from tests.postgres import PostgresServer, postgres_server

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(240)]

SALES, NEW_SALES = 1_000, 25
TABLE = """
CREATE TABLE goods (name text);
CREATE TABLE sales (id int PRIMARY KEY, sold timestamptz NOT NULL, shop text NOT NULL, amount numeric(9, 2));
INSERT INTO sales
SELECT n, timestamptz '2026-01-01 08:00+01' + n * interval '1 hour', 'shop ' || mod(n, 7), n / 3.0
FROM generate_series(1, %s) n
"""
ENDLESS = "SELECT count(*) AS n FROM sales a, sales b, sales c, sales d"
MORE = "INSERT INTO sales SELECT n, now(), 'shop 7', n FROM generate_series(%s, %s) n"


@pytest.fixture
def shop(postgres_server: PostgresServer) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A database of somebody else, with a table that grows."""
    address = postgres_server.url("postgres").replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor) as link:
        link.execute(TABLE, [SALES])
        yield link
        link.execute("DROP TABLE sales, goods")


def test_a_table_of_postgresql_is_followed(
    product: Product,
    page: Page,
    look: Look,
    shop: "psycopg.Connection[tuple[object, ...]]",
    postgres_server: PostgresServer,
) -> None:
    connect(product, page, look, postgres_server.port)
    import_table(page, look)
    follow(page, look)

    shop.execute(MORE, [SALES + 1, SALES + NEW_SALES])
    sync_now(page, f"{NEW_SALES} rows beyond id {SALES} appended.")
    expect(page.get_by_role("link", name="v2")).to_be_visible()
    look.at("sync-5-version-2-arrived")
    stands = product.command("dataset", "show", "sales")
    assert (stands["version"], stands["rows"]) == (2, SALES + NEW_SALES)

    # What somebody else begins, or the schedule, is seen without a click.
    product.command("dataset", "sync", "sales", "--now")
    expect(page.get_by_text(f"No row lies beyond id {SALES + NEW_SALES}.")).to_be_visible(timeout=20 * SECOND)
    compare(page, look)


def test_a_query_without_end_is_left_by_a_click_and_by_asking_something_else(
    product: Product,
    page: Page,
    look: Look,
    shop: "psycopg.Connection[tuple[object, ...]]",
    postgres_server: PostgresServer,
) -> None:
    connect(product, page, look, postgres_server.port, "endless")
    page.goto(f"{product.ui_url}/import?origin=database&connection=endless")
    page.get_by_text("Write a query").click(timeout=30 * SECOND)
    ask(page, ENDLESS)
    page.get_by_role("button", name="Go on without a look").click(timeout=20 * SECOND)
    expect(page.get_by_text("The first rows were not looked at.")).to_be_visible(timeout=5 * SECOND)
    look.at("sync-8-stopped")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("button", name="Go on without a look")).to_be_visible(timeout=20 * SECOND)
    ask(page, "SELECT 1 AS one")
    expect(page.get_by_text("How it is read", exact=True)).to_be_visible(timeout=20 * SECOND)


def ask(page: Page, query: str) -> None:
    """Write a query, and send it."""
    box = page.get_by_label("One SELECT")
    box.fill(query)
    box.press("Control+Enter")


def connect(product: Product, page: Page, look: Look, port: int, name: str = "shop") -> None:
    """A connection, tested before it is kept."""
    page.goto(f"{product.ui_url}/connections")
    page.get_by_role("button", name="Add a connection").click(timeout=30 * SECOND)
    dialog = page.get_by_role("dialog")
    choose(page, dialog.get_by_label("Kind"), "^PostgreSQL$")
    for field, text in (
        ("Name", name), ("Host", "127.0.0.1"), ("Port", str(port)), ("Database", "postgres"), ("User", "postgres"),
    ):  # fmt: skip
        box = dialog.get_by_label(field, exact=True)
        box.fill(text)
        box.press("Tab")
    dialog.get_by_role("button", name="Test").click()
    expect(dialog.get_by_text("It answers")).to_be_visible(timeout=20 * SECOND)
    look.at("sync-1-connection")
    dialog.get_by_role("button", name="Keep").click()
    expect(page.get_by_text(f"{name} is kept.")).to_be_visible(timeout=20 * SECOND)
    look.at("sync-2-connections")


def import_table(page: Page, look: Look) -> None:
    """From the connection to a dataset."""
    page.get_by_role("button", name="more_vert").first.click()
    page.get_by_role("menuitem", name="Import from it").click()
    expect(page.get_by_text(re.compile(r"^\d+ tables"))).to_be_visible(timeout=20 * SECOND)
    page.get_by_label("Search tables").fill("sales")
    page.get_by_label("Search tables").press("Enter")
    expect(page.get_by_text("1 table. Select one")).to_be_visible(timeout=20 * SECOND)
    table = page.get_by_test_id("stDataFrame").first
    table.locator("canvas").first.wait_for(state="attached")
    table.click(position={"x": 16, "y": 52})
    expect(page.get_by_text("How it is read", exact=True)).to_be_visible(timeout=30 * SECOND)
    look.at("sync-3-import-a-table")
    page.get_by_role("button", name="Import", exact=True).last.click()
    expect(page.get_by_role("heading", name="sales")).to_be_visible(timeout=60 * SECOND)


def follow(page: Page, look: Look) -> None:
    """Every day, what is beyond the greatest number so far is appended."""
    page.get_by_role("tab", name="Sync").click()
    page.get_by_role("button", name="Set up a sync").click(timeout=20 * SECOND)
    choose(page, page.get_by_label("The rows that come"), "Are added")
    choose(page, page.get_by_role("combobox", name="Only rows that are new by"), "^id$")
    look.at("sync-4-set-up")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("sales is synced")).to_be_visible(timeout=20 * SECOND)


def sync_now(page: Page, told: str) -> None:
    """Sync, and wait until the history tells what came of it."""
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text(told)).to_be_visible(timeout=40 * SECOND)


def compare(page: Page, look: Look) -> None:
    """The two versions side by side."""
    page.get_by_role("tab", name="Versions").click()
    for version in ("v1", "v2"):
        page.get_by_text(f"Compare {version}").locator("xpath=ancestor::label").click(timeout=20 * SECOND)
    look.at("sync-6-versions")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="v1 and v2")).to_be_visible(timeout=30 * SECOND)
    added = page.get_by_test_id("stMetric").filter(has_text="Added")
    expect(added).to_contain_text(str(NEW_SALES), timeout=30 * SECOND)
    look.at("sync-7-compared")
