"""A messy file with the mouse: brought in, dates corrected, findings fixed, held to rules, drawn, shared by link."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(240)]

ORDERS = 400
NO_AGE = 16
"""Of so many orders, one has no age; of as many, one has blanks around its status."""
BROKEN_LINES = {100: "17;oops", 200: "18;a;b;c;d;e;f;g", 300: "nothing here"}


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Semicolons, decimal commas, dates that may be read both ways, and lines that are no rows."""
    lines = ["order_id;age;amount;ordered;status"]
    for number in range(ORDERS):
        age = "NA" if number % NO_AGE == 1 else 250 if number == 7 else 18 + number % 60
        identity = 11 if number == 12 else number
        day = f"{1 + number % 12:02d}/{1 + number % 11:02d}/2026"
        status = ("new", "open", "done")[number % 3] + " " * (number % NO_AGE == 2)
        lines.append(f"{identity};{age};{number % 90},{number % 10}5;{day};{status}")
        if number in BROKEN_LINES:
            lines.append(BROKEN_LINES[number])
    path = tmp_path_factory.mktemp("messy") / "orders.csv"
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def test_a_messy_file_is_corrected_fixed_held_to_rules_drawn_and_shared(
    product: Product, page: Page, look: Look, orders: Path, browser: Browser
) -> None:
    bring_in(product, page, look, orders)
    profile = product.command("dataset", "profile", "orders")
    columns = {column["name"]: column for column in profile["columns"]}
    assert profile["rows"] == ORDERS
    assert columns["amount"]["type"].lower() in ("double", "float64")
    assert str(columns["ordered"]["max"])[:10] == "2026-12-11", "12/11 is the eleventh of December"

    fix_two_findings(product, page, look)

    hold_to_rules(product, page, look)
    stands = product.command("dataset", "rules", "list", "orders")
    broken = {rule["title"]: rule["failing"] for rule in stands["rules"] if rule["state"] == "broken"}
    assert broken["age between 0 and 120"] == 1

    draw_three_charts(product, page, look)
    link = share(page, look)
    look_as_a_reader(browser, link)


def bring_in(product: Product, page: Page, look: Look, orders: Path) -> None:
    """From the file to a dataset whose dates are the right ones."""
    page.goto(f"{product.ui_url}/import")
    page.locator("input[type=file]").set_input_files(orders)
    expect(page.get_by_text("How it is read")).to_be_visible(timeout=30 * SECOND)
    doubt = page.get_by_text("every date fits both day first and month first")
    expect(doubt.first).to_be_visible(timeout=20 * SECOND)
    look.at("messy-1-as-it-was-read")
    page.get_by_role("button", name="Read month first").click()
    expect(doubt).to_have_count(0, timeout=20 * SECOND)
    look.at("messy-2-corrected")
    page.get_by_role("button", name="Import", exact=True).last.click()
    expect(page.get_by_role("heading", name="orders")).to_be_visible(timeout=60 * SECOND)


def fix_two_findings(product: Product, page: Page, look: Look) -> None:
    """A click on a finding draws the node that helps; both stand in one pipeline, and it runs."""
    expect(page.get_by_text("Quality score")).to_be_visible(timeout=30 * SECOND)
    look.at("messy-3-profile")
    for finding in ("age misses", "status has blanks"):
        page.goto(f"{product.ui_url}/datasets?dataset=orders&view=Profile")
        row = page.get_by_test_id("stHorizontalBlock").filter(has_text=finding).last
        row.get_by_role("button", name="Fix").click(timeout=30 * SECOND)
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text(finding)).to_be_visible(timeout=20 * SECOND)
        look.at(f"messy-4-fix-{finding.split()[0]}")
        dialog.get_by_role("button", name="Draw").click()
        board = Board(page)
    for node in ("impute_median", "trim_text"):
        expect(board.node(node)).to_be_visible(timeout=20 * SECOND)
    board.run()
    look.at("messy-5-findings-fixed")


def draw_three_charts(product: Product, page: Page, look: Look) -> None:
    """One from a suggestion, two from the form."""
    page.goto(f"{product.ui_url}/datasets?dataset=orders&view=Charts")
    page.get_by_role("button", name="Median age by status").click(timeout=30 * SECOND)
    look.at("messy-8-builder-suggested")
    save_chart(page, "Age by status")
    look.at("messy-8-gallery")
    for kind, chosen, name in (
        ("Histogram", {"Values": "age"}, "How old customers are"),
        ("Line", {"Along": "ordered"}, "Orders by day"),
    ):
        page.get_by_role("button", name="New chart").click()
        choose(page, page.get_by_label("Kind", exact=True), f"^{kind}$")
        for label, column in chosen.items():
            choose(page, page.get_by_label(label, exact=True), f"^{column}$")
        expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=20 * SECOND)
        look.at(f"messy-9-builder-{kind.lower()}")
        save_chart(page, name)


def save_chart(page: Page, name: str) -> None:
    """Give the drawn chart a name, and keep it."""
    expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=20 * SECOND)
    box = page.get_by_label("Name", exact=True)
    box.fill(name)
    box.press("Enter")
    page.get_by_role("button", name="Save chart").click()
    expect(page.get_by_text(f"{name} is saved.")).to_be_visible(timeout=20 * SECOND)


def share(page: Page, look: Look) -> str:
    """Put the charts on a new board, and make the link that readers open."""
    page.get_by_role("button", name="Put on a board").first.click()
    dialog = page.get_by_role("dialog")
    box = dialog.get_by_role("combobox", name="Board")
    box.fill("Shop")
    box.press("Enter")
    dialog.get_by_role("button", name="Put it there").click()
    expect(page.get_by_role("heading", name="Shop")).to_be_visible(timeout=20 * SECOND)
    for number, name in enumerate(("How old customers are", "Orders by day"), start=2):
        page.get_by_role("button", name="Add", exact=True).click()
        choose(page, page.get_by_role("dialog").get_by_label("Chart", exact=True), name)
        page.get_by_role("dialog").get_by_role("button", name="Add the chart").click()
        expect(page.locator(".js-plotly-plot")).to_have_count(number, timeout=20 * SECOND)
    look.at("messy-10-board")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_text("/board?key=")
    expect(link).to_be_visible(timeout=20 * SECOND)
    look.at("messy-11-shared")
    return link.inner_text().strip()


def look_as_a_reader(browser: Browser, link: str) -> None:
    """Somebody else's browser, at night: the charts, and nothing that changes them."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    reader = context.new_page()
    reader.goto(link)
    expect(reader.get_by_role("heading", name="Shop")).to_be_visible(timeout=30 * SECOND)
    expect(reader.locator(".js-plotly-plot")).to_have_count(3, timeout=20 * SECOND)
    Look(reader).at("messy-12-as-a-reader-sees-it")
    for button in ("Arrange", "Share", "Edit", "Delete", "Add", "Navigate to home page"):
        expect(reader.get_by_role("button", name=button, exact=True)).to_have_count(0)
    expect(reader.get_by_role("link", name="Datasets")).to_have_count(0)
    context.close()


def hold_to_rules(product: Product, page: Page, look: Look) -> None:
    """Two rules from what is suggested, checked, and the rows that fail."""
    page.goto(f"{product.ui_url}/datasets?dataset=orders&view=Rules")
    expect(page.get_by_text("Suggested", exact=True)).to_be_visible(timeout=20 * SECOND)
    for title in ("order_id is unique", "age between 0 and 120"):
        suggestion(page, title).click()
        expect(page.get_by_text(f"Added: {title}").first).to_be_visible(timeout=15 * SECOND)
    look.at("messy-6-rules")
    page.get_by_role("button", name=re.compile(r"^(\w+ )?Check v1$")).click()
    expect(page.get_by_text(re.compile("v1 was checked"))).to_be_visible(timeout=30 * SECOND)
    expect(page.get_by_text(re.compile(r"\d broken"))).to_be_visible()
    page.get_by_role("button", name="Look", exact=True).first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=20 * SECOND)
    look.at("messy-7-rows-that-fail")


def suggestion(page: Page, title: str) -> Locator:
    """The button that adds what is suggested."""
    row = page.get_by_test_id("stHorizontalBlock").filter(has_text=title).last
    return row.get_by_role("button", name="Add")


def choose(page: Page, box: Locator, words: str) -> None:
    """Choose from a box by words of the option."""
    box.click()
    page.get_by_role("option", name=re.compile(words)).first.click()
