"""A run as somebody watches it: what it will take, how far it is on every screen, how it is ended, and what failed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import SAMPLE, Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

BOOSTING = "hist_gradient_boosting_classifier, params: {target: churn}"
SEARCH = "auto_ml, params: {target: churn, budget_seconds: 40}"
"""Long enough to be looked at from two browsers."""


@pytest.fixture
def others(browser: Browser) -> Iterator[Page]:
    """Another computer."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def opened(product: Product, page: Page, name: str, *changes: tuple[str, str]) -> Board:
    """The sample under another name, changed, on the canvas."""
    text = SAMPLE.replace("name: sample", f"name: {name}", 1)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    page.goto(f"{product.ui_url}/builder?pipeline={product.draw(text)}")
    board = Board(page)
    board.wait_until_saved()
    board.arrange()
    return board


def share(page: Page) -> int:
    """How far the run is, in percent."""
    bar = page.get_by_role("progressbar", name="Run 1")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"\d+"), timeout=60 * SECOND)
    return int(bar.get_attribute("aria-valuenow") or 0)


def test_a_run_is_followed_after_a_refresh_and_elsewhere_and_is_cancelled_there(
    product: Product, page: Page, others: Page, look: Look
) -> None:
    board = opened(product, page, "watched", (BOOSTING, SEARCH))
    page.get_by_test_id("canvas-run").click()
    expect(board.node("model")).to_contain_text("Running", timeout=60 * SECOND)
    expect(board.node("split")).to_contain_text(re.compile("Done|Reused"))
    expect(board.node("report")).to_contain_text("Waiting")
    expect(page.locator(".cb-running-left")).to_contain_text("left", timeout=40 * SECOND)
    before = share(page)
    look.at("watching-01-running")

    page.reload()
    expect(board.node("model")).to_contain_text("Running", timeout=30 * SECOND)
    assert share(page) >= before

    others.goto(page.url)
    elsewhere = Board(others)
    expect(elsewhere.node("model")).to_contain_text("Running", timeout=30 * SECOND)
    assert share(others) >= before
    others.get_by_test_id("canvas-cancel").click()
    for one in (others, page):
        expect(one.get_by_test_id("canvas-lastrun")).to_contain_text("Cancelled", timeout=30 * SECOND)
    expect(board.node("split")).to_contain_text(re.compile("Done|Reused"))
    expect(board.node("model")).not_to_contain_text("Running")
    look.at("watching-02-cancelled")
    # What was finished is kept: only the rest is left to do.
    page.get_by_test_id("canvas-run-menu").click()
    changed = page.get_by_test_id("canvas-run-changed")
    expect(changed).to_contain_text("AutoML, Evaluate", timeout=30 * SECOND)
    expect(changed).to_contain_text("5 reused")


def test_a_run_goes_to_a_node_then_through_what_changed_and_says_before_what_it_takes(
    product: Product, page: Page, look: Look
) -> None:
    board = opened(product, page, "partly")
    board.select("encode")
    page.get_by_test_id("canvas-run-menu").click()
    page.get_by_test_id("canvas-run-to").click()
    last, changed = page.get_by_test_id("canvas-lastrun"), page.get_by_test_id("canvas-run-changed")
    expect(last).to_contain_text("Succeeded", timeout=90 * SECOND)
    expect(board.node("encode")).to_contain_text(re.compile("Done|Reused"))
    expect(board.node("model")).to_contain_text("Not run yet")
    look.at("watching-03-to-here")

    board.run()
    expect(board.node("encode")).to_contain_text("Reused", timeout=20 * SECOND)
    expect(board.node("model")).to_contain_text("Done")
    page.get_by_test_id("canvas-run-menu").click()
    expect(changed).to_contain_text("Nothing: every result is kept", timeout=30 * SECOND)
    expect(changed).to_be_disabled()
    page.keyboard.press("Escape")

    board.select("model")
    board.type_into("max_iter", "40")
    board.wait_until_saved()
    for node in ("model", "report"):
        expect(board.node(node)).to_contain_text("Out of date", timeout=20 * SECOND)
    page.get_by_test_id("canvas-run-menu").click()
    expect(changed).to_contain_text("Gradient boosting, Evaluate", timeout=30 * SECOND)
    expect(changed).to_contain_text(re.compile(r"about .*; 5 reused"))
    look.at("watching-04-cost")
    before = last.get_attribute("title") or ""
    changed.click()
    expect(last).not_to_have_attribute("title", before, timeout=90 * SECOND)
    expect(last).to_contain_text("Succeeded", timeout=90 * SECOND)
    expect(board.node("model")).to_contain_text("Done", timeout=20 * SECOND)

    # What came of it stands beside the canvas: figures, a plot, a table.
    board.select("report")
    outcome = page.get_by_test_id("outcome")
    expect(outcome).to_contain_text("ROC AUC")
    expect(outcome.locator("figure svg")).to_be_visible()
    expect(outcome.get_by_role("table", name="Confusion matrix")).to_be_visible()
    board.select("encode")
    expect(page.get_by_role("tabpanel").get_by_test_id("stDataFrame").first).to_be_visible(timeout=20 * SECOND)
    look.at("watching-05-results")


def test_what_failed_is_said_at_the_node_with_the_value_and_leads_there(
    product: Product, page: Page, look: Look
) -> None:
    cast = "cast, params: {columns: [region], to: int64, on_error: fail}"
    board = opened(product, page, "failing", ("drop_columns, params: {columns: [customer_id, signup_date]}", cast))
    page.get_by_test_id("canvas-run").click()
    last = page.get_by_test_id("canvas-lastrun")
    expect(last).to_contain_text("Failed", timeout=90 * SECOND)
    expect(board.node("drop")).to_contain_text("Failed", timeout=20 * SECOND)
    expect(board.node("model")).to_contain_text("Skipped")
    failures = page.get_by_test_id("failures")
    expect(failures).to_contain_text(
        "Values in column 'region' cannot be converted to whole numbers (2,000 rows, such as"
    )
    look.at("watching-06-failed")
    last.click()
    expect(page.get_by_test_id("node-title")).to_have_value("Change type")
    expect(page.get_by_test_id("inspector").get_by_role("status").first).to_contain_text("region")
    look.at("watching-07-where")
