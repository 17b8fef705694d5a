"""A person reads a pipeline before it has run: previews, columns, wires, what is fitted where, what will serve."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import SAMPLE, Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def board(product: Product, page: Page, request: pytest.FixtureRequest) -> Board:
    """The pipeline of the sample, drawn and not run, whatever ran before."""
    mine = SAMPLE.replace("name: sample", f"name: {request.node.name[5:40]}")
    page.goto(f"{product.ui_url}/builder?pipeline={product.draw(mine)}")
    board = Board(page)
    board.arrange()
    return board


def tab(page: Page, name: str) -> None:
    page.get_by_test_id(f"tab-{name}").click()


def test_what_a_node_does_is_seen_before_anything_runs(board: Board, page: Page, look: Look) -> None:
    card = page.locator(".cb-node").nth(1)
    card.click()
    tab(page, "preview")
    rows = page.get_by_test_id("sample-after")
    expect(rows).to_be_visible(timeout=10 * SECOND)
    expect(page.get_by_test_id("preview-rows")).to_contain_text("rows")
    expect(page.get_by_test_id("profile").locator("svg").first).to_be_visible()
    look.at("preview")
    page.get_by_test_id("widen").click()
    look.at("preview-wide")
    page.keyboard.press("Escape")
    card.click()
    tab(page, "columns")
    expect(page.get_by_test_id("column-changes").first).to_be_visible()
    look.at("columns")
    page.get_by_test_id("tab-columns").press("ArrowRight")
    expect(page.get_by_test_id("tab-statistics")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("This node has not run yet.")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_test_id("component-help")).to_be_visible()


def test_a_wire_is_looked_into_by_mouse_and_by_keyboard(board: Board, page: Page, look: Look) -> None:
    wire = board.wires().first
    wire.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("wire-pane")).to_be_visible()
    expect(page.get_by_test_id("sample-after")).to_be_visible(timeout=10 * SECOND)
    look.at("wire")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("wire-pane")).to_have_count(0)
    middle = wire.locator("path").last.bounding_box()
    assert middle
    page.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    expect(page.get_by_test_id("wire-pane")).to_be_visible()


def test_the_guard_and_the_endpoint_are_laid_over_the_drawing(board: Board, page: Page, look: Look) -> None:
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("t")
    expect(page.get_by_test_id("legend")).to_contain_text("Train rows", timeout=10 * SECOND)
    look.at("fitted-on")
    page.keyboard.press("e")
    expect(page.get_by_test_id("legend")).to_contain_text("Answers", timeout=10 * SECOND)
    expect(page.locator(".cb-node-lit").first).to_be_visible()
    expect(page.get_by_test_id("inspector").get_by_label("Legend")).to_contain_text("What the endpoint will run")
    legend, panel = (page.get_by_label("Legend").bounding_box(), page.get_by_test_id("inspector").bounding_box())
    assert legend
    assert panel
    assert legend["x"] >= panel["x"], "the legend lies over something else"
    look.at("serving")
    page.keyboard.press("e")
    expect(page.get_by_test_id("legend")).to_have_count(0)


def test_a_card_its_ports_and_its_settings_tell_everything_while_it_is_changed(
    board: Board, page: Page, look: Look
) -> None:
    # In words, on the card; columns and their types, at a port; none of it has run
    expect(board.node("split")).to_contain_text("stratify churn")
    expect(board.node("fill")).to_contain_text("Not run yet")
    page.get_by_test_id("port-drop-out-table").hover()
    hint = page.get_by_test_id("hint")
    expect(hint).to_contain_text("table (output, 13 columns)")
    expect(hint).to_contain_text("tenure_months")
    expect(hint).to_contain_text("whole number")
    expect(hint).not_to_contain_text("signup_date")
    look.at("port-columns")

    # What a setting makes of sample rows follows each change of it
    board.select("drop")
    rows = page.get_by_test_id("glimpse-rows")
    expect(rows).to_contain_text("age", timeout=10 * SECOND)
    expect(rows).not_to_contain_text("signup_date")
    page.get_by_test_id("inspector").get_by_role("button", name="Remove signup_date").click()
    expect(rows).to_contain_text("signup_date", timeout=10 * SECOND)
    expect(board.node("drop")).not_to_contain_text("signup_date")
    look.at("settings-with-rows")
    page.get_by_test_id("glimpse-more").click()
    expect(page.get_by_test_id("tab-preview")).to_have_attribute("aria-selected", "true")
    tab(page, "settings")

    # State, rows and time of the last run; what was reused, and what is out of date since
    page.get_by_test_id("canvas-undo").click()
    board.run()
    expect(board.node("drop")).to_contain_text("2,000 rows", timeout=20 * SECOND)
    board.run()
    expect(board.node("fill")).to_contain_text("Reused", timeout=20 * SECOND)
    board.select("fill")
    page.get_by_test_id("field-columns-mode").select_option(label="Chosen columns")
    expect(board.node("encode")).to_contain_text("Out of date", timeout=20 * SECOND)
    expect(board.node("customers")).not_to_contain_text("Out of date")
    look.at("out-of-date")
