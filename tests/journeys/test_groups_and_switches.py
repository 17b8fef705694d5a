"""Groups that collapse, nodes that are switched off, notes: with the mouse and with the keys."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

DRAWN = """
format: 1
name: NAME
nodes:
  people: {component: sample_data, params: {name: customers}}
  fill: {component: impute_mean}
  encode: {component: encode_one_hot, params: {columns: [contract]}}
  split: {component: split_random, params: {test: 0.3, seed: 1}}
  model: {component: decision_tree_classifier, params: {target: churn, features: numeric}}
  prepare: {component: group, params: {title: Prepare, width: 620, height: 260}}
edges: [people -> fill, fill -> encode, encode -> split, split -> model]
layout: {people: [-300, 80], fill: [40, 80], encode: [340, 80], split: [720, 80], model: [1000, 80], prepare: [0, 0]}
"""


@pytest.fixture
def board(product: Product, page: Page, tmp_path: Path, request: pytest.FixtureRequest) -> Board:
    name = request.node.name[5:40]
    file = tmp_path / "drawn.yaml"
    file.write_text(DRAWN.replace("NAME", name))
    made = product.command("pipeline", "import", str(file))
    page.goto(f"{product.ui_url}/builder?pipeline={made['id']}")
    expect(page.get_by_test_id("node-people")).to_be_visible(timeout=30 * SECOND)
    return Board(page)


def titled(board: Board) -> Locator:
    return board.node("prepare").locator(".cb-frame-title")


def exported(product: Product, request: pytest.FixtureRequest) -> dict[str, dict[str, object]]:
    nodes: dict[str, dict[str, object]] = product.command("pipeline", "export", request.node.name[5:40])["nodes"]
    return nodes


def test_a_group_collapses_runs_and_expands(
    board: Board, page: Page, look: Look, product: Product, request: pytest.FixtureRequest
) -> None:
    titled(board).click()
    page.keyboard.press("g")
    card = board.node("prepare")
    expect(card).to_contain_text("2 nodes")
    expect(board.node("fill")).to_have_count(0)
    expect(board.wires()).to_have_count(3)
    expect(page.get_by_test_id("port-fill-in-table")).to_be_visible()
    expect(page.get_by_test_id("port-encode-out-table")).to_be_visible()
    board.run()
    expect(card).to_contain_text("Done", timeout=20 * SECOND)
    look.at("group-collapsed-done")

    page.get_by_test_id("inner-encode").click()
    expect(board.node("encode")).to_be_visible()
    expect(board.wires()).to_have_count(4)
    page.get_by_test_id("canvas-undo").click()
    expect(board.node("encode")).to_have_count(0)

    board.node("prepare").get_by_text("Prepare").click()
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("toast")).to_contain_text("with the 2 nodes in it")
    expect(board.wires()).to_have_count(1)
    page.get_by_test_id("toast").get_by_role("button", name="Undo").click()
    expect(board.wires()).to_have_count(3)
    board.node("prepare").get_by_text("Prepare").click()
    page.keyboard.press("Control+d")
    board.wait_until_saved()
    nodes = exported(product, request)
    assert nodes["prepare_2"]["params"]["members"] == ["fill_2", "encode_2"]  # type: ignore[index]
    board.node("prepare").dblclick(position={"x": 12, "y": 12})  # the rest of it lies under the copy
    expect(board.node("fill")).to_be_visible()


def test_what_is_selected_is_grouped_named_and_ungrouped(board: Board, page: Page, look: Look) -> None:
    board.select("split")
    board.node("model").click(modifiers=["Control"])
    page.keyboard.press("Control+g")
    page.get_by_test_id("written").fill("Learn")
    page.keyboard.press("Enter")
    group = page.locator(".cb-frame").filter(has_text="Learn")
    expect(group).to_be_visible()
    look.at("group-named")
    page.keyboard.press("g")
    expect(board.node("model")).to_have_count(0)
    page.keyboard.press("Control+Shift+g")
    expect(board.node("model")).to_be_visible()
    expect(page.locator(".cb-frame").filter(has_text="Learn")).to_have_count(0)


def test_a_bypassed_node_lets_everything_pass_and_a_source_takes_all_along(
    board: Board, page: Page, look: Look, product: Product, request: pytest.FixtureRequest
) -> None:
    board.select("fill")
    page.keyboard.press("d")
    expect(board.node("fill")).to_contain_text("Bypassed")
    board.wait_until_saved()
    assert exported(product, request)["fill"]["disabled"] is True
    board.run()
    expect(board.node("encode")).to_contain_text("Done", timeout=20 * SECOND)
    expect(board.node("fill")).to_contain_text("Bypassed")
    look.at("bypassed")

    board.select("people")
    page.get_by_test_id("switch").click()
    expect(board.node("people")).to_contain_text("Off")
    expect(board.node("model")).to_contain_text("Left out", timeout=10 * SECOND)
    look.at("left-out")
    page.get_by_test_id("canvas-problems").click()
    page.get_by_role("button", name="Switch Sample data on").click()
    expect(board.node("model")).not_to_contain_text("Left out", timeout=10 * SECOND)


def test_a_note_is_written_where_it_lies(board: Board, page: Page, look: Look) -> None:
    board.select("people")
    page.keyboard.press("n")
    page.get_by_test_id("written").fill("Prices are net.\nAsk Anna.")
    page.keyboard.press("Escape")
    paper = page.locator(".cb-note")
    expect(paper).to_contain_text("Ask Anna.")
    page.get_by_role("button", name="Pink colour").click()
    expect(paper).to_have_class("cb-note cb-paint-pink cb-drawn-selected")
    look.at("note")
    paper.dblclick()
    page.get_by_test_id("written").fill("Gross.")
    page.keyboard.press("Control+Enter")
    expect(paper).to_contain_text("Gross.")
    page.keyboard.press("Control+z")
    expect(paper).to_contain_text("Ask Anna.")
