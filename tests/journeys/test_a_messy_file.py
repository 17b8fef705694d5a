"""A messy file with the mouse: brought in, a date format corrected, rules taken from suggestions, failing rows seen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.board import SECOND
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ORDERS = 400
BROKEN_LINES = {100: "17;oops", 200: "18;a;b;c;d;e;f;g", 300: "nothing here"}


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Semicolons, decimal commas, dates that may be read both ways, and lines that are no rows."""
    lines = ["order_id;age;amount;ordered;status"]
    for number in range(ORDERS):
        age = 250 if number == 7 else 18 + number % 60
        identity = 11 if number == 12 else number
        day = f"{1 + number % 12:02d}/{1 + number % 11:02d}/2026"
        lines.append(f"{identity};{age};{number % 90},{number % 10}5;{day};{('new', 'open', 'done')[number % 3]}")
        if number in BROKEN_LINES:
            lines.append(BROKEN_LINES[number])
    path = tmp_path_factory.mktemp("messy") / "orders.csv"
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def test_a_messy_file_is_brought_in_corrected_and_held_to_rules(
    product: Product, page: Page, look: Look, orders: Path
) -> None:
    page.goto(f"{product.ui_url}/import")
    page.locator("input[type=file]").set_input_files(orders)
    expect(page.get_by_text("How it is read")).to_be_visible(timeout=30 * SECOND)
    expect(page.get_by_text("every date fits both day first and month first").first).to_be_visible(timeout=20 * SECOND)
    look.at("messy-1-as-it-was-read")
    choose(page, page.get_by_label(re.compile("date format", re.IGNORECASE)).first, "month first")
    expect(page.get_by_text("every date fits both day first and month first")).to_have_count(0, timeout=20 * SECOND)
    look.at("messy-2-corrected")
    page.get_by_role("button", name="Import", exact=True).last.click()
    expect(page.get_by_role("heading", name="orders")).to_be_visible(timeout=60 * SECOND)

    profile = product.command("dataset", "profile", "orders")
    columns = {column["name"]: column for column in profile["columns"]}
    assert ORDERS <= profile["rows"] <= ORDERS + len(BROKEN_LINES)
    assert columns["amount"]["type"].lower() in ("double", "float64")
    assert str(columns["ordered"]["max"])[:10] == "2026-12-11", "12/11 is the eleventh of December"

    hold_to_rules(page, look)
    stands = product.command("dataset", "rules", "list", "orders")
    broken = {rule["title"]: rule["failing"] for rule in stands["rules"] if rule["state"] == "broken"}
    assert broken["age between 0 and 120"] == 1


def hold_to_rules(page: Page, look: Look) -> None:
    """Two rules from what is suggested, checked, and the rows that fail."""
    page.get_by_role("tab", name="Rules").click()
    expect(page.get_by_text("Suggested", exact=True)).to_be_visible(timeout=20 * SECOND)
    for title in ("order_id is unique", "age between 0 and 120"):
        suggestion(page, title).click()
        expect(page.get_by_text(f"Added: {title}").first).to_be_visible(timeout=15 * SECOND)
    look.at("messy-3-rules")
    page.get_by_role("button", name=re.compile(r"^(\w+ )?Check v1$")).click()
    expect(page.get_by_text(re.compile("v1 was checked"))).to_be_visible(timeout=30 * SECOND)
    expect(page.get_by_text(re.compile(r"\d broken"))).to_be_visible()
    page.get_by_role("button", name="Look", exact=True).first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=20 * SECOND)
    look.at("messy-4-rows-that-fail")


def suggestion(page: Page, title: str) -> Locator:
    """The button that adds what is suggested."""
    row = page.get_by_test_id("stHorizontalBlock").filter(has_text=title).last
    return row.get_by_role("button", name="Add")


def choose(page: Page, box: Locator, words: str) -> None:
    """Choose from a box by words of the option."""
    box.click()
    page.get_by_role("option", name=re.compile(words)).first.click()
