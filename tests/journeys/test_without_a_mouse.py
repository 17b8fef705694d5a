"""With the keyboard alone: from the sample to a run, in the outline, in the text and on the canvas."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND
from tests.journeys.conftest import Look
from tests.journeys.keyboard import Keyboard
from tests.journeys.product import SAMPLE, Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_pipeline_is_made_and_run_with_the_keyboard_alone(product: Product, page: Page, look: Look) -> None:
    keys = Keyboard(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{product.ui_url}/builder?pipeline={product.draw(SAMPLE)}")
    expect(page.get_by_test_id("canvas")).to_be_visible(timeout=30 * SECOND)

    keys.tab_to("Canvas")
    keys.press("ArrowRight")
    assert "Outline" in keys.here()
    keys.tab_to("Sample data")
    assert keys.node() == "customers"

    add_a_node(page, keys)
    wire_another(page, keys)
    set_a_param(page, keys)
    look.at("outline-keyboard")
    run(page, keys)
    look.at("outline-run")
    do_what_the_canvas_does(page, keys, look)
    read_everywhere(page, keys)


def add_a_node(page: Page, keys: Keyboard) -> None:
    keys.go_to_row("fill")
    keys.press("a")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.type("standardize")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    keys.hears("Standardize added between")
    assert keys.node() == "standardize"
    keys.press("Control+z")
    keys.hears("Standardize removed")
    assert keys.node() is not None, "the focus is lost"
    keys.press("Control+Shift+z")
    keys.hears("Standardize added")


def wire_another(page: Page, keys: Keyboard) -> None:
    """A second reader of the data, drawn on its own and wired by name; then another one that is taken away again."""
    keys.go_to_row("customers")
    keys.press("a")
    keys.type("drop missing")
    keys.tab_to("Where", most=4)
    keys.press("End")
    page.get_by_test_id("outline-search").wait_for()
    keys.press("Shift+Tab")
    keys.press("Enter")
    keys.hears("added")
    assert keys.node() == "drop_missing"
    keys.press("w")
    page.get_by_test_id("connect-table").wait_for()
    keys.tab_to("Connect table from", most=4)
    keys.type("Sample")
    keys.press("Enter")
    keys.hears("Wire from Sample data")
    keys.press("Escape", "Escape")
    assert keys.node() == "drop_missing"
    expect(page.get_by_test_id("row-drop_missing")).to_contain_text(re.compile("After .*Sample data"))

    keys.press("Control+d")
    keys.hears("added")
    copy = keys.node()
    assert copy == "drop_missing_2"
    keys.press("Delete")
    keys.hears("removed")
    assert keys.node() not in (None, copy)


def set_a_param(page: Page, keys: Keyboard) -> None:
    keys.go_to_row("split")
    keys.press("F2")
    expect(page.get_by_test_id("node-title")).to_be_focused()
    keys.press("Control+a")
    keys.type("Hold out")
    keys.press("Escape")
    assert keys.node() == "split"
    keys.press("Enter")
    expect(page.locator(".cb-inspector :focus")).to_have_count(1)
    keys.tab_into("field-seed")
    keys.press("Control+a")
    keys.type("11")
    keys.press("Escape")
    assert keys.node() == "split"
    expect(page.get_by_test_id("row-split")).to_contain_text("Hold out")
    expect(page.get_by_test_id("row-split")).to_contain_text("seed 11")


def run(page: Page, keys: Keyboard) -> None:
    page.wait_for_selector("[data-testid=canvas-saved][data-state=saved]", timeout=15 * SECOND)
    keys.press("Control+Enter")
    keys.hears("succeeded", timeout=120)
    expect(page.get_by_test_id("row-model")).to_contain_text("Done", timeout=20 * SECOND)
    expect(page.get_by_test_id("row-drop_missing")).to_contain_text("rows")


def do_what_the_canvas_does(page: Page, keys: Keyboard, look: Look) -> None:
    """Bypassing, grouping, notes, replacing, copying: each of it without leaving the list."""
    keys.go_to_row("fill")
    keys.press("d")
    expect(page.get_by_test_id("row-fill")).to_contain_text("Bypassed")
    keys.press("d")
    expect(page.get_by_test_id("row-fill")).not_to_contain_text("Bypassed")

    keys.press("Shift+ArrowDown", "Control+g")
    expect(page.get_by_test_id("field-title")).to_be_focused()
    keys.press("Control+a")
    keys.type("Prepare")
    keys.press("Escape")
    group = keys.node() or ""
    expect(page.get_by_test_id(f"row-{group}")).to_contain_text("Prepare")
    expect(page.get_by_test_id("row-fill")).to_have_attribute("aria-level", "2")

    keys.go_to_row("split")
    keys.press("n")
    expect(page.get_by_test_id("field-text")).to_be_focused()
    keys.type("Ask Anna.")
    keys.press("Escape")
    expect(page.get_by_test_id(f"row-{keys.node()}")).to_contain_text("Ask Anna.")

    keys.go_to_row("fill")
    keys.press("Enter")
    expect(page.locator(".cb-inspector :focus")).to_have_count(1)
    keys.tab_to("Replace with another", key="Shift+Tab")
    keys.press("Enter")
    page.get_by_test_id("replace-with").wait_for()
    keys.tab_to("Replace with", most=4)
    keys.type("impute mean")
    keys.press("Enter")
    expect(page.get_by_test_id("row-fill")).to_contain_text("Impute mean")
    look.at("outline-everything")

    keys.go_to_row("customers")
    keys.press("Control+c")
    expect(page.get_by_test_id("toast")).to_contain_text("copied")
    keys.press("Control+v")
    expect(page.get_by_test_id("row-customers_2")).to_be_visible()
    keys.press("Control+z")
    expect(page.get_by_test_id("row-customers_2")).to_have_count(0)


def read_everywhere(page: Page, keys: Keyboard) -> None:
    """The same pipeline in the other two views, reached by a key; and back where one was."""
    keys.press("v")
    text = page.get_by_test_id("text-area")
    expect(text).to_have_value(re.compile("title: Hold out"), timeout=20 * SECOND)
    keys.tab_to("The pipeline as YAML")
    keys.press("Control+End")
    keys.type("oops: [")
    expect(page.get_by_test_id("text-remarks")).to_contain_text("not YAML", timeout=20 * SECOND)
    expect(page.get_by_test_id("text-unapplied")).to_have_count(1)
    keys.tab_to("Give up my changes", key="Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_test_id("text-unapplied")).to_have_count(0)
    write_it(page, keys)
    keys.tab_to("YAML", key="Shift+Tab")
    keys.press("ArrowRight")
    assert "Canvas" in keys.here()
    expect(page.get_by_test_id("node-split")).to_contain_text("seed 12")
    expect(page.get_by_test_id("node-model")).to_contain_text("Out of date", timeout=20 * SECOND)


def write_it(page: Page, keys: Keyboard) -> None:
    """What is wrong in a text is said with its line; what is right is drawn."""
    text = page.get_by_test_id("text-area").input_value().replace("seed: 11", "seed: 12")
    keys.tab_to("The pipeline as YAML")
    keys.press("Control+a")
    page.keyboard.insert_text(text.replace("standardize", "standardise"))
    line = 1 + text[: text.index("component: standardize")].count("\n")
    expect(page.get_by_test_id("text-remarks")).to_contain_text("standardise", timeout=20 * SECOND)
    expect(page.get_by_test_id("text-remarks")).to_contain_text(f"Line {line}")
    keys.press("Control+a")
    page.keyboard.insert_text(text)
    expect(page.get_by_test_id("text-standing")).to_contain_text("Apply draws it", timeout=20 * SECOND)
    keys.press("Control+s")
    expect(page.get_by_test_id("text-unapplied")).to_have_count(0, timeout=10 * SECOND)
