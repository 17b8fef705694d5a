"""Drawing with the mouse: from the shelves onto wires, into the air, onto what does not fit; boxes, rows and views."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.board import Board, middle
from tests.journeys.conftest import Look
from tests.journeys.product import SAMPLE, Product
from tests.journeys.test_drawing import by_keyboard, left, make, shown

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def new(product: Product, page: Page) -> Page:
    """A page on which pipelines are made, with a clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{product.ui_url}/pipelines")
    return page


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press at one place, let go at another."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 12, start[1] + 8, steps=3)
    page.mouse.move(*end, steps=10)
    page.wait_for_timeout(150)
    page.mouse.up()
    page.wait_for_timeout(300)


def beside(place: Locator, x: float, y: float) -> tuple[float, float]:
    """A point so far from the middle of something."""
    across, down = middle(place)
    return across + x, down + y


def port(page: Page, name: str) -> Locator:
    return page.get_by_test_id(f"port-{name}")


def test_a_pipeline_is_dragged_together_and_what_does_not_fit_says_why(new: Page, look: Look) -> None:
    page = new
    board = make(page, "dragged")
    page.get_by_test_id("palette-category-rows").click()
    page.get_by_test_id("palette-sample_data").drag_to(board.area, target_position={"x": 180, "y": 300})
    page.get_by_test_id("palette-filter_rows").drag_to(board.area, target_position={"x": 620, "y": 300})
    page.keyboard.press("Escape")
    board.connect("sample_data.table", "filter_rows.table")
    expect(board.wires()).to_have_count(1)
    expect(page.get_by_test_id("palette-recent-filter_rows")).to_be_visible()

    # Onto the wire: it comes between, and what stood too close makes room
    page.get_by_test_id("palette-search").fill("deduplicate")
    (x, y), area = middle(board.wires().first), board.area.bounding_box()
    assert area
    onto = {"x": x - area["x"], "y": y - area["y"]}
    page.get_by_test_id("palette-deduplicate").drag_to(board.area, target_position=onto)  # type: ignore[arg-type]
    expect(board.wires()).to_have_count(2)
    expect(page.get_by_label("Wire from Remove duplicates to Filter rows")).to_have_count(1)
    page.get_by_test_id("palette-search").fill("")
    page.get_by_test_id("canvas-fit").click()
    page.wait_for_timeout(400)

    # Over nothing: what fits there is offered, and comes wired
    drag(page, middle(port(page, "filter_rows-out-table")), beside(board.node("filter_rows"), -120, 200))
    page.get_by_test_id("quick-search").fill("forest")
    look.at("dragged-01-what-fits")
    expect(page.get_by_role("dialog", name="Add a node to this wire").get_by_text("Evaluate")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(board.wires()).to_have_count(3)
    model = shown(page)[-1]

    # A model is no table; a source takes nothing: the canvas says so, by name
    refusal = page.get_by_test_id("refusal")
    drag(page, middle(port(page, f"{model}-out-model")), middle(port(page, "deduplicate-in-table")))
    expect(refusal).to_contain_text(re.compile("gives a model here, but “Remove duplicates” takes a table"))
    look.at("dragged-02-refused")
    board.connect_to_card(f"{model}.predictions", "sample_data")
    expect(refusal).to_contain_text("“Sample data” takes nothing")
    drag(page, middle(port(page, f"{model}-out-predictions")), middle(port(page, "deduplicate-in-table")))
    expect(refusal).to_contain_text("already")
    expect(board.wires()).to_have_count(3)
    assert shape(port(page, f"{model}-out-model")) != shape(port(page, f"{model}-out-predictions"))

    # Onto the middle of a card: its first port that fits
    page.get_by_test_id("palette-limit_rows").drag_to(board.area, target_position={"x": 200, "y": 620})
    page.keyboard.press("Escape")
    board.connect_to_card("filter_rows.rest", "limit_rows")
    expect(page.get_by_label("Wire from Filter rows to Limit rows")).to_have_count(1)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(board.wires()).to_have_count(3)

    # Hovering over a wire shows how to cut it
    page.mouse.move(*middle(board.wires().first))
    page.locator(".cb-wire-cut").click()
    expect(board.wires()).to_have_count(2)
    page.get_by_test_id("canvas-undo").click()
    expect(board.wires()).to_have_count(3)


def shape(place: Locator) -> tuple[str, str]:
    """Its corners and its colour."""
    style = "it => [getComputedStyle(it).borderRadius, getComputedStyle(it).backgroundColor]"
    corners, colour = place.evaluate(style)
    return corners, colour


def test_cards_are_boxed_moved_spread_cut_and_doubled_and_all_of_it_is_taken_back(new: Page, look: Look) -> None:
    page = new
    board = make(page, "moved")
    by_keyboard(page, "deduplicate", "impute_mean", "standardize")
    page.get_by_test_id("canvas-fit").click()
    page.wait_for_timeout(400)
    page.keyboard.press("Escape")

    # A box around two of three
    page.keyboard.down("Shift")
    drag(page, beside(board.node("deduplicate"), -60, -120), beside(board.node("impute_mean"), 20, 120))
    page.keyboard.up("Shift")
    expect(page.locator(".cb-node-selected")).to_have_count(2)
    expect(page.get_by_test_id("inspector")).to_contain_text("2 nodes")
    look.at("moved-01-boxed")

    # Moved together, onto the grid
    before = [left(page, node) for node in shown(page)]
    drag(page, middle(board.node("deduplicate")), beside(board.node("deduplicate"), 43, 57))
    after = [left(page, node) for node in shown(page)]
    assert [round(b - a) > 20 for a, b in zip(before, after, strict=True)] == [True, True, False]
    board.wait_until_saved()
    places = [place(page, node) for node in shown(page)]
    assert all(x % 10 == 0 and y % 10 == 0 for x, y in places), places
    page.keyboard.press("Control+z")
    page.wait_for_timeout(300)
    assert [round(left(page, node)) for node in shown(page)] == [round(x) for x in before]

    # Arrow keys move one, spreading puts it back between the others
    board.select("impute_mean")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+Shift+h")
    page.wait_for_timeout(300)
    first, second, third = (place(page, node)[0] for node in shown(page))
    assert abs((second - first) - (third - second)) <= 10

    cut_and_double(page, board)
    set_and_name(page, board)

    # All the way back to nothing
    undo = page.get_by_test_id("canvas-undo")
    for _ in range(40):
        if undo.is_disabled():
            break
        undo.click()
        page.wait_for_timeout(60)
    expect(page.get_by_text("Start with your data")).to_be_visible()


def cut_and_double(page: Page, board: Board) -> None:
    board.select("standardize")
    page.keyboard.press("Control+x")
    expect(board.node("standardize")).to_have_count(0)
    page.keyboard.press("Control+v")
    expect(board.node("standardize")).to_have_count(1)
    page.keyboard.press("Control+d")
    expect(board.node("standardize_2")).to_be_visible()


def set_and_name(page: Page, board: Board) -> None:
    """A setting, a title: each is taken back and done again by itself."""
    board.select("impute_mean")
    page.get_by_test_id("field-columns-mode").select_option(label="Chosen columns")
    page.get_by_test_id("node-title").fill("Fill them")
    page.keyboard.press("Enter")
    expect(board.node("impute_mean")).to_contain_text("Fill them")
    page.get_by_test_id("canvas-undo").click()
    expect(board.node("impute_mean")).to_contain_text("Impute mean")
    page.get_by_test_id("canvas-undo").click()
    expect(page.get_by_test_id("field-columns-mode").locator("option:checked")).not_to_have_text("Chosen columns")
    page.get_by_test_id("canvas-redo").click()
    page.get_by_test_id("canvas-redo").click()
    expect(board.node("impute_mean")).to_contain_text("Fill them")


def place(page: Page, node: str) -> tuple[int, int]:
    """Where a card stands in the drawing."""
    moved = page.locator(f".react-flow__node[data-id={node}]").evaluate(
        "it => { const at = new DOMMatrix(getComputedStyle(it).transform); return [at.e, at.f] }"
    )
    return round(moved[0]), round(moved[1])


def test_a_view_is_zoomed_panned_by_the_overview_and_filled_and_the_keys_are_on_a_sheet(
    product: Product, page: Page, look: Look
) -> None:
    page.goto(f"{product.ui_url}/builder?pipeline={product.draw(SAMPLE.replace('name: sample', 'name: viewed'))}")
    board = Board(page)
    board.arrange()
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_timeout(250)
    overview = page.get_by_label("Overview of the pipeline")
    expect(overview).to_be_visible()
    look.at("viewed-01-overview")
    before = left(page, "customers")
    drag(page, middle(overview), beside(overview, 30, 10))
    assert left(page, "customers") < before - 20
    page.keyboard.press("f")
    expect(overview).to_have_count(0)

    # From afar, a card shows what it is by its icon: words that nobody can read are not drawn
    card = page.get_by_test_id("node-customers")
    expect(card.locator(".cb-node-title")).to_be_visible()
    while page.locator(".cb-far").count() == 0:
        page.get_by_role("button", name="Zoom out").click()
        page.wait_for_timeout(250)
    expect(card.locator(".cb-node-title")).to_be_hidden()
    expect(card.locator(".cb-node-icon")).to_be_visible()
    look.at("viewed-02-from-afar")
    # And while an edit is kept, it is not faded: that would paint every card anew
    expect(page.locator(".stElementContainer[data-stale]", has=page.get_by_test_id("canvas"))).to_have_css(
        "transition-property", "none"
    )
    page.keyboard.press("f")
    expect(card.locator(".cb-node-title")).to_be_visible()

    page.get_by_test_id("canvas-fullscreen").click()
    size = page.viewport_size
    filled = page.get_by_test_id("canvas").bounding_box()
    assert size
    assert filled
    assert (round(filled["width"]), round(filled["height"])) == (size["width"], size["height"])
    look.at("viewed-03-fullscreen")
    page.keyboard.press("?")
    expect(page.get_by_test_id("help")).to_contain_text("Drop a component on a wire")
    look.at("viewed-04-keys")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("help")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    narrower = page.get_by_test_id("canvas").bounding_box()
    assert narrower
    assert narrower["width"] < size["width"]
