"""Drawing by keyboard and by mouse: the palette, ports, the clipboard, lines and rows, and taking it all back."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

LINE = ("deduplicate", "impute_mean", "standardize")


@pytest.fixture
def new(product: Product, page: Page) -> Page:
    """A page on which pipelines are made, with a clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{product.ui_url}/pipelines")
    return page


def make(page: Page, name: str) -> Board:
    """A new, empty pipeline."""
    page.get_by_role("link", name="Pipelines").first.click()
    page.get_by_role("button", name="New pipeline").first.click()
    page.get_by_role("button", name="Empty canvas").click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create").click()
    board = Board(page)
    expect(page.get_by_text("Start with your data")).to_be_visible(timeout=20 * SECOND)
    return board


def by_keyboard(page: Page, *components: str) -> None:
    """Type to add, from the canvas and back to it."""
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("a")
    expect(page.get_by_test_id("palette-search")).to_be_focused()
    for component in components:
        page.keyboard.type(component)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("palette-search")).to_have_value("")
        expect(page.get_by_test_id("palette-search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("canvas")).to_be_focused()


def shown(page: Page) -> list[str]:
    """The nodes in the order in which they were drawn."""
    cards = page.locator(".cb-board [data-testid^=node-]")
    return [str(card.get_attribute("data-testid")).removeprefix("node-") for card in cards.all()]


def left(page: Page, node: str) -> float:
    box = page.get_by_test_id(f"node-{node}").bounding_box()
    assert box is not None
    return box["x"]


def test_a_line_is_drawn_copied_elsewhere_and_taken_back_by_keyboard_alone(new: Page, look: Look) -> None:
    page = new
    board = make(page, "typed")
    by_keyboard(page, *LINE)
    expect(board.wires()).to_have_count(2)
    look.at("drawing-01-typed")

    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    expect(page.get_by_test_id("toast")).to_contain_text("3 nodes are copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("format: 1\nnodes:\n  deduplicate: {component: deduplicate}")
    assert "deduplicate.table -> impute_mean.table" in text

    page.keyboard.press("Control+v")
    expect(board.wires()).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(board.wires()).to_have_count(2)
    page.keyboard.press("Control+y")
    expect(board.wires()).to_have_count(4)
    board.wait_until_saved()

    other = make(page, "from elsewhere")
    page.evaluate("text => navigator.clipboard.writeText(text + '\\n# by mail')", text)  # not what this tab remembers
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Control+v")
    expect(other.wires()).to_have_count(2, timeout=10 * SECOND)
    assert shown(page) == list(LINE)
    other.wait_until_saved()

    page.evaluate("navigator.clipboard.writeText('Dear Sir or Madam')")
    page.keyboard.press("Control+v")
    expect(page.get_by_test_id("toast")).to_contain_text("Nothing was pasted. This is no pipeline", timeout=10 * SECOND)
    look.at("drawing-02-refused")
    assert shown(page) == list(LINE)


def test_a_click_on_a_port_filters_the_palette_and_a_second_one_joins(new: Page, look: Look) -> None:
    page = new
    board = make(page, "ports")
    by_keyboard(page, "random_forest_classifier")
    page.get_by_test_id("port-random_forest_classifier-out-model").click()
    expect(page.get_by_test_id("palette-filter")).to_contain_text("model")
    expect(page.get_by_test_id("palette-standardize")).to_have_count(0)
    look.at("drawing-03-filtered")
    page.get_by_test_id("palette-evaluate").dblclick()
    expect(board.wires()).to_have_count(1)
    expect(page.get_by_test_id("palette-filter")).to_have_count(0)

    page.keyboard.press("Escape")
    board.drop("standardize", 120, 420)
    page.get_by_test_id("port-standardize-out-table").click()
    page.get_by_test_id("port-random_forest_classifier-in-table").click()
    expect(board.wires()).to_have_count(2)

    page.get_by_test_id("port-random_forest_classifier-in-table").click()
    page.get_by_test_id("palette-search").fill("impute_mean")
    page.keyboard.press("Enter")  # its wire is there already: put in between
    expect(board.wires()).to_have_count(3)


def test_cards_come_into_line_and_a_long_line_into_rows(new: Page, look: Look) -> None:
    page = new
    board = make(page, "rows")
    by_keyboard(page, *(LINE * 5))
    expect(board.wires()).to_have_count(14)
    page.keyboard.press("l")
    page.wait_for_timeout(600)
    page.keyboard.press("f")
    page.wait_for_timeout(600)
    look.at("drawing-04-rows")
    zoom = page.evaluate("new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a")
    assert zoom > 0.45

    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+a")
    page.wait_for_timeout(300)
    assert len({round(left(page, node)) for node in shown(page)}) == 1
    page.keyboard.press("Control+z")
    page.wait_for_timeout(300)
    assert len({round(left(page, node)) for node in shown(page)}) > 1
    look.at("drawing-05-many")


def test_stars_and_what_was_used_outlive_a_reload(new: Page, look: Look) -> None:
    page = new
    make(page, "starred")
    page.get_by_test_id("palette-search").fill("standardize")
    page.get_by_test_id("palette-standardize").focus()
    page.keyboard.press("s")
    page.get_by_test_id("palette-search").fill("")
    by_keyboard(page, "deduplicate")
    page.evaluate("localStorage.setItem('canvasback.palette.recent', '{rubbish')")
    page.reload()
    expect(page.get_by_test_id("palette-favourites-standardize")).to_be_visible(timeout=20 * SECOND)
    expect(page.get_by_test_id("palette-category-recent")).to_have_count(0)
    look.at("drawing-06-stars")
