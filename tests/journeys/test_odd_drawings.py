"""Drawings that no canvas of ours would make are shown with their problems, or refused; nothing else is touched."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.service import Settings, open_workspace
from engine.service.building import pipelines
from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

LONG = "a long name with many words in it, and_without_any_place_to_break_it_" * 2
ODD = f"""format: 1
name: "odd {LONG:.110}"
nodes:
  rows: {{component: sample_data, params: {{name: iris}}}}
  a: {{component: deduplicate, title: "{LONG}"}}
  b: {{component: deduplicate}}
  constructor: {{component: not_installed, params: {{__proto__: {{polluted: true}}, deep: {{x: [1]}}}}}}
  forest: {{component: random_forest_classifier, params: {{target: species}}}}
  limit: {{component: limit_rows, params: {{rows: 999999999999999999999}}}}
  sums: {{component: formula, params: {{name: x, expression: "{"1 + " * 2000}1"}}}}
edges:
  - a -> b
  - b -> a
  - rows.nowhere -> forest.table
  - forest.model -> limit.table
  - rows -> constructor.what
  - rows -> sums
layout: {{rows: [0, 0], a: [300, 0], b: [600, 0], constructor: [300, 150], forest: [600, 150], limit: [900, 150],
  sums: [300, 300]}}
"""


def test_an_odd_drawing_is_shown_with_what_is_wrong_and_mended(
    product: Product, page: Page, look: Look, tmp_path: Path
) -> None:
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.goto(f"{product.ui_url}/builder?pipeline={product.draw(ODD)}")
    board = Board(page)
    board.wait_until_saved()
    page.get_by_test_id("canvas-fit").click()
    expect(page.locator(".cb-node")).to_have_count(7)
    expect(board.node("constructor")).to_contain_text("Not installed")
    page.get_by_test_id("canvas-problems").click()
    problems = page.get_by_test_id("inspector")
    for words in ("in a circle", "has no output called “nowhere”", "takes a table", "not_installed"):
        expect(problems).to_contain_text(words)
    look.at("odd-01-problems")
    assert page.evaluate("({}).polluted") is None
    page.get_by_role("button", name="Remove the wire").first.click()
    expect(page.get_by_test_id("toast")).to_contain_text("Fix applied", timeout=15 * SECOND)
    board.select("sums")
    look.at("odd-02-long")
    board.select("constructor")
    expect(page.get_by_test_id("broken-node")).to_contain_text("polluted")
    assert thrown == []


PASTED = {
    "format: 0\nnodes: {a: {component: deduplicate}}": "format 0",
    "nodes:\n" + "".join(f"  n{i}: {{component: deduplicate}}\n" for i in range(10_000)): "2,000 are the most",
    '{"nodes": {"__proto__": {"component": "deduplicate"}}}': "__proto__",
    "nodes: {a: {component: deduplicate}}\nedges: [a -> nobody]": "nobody",
}


def test_what_cannot_be_pasted_is_refused_in_words_and_nothing_is_touched(
    product: Product, page: Page, look: Look
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pipeline_id = product.draw("format: 1\nname: pasted_onto\nnodes: {a: {component: deduplicate}}\nedges: []\n")
    place = open_workspace(Settings(home=product.home))
    before = pipelines.get_draft(place, pipeline_id)
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}")
    Board(page).wait_until_saved()
    for text, words in PASTED.items():
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        page.get_by_test_id("canvas").focus()
        page.keyboard.press("Control+v")
        toast = page.get_by_test_id("toast")
        expect(toast).to_contain_text("Nothing was pasted", timeout=15 * SECOND)
        expect(toast).to_contain_text(words)
        look.at(f"odd-03-{words.split()[0].strip('_')}")
        toast.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".cb-node")).to_have_count(1)
    assert pipelines.get_draft(place, pipeline_id).document == before.document
    place.database.close()
