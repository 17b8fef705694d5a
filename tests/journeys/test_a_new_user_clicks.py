"""Somebody new, with the product alone: the words they know, clicks only, and what is missing is said where it is."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND, Board, middle
from tests.journeys.conftest import Look
from tests.journeys.product import Product
from tests.journeys.test_drawing import make

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

TEN_MINUTES = 600


@pytest.fixture
def new(product: Product, page: Page) -> Page:
    """A laptop's window, on the page where pipelines are made."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{product.ui_url}/pipelines")
    return page


def click(page: Page, words: str, component: str) -> None:
    """Search by the words that somebody knows, and click what was meant."""
    page.get_by_test_id("palette-search").fill(words)
    page.get_by_test_id(f"palette-{component}").click()
    expect(page.get_by_test_id("palette-search")).to_have_value("")
    expect(page.get_by_test_id(f"node-{component}")).to_be_visible()


def choose(page: Page, field: str, value: str) -> None:
    """Choose from a list with the mouse."""
    page.get_by_test_id(f"field-{field}").click()
    page.get_by_role("option", name=value).first.click()
    page.wait_for_timeout(300)


def test_the_churn_pipeline_is_built_by_clicking(new: Page, look: Look) -> None:
    page = new
    board, began = make(page, "clicked"), time.monotonic()
    click(page, "sample", "sample_data")
    for words, component in (
        ("fillna", "impute_mean"),
        ("dummy", "encode_one_hot"),
        ("train test split", "split_random"),
        ("gbm", "hist_gradient_boosting_classifier"),
    ):
        click(page, words, component)
    expect(board.wires()).to_have_count(4)
    board.wait_until_saved()
    choose(page, "target", "churn")
    click(page, "auc", "evaluate")
    expect(board.wires()).to_have_count(5)
    look.at("clicked-01-drawn")
    board.wait_until_saved()
    # The encoder takes the target, too: the canvas says so, and offers to leave it out.
    fixes = page.locator("[data-testid=fix-all], [data-testid^=fix-]")
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Escape")
    if fixes.count():
        fixes.first.click()
        board.wait_until_saved()
    look.at("clicked-02-mended")
    board.run(timeout=240)
    look.at("clicked-03-done")
    assert time.monotonic() - began < TEN_MINUTES


def test_a_click_adds_one_node_and_one_undo_takes_it_back(new: Page) -> None:
    page = new
    board = make(page, "clicked once")
    page.get_by_test_id("palette-search").fill("standardize")
    page.get_by_test_id("palette-standardize").dblclick()  # out of habit
    cards = page.locator(".cb-board [data-testid^=node-]")
    expect(cards).to_have_count(1)
    area, card = board.area.bounding_box(), board.node("standardize").bounding_box()
    assert area is not None
    assert card is not None
    assert area["height"] > 600, "the drawing has most of a window of 900 pixels"
    middle = card["y"] + card["height"] / 2
    assert abs(middle - (area["y"] + area["height"] / 2)) < area["height"] / 4
    page.keyboard.press("Control+z")
    expect(cards).to_have_count(0)


def test_a_setting_without_columns_says_what_is_missing_and_leads_there(new: Page, look: Look) -> None:
    page = new
    board = make(page, "nothing fits")
    click(page, "split", "split_random")
    page.get_by_test_id("field-stratify").click()
    expect(page.get_by_test_id("nothing-to-choose")).to_contain_text("Connect data first")
    look.at("clicked-04-missing")
    page.get_by_test_id("nothing-to-choose").click()
    expect(page.get_by_test_id("palette-filter")).to_contain_text("Before Split at random")
    page.get_by_test_id("palette-dataset").click()
    expect(board.wires()).to_have_count(1)
    board.wait_until_saved()
    page.get_by_test_id("node-split_random").click()
    page.get_by_test_id("field-stratify").click()
    expect(page.get_by_test_id("nothing-to-choose")).to_contain_text("Dataset", timeout=20 * SECOND)
    page.get_by_test_id("nothing-to-choose").click()
    expect(page.get_by_test_id("node-title")).to_have_value("Dataset")


def test_what_is_looked_at_stays_in_view_when_cards_come_between(new: Page, look: Look) -> None:
    page = new
    board = make(page, "kept in view")
    for words in ("sample_data", "deduplicate", "standardize"):
        click(page, words, words)
        page.wait_for_timeout(400)
    drawn = ["sample_data", "deduplicate", "standardize"]
    assert outside(board, drawn) == [], "three cards fit, a little smaller"
    page.get_by_test_id("palette-search").fill("impute_mean")
    (x, y), area = middle(board.wires().first), board.area.bounding_box()
    assert area is not None
    page.get_by_test_id("palette-impute_mean").drag_to(
        board.area, target_position={"x": x - area["x"], "y": y - area["y"]}
    )
    expect(page.get_by_label("Wire from Impute mean to Remove duplicates")).to_have_count(1)
    page.wait_for_timeout(400)
    look.at("clicked-05-inserted")
    assert outside(board, ["sample_data", "impute_mean", "deduplicate"]) == [], "the new card and those that it joins"
    lefts = [middle(board.node(node))[0] for node in ("sample_data", "impute_mean", "deduplicate", "standardize")]
    assert lefts == sorted(lefts)


def outside(board: Board, nodes: list[str]) -> list[str]:
    """Which of these cards are not wholly on the board."""
    panel = board.page.get_by_test_id("inspector").bounding_box()
    area = board.area.bounding_box()
    assert area is not None
    right = min(area["x"] + area["width"], panel["x"] if panel else float("inf"))
    boxes = {node: board.node(node).bounding_box() for node in nodes}
    return [
        node for node, box in boxes.items() if not box or box["x"] < area["x"] or box["x"] + box["width"] > right + 1
    ]
