"""Fixing by hand: renaming with all that follows, replacing, going to a problem, nodes that are not installed."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(240)]

DRAWING = """format: 1
name: fixing
nodes:
  data: {component: sample_data, params: {name: customers}}
  sums: {component: formula, params: {name: per_call, expression: monthly_charges / support_calls}}
  keep: {component: filter_rows, params: {condition: "per_call > 3 AND age > 18"}}
  figures: {component: group_by, params: {by: [region], aggregations: [{column: per_call, function: mean}]}}
  scale: {component: standardize, params: {columns: [TenureMonths]}}
  theirs: {component: their_component, title: Of theirs, params: {strength: 0.5, columns: [age]}}
  after: {component: limit_rows, params: {rows: 10}}
edges: [data -> sums, sums -> keep, keep -> figures, data -> scale, data -> theirs, theirs -> after]
layout:
  data: [0.0, 100.0]
  sums: [300.0, 0.0]
  keep: [600.0, 0.0]
  figures: [900.0, 0.0]
  scale: [300.0, 150.0]
  theirs: [300.0, 300.0]
  after: [600.0, 300.0]
"""


def opened(product: Product, page: Page, folder: Path) -> Board:
    path = folder / "fixing.yaml"
    path.write_text(DRAWING)
    product.command("pipeline", "import", str(path))
    (found,) = [one for one in product.command("pipeline", "list") if one["name"] == "fixing"]
    page.goto(f"{product.ui_url}/builder?pipeline={found['id']}")
    board = Board(page)
    board.wait_until_saved()
    page.get_by_test_id("canvas-fit").click()
    page.wait_for_timeout(600)
    return board


def shown(product: Product, node: str) -> dict[str, object]:
    params: dict[str, object] = product.command("pipeline", "show", "fixing")["graph"]["nodes"][node].get("params", {})
    return params


def test_a_drawing_is_mended(product: Product, page: Page, look: Look, tmp_path: Path) -> None:
    board = opened(product, page, tmp_path)
    look.at("fixing-01-problems")

    # F8 goes to the field that is meant, one problem after the other
    for place in (1, 2):
        page.keyboard.press("F8")
        expect(page.get_by_test_id("toast")).to_contain_text(f"Problem {place} of")
        look.at(f"fixing-02-problem-{place}")

    # A gone column has the likely one
    page.get_by_role("button", name="Use “tenure_months” instead").first.click()
    expect(page.get_by_role("button", name="Use “tenure_months” instead")).to_have_count(0, timeout=15 * SECOND)
    board.wait_until_saved()
    assert shown(product, "scale") == {"columns": ["tenure_months"]}

    rename(page, board, look)
    board.wait_until_saved()
    assert shown(product, "keep") == {"condition": '"calls per" > 3 AND age > 18'}
    assert shown(product, "figures")["aggregations"] == [{"column": "calls per", "function": "mean"}]
    page.get_by_test_id("canvas-undo").click()
    board.wait_until_saved()
    assert shown(product, "keep") == {"condition": "per_call > 3 AND age > 18"}

    rename_in_the_form(page, board, look)
    board.wait_until_saved()
    assert shown(product, "keep") == {"condition": "each > 3 AND age > 18"}

    retype(product, page, board, look)
    replace(page, board, look)
    board.wait_until_saved()
    assert "condition" not in shown(product, "keep")
    mend_the_broken(page, board, look)
    board.wait_until_saved()
    assert shown(product, "theirs") == {"columns": ["age"]}


def rename(page: Page, board: Board, look: Look) -> None:
    board.select("sums")
    show_columns(page)
    page.get_by_test_id("rename-per_call").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_test_id("column-dialog")
    page.keyboard.type("calls per")
    expect(dialog).to_contain_text("mean_calls per", timeout=15 * SECOND)
    look.at("fixing-03-rename")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def show_columns(page: Page) -> None:
    page.get_by_test_id("tab-columns").click()
    every = page.get_by_role("button", name="Show all")
    if every.count():
        every.first.click()


def rename_in_the_form(page: Page, board: Board, look: Look) -> None:
    board.select("sums")
    page.get_by_test_id("tab-settings").click()
    board.type_into("name", "each")
    toast = page.get_by_test_id("toast")
    expect(toast).to_contain_text("later place", timeout=15 * SECOND)
    look.at("fixing-04-later-places")
    toast.get_by_role("button", name="Use it there").click()


def retype(product: Product, page: Page, board: Board, look: Look) -> None:
    board.select("data")
    show_columns(page)
    page.get_by_test_id("retype-age").click()
    page.get_by_test_id("new-type").select_option("string")
    expect(page.get_by_test_id("column-dialog")).to_contain_text("Must be looked at", timeout=15 * SECOND)
    look.at("fixing-05-retype")
    page.get_by_test_id("apply-proposal").click()
    expect(page.get_by_test_id("column-dialog")).to_have_count(0)
    board.wait_until_saved()
    (made,) = casts(product)
    assert made["params"] == {"columns": ["age"], "to": "string"}
    look.at("fixing-05-retyped")
    page.get_by_test_id("canvas-undo").click()
    board.wait_until_saved()
    assert casts(product) == []


def casts(product: Product) -> list[dict[str, Any]]:
    nodes = product.command("pipeline", "show", "fixing")["graph"]["nodes"]
    return [node for node in nodes.values() if node["component"] == "cast"]


def replace(page: Page, board: Board, look: Look) -> None:
    board.select("keep")
    page.get_by_test_id("tab-settings").click()
    page.get_by_test_id("replace-node").click()
    page.get_by_test_id("replace-with").fill("limit")
    look.at("fixing-06-replace")
    page.get_by_test_id("replace-with").press("Enter")
    expect(page.get_by_test_id("toast")).to_contain_text("Not kept: the setting “Condition”")


def mend_the_broken(page: Page, board: Board, look: Look) -> None:
    expect(board.wires()).to_have_count(6)
    board.select("theirs")
    expect(page.get_by_test_id("broken-node")).to_contain_text("kept as they are")
    look.at("fixing-07-broken")
    page.get_by_test_id("palette-search").fill("standardize")
    page.get_by_test_id("palette-standardize").drag_to(board.node("theirs"))
    expect(page.get_by_test_id("toast")).to_contain_text("Standardize now")
    look.at("fixing-08-replaced")
