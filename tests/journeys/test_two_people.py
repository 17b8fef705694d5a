"""Two people at one pipeline, in two browsers: they see each other, and nobody's work is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

DRAWN = """
name: {name}
params: {{share: {{type: number, default: 0.25, min: 0.05, max: 0.9, about: Kept for the test}}}}
nodes:
  rows: {{component: sample_data, params: {{name: iris}}}}
  some: {{component: filter_rows, params: {{condition: "sepal_length_cm > 1"}}}}
  split: {{component: split_random, params: {{test: "${{share}}", seed: 7}}}}
  model: {{component: logistic_regression, params: {{target: species}}}}
edges: [rows -> some, some -> split, split -> model]
layout: {{rows: [0, 0], some: [300, 0], split: [600, 0], model: [900, 0]}}
"""


@pytest.fixture
def others(browser: Browser) -> Iterator[Page]:
    """A second person at another computer."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def opened(product: Product, page: Page, pipeline_id: str) -> Board:
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}")
    return Board(page)


def imported(product: Product, folder: Path, name: str, text: str = DRAWN) -> str:
    file = folder / f"{name}.yaml"
    file.write_text(text.format(name=name))
    return str(product.command("pipeline", "import", str(file))["id"])


def named(page: Page, name: str) -> None:
    page.get_by_test_id("person-me").click(timeout=30 * SECOND)
    page.get_by_test_id("person-name").fill(name)
    page.keyboard.press("Enter")


def told_a_conflict(*pages: Page) -> Page:
    """The one of two people whose change came second."""
    for _ in range(90):
        told = [one for one in pages if one.get_by_test_id("conflict").count()]
        if told:
            assert len(told) == 1
            return told[0]
        pages[0].wait_for_timeout(SECOND // 2)
    raise AssertionError("nobody was told of the conflict")


def test_two_people_see_each_other_and_both_keep_their_work(
    product: Product, page: Page, others: Page, tmp_path: Path
) -> None:
    pipeline_id = imported(product, tmp_path, "shared")
    anna, ben = opened(product, page, pipeline_id), opened(product, others, pipeline_id)
    named(others, "Ben")
    named(page, "Anna Maria")
    expect(page.get_by_test_id("person")).to_have_attribute("title", "Ben is here", timeout=30 * SECOND)
    expect(others.get_by_test_id("person")).to_have_text("AM", timeout=30 * SECOND)

    ben.select("some")
    expect(page.get_by_test_id("watched-some")).to_contain_text("Ben", timeout=30 * SECOND)

    ben.type_into("condition", "sepal_length_cm > 5")
    expect(anna.node("some")).to_contain_text("sepal_length_cm > 5", timeout=30 * SECOND)
    expect(page.get_by_test_id("person")).to_contain_text("Ben is editing", timeout=30 * SECOND)

    # At once: each sets something of another node, and both set the same seed.
    anna.select("split")
    ben.select("split")
    others.get_by_test_id("advanced").click() if others.get_by_test_id("field-seed").count() == 0 else None
    page.get_by_test_id("advanced").click() if page.get_by_test_id("field-seed").count() == 0 else None
    page.get_by_test_id("node-title").fill("Anna’s split")
    page.get_by_test_id("field-seed").fill("11")
    others.get_by_test_id("field-seed").fill("22")
    late = told_a_conflict(page, others)
    expect(late.get_by_test_id("conflict")).to_contain_text("Seed")
    late.get_by_test_id("conflict-take").click()
    expect(late.get_by_test_id("conflict")).to_have_count(0)
    for board in (anna, ben):
        board.wait_until_saved()
        expect(board.node("split")).to_contain_text("Anna’s split", timeout=30 * SECOND)
    kept = product.command("pipeline", "export", "shared")["nodes"]["split"]
    first = "22" if late is page else "11"
    assert (kept["title"], str(kept["params"]["seed"])) == ("Anna’s split", first)
    assert kept["params"]["test"] == "${share}"

    others.close()
    expect(page.get_by_test_id("canvas-people")).to_have_count(0, timeout=60 * SECOND)


def test_a_run_is_seen_on_another_computer_with_what_it_asked_for(
    product: Product, page: Page, others: Page, tmp_path: Path
) -> None:
    pipeline_id = imported(product, tmp_path, "asked")
    board = opened(product, page, pipeline_id)
    board.wait_until_saved()
    page.get_by_test_id("canvas-run-menu").click()
    expect(page.get_by_test_id("canvas-run-changed")).to_contain_text("Logistic regression", timeout=30 * SECOND)
    page.get_by_test_id("canvas-run-with").click()
    page.get_by_test_id("field-share").fill("7")
    page.get_by_test_id("run-with-start").click()
    expect(page.get_by_test_id("run-with")).to_contain_text("This must be at most 0.9.")
    page.get_by_test_id("field-share").fill("0.5")
    page.get_by_test_id("run-with-start").click()
    opened(product, others, pipeline_id)
    for one in (page, others):
        expect(one.get_by_test_id("canvas-lastrun")).to_contain_text("Succeeded", timeout=90 * SECOND)
        expect(one.get_by_test_id("canvas-lastrun")).to_have_attribute("title", "Run 1, with share = 0.5")
    page.get_by_test_id("canvas-run-menu").click()
    expect(page.get_by_test_id("canvas-run-changed")).to_contain_text("Split", timeout=30 * SECOND)
    page.keyboard.press("Escape")
    board.select("model")
    outcome = page.get_by_test_id("outcome")
    expect(outcome).to_contain_text("Baseline")
    page.get_by_test_id("canvas-fullscreen").click()
    expect(outcome).to_be_visible()


def test_a_parameter_is_made_used_renamed_and_undone(product: Product, page: Page, tmp_path: Path) -> None:
    pipeline_id = imported(product, tmp_path, "declared")
    board = opened(product, page, pipeline_id)
    board.select("model")
    field = page.get_by_test_id("field-C")
    page.get_by_text("C", exact=True).first.hover() if field.count() else page.get_by_test_id("advanced").click()
    page.get_by_test_id("parameter-C").click()
    page.get_by_test_id("new-parameter-C").click()
    expect(page.get_by_test_id("field-C")).to_contain_text("is 1")
    page.get_by_test_id("canvas-parameters").click()
    page.get_by_test_id("parameter-row-C").get_by_role("button").first.click()
    name = page.get_by_test_id("parameter-name")
    name.fill("share")
    expect(page.get_by_test_id("parameters")).to_contain_text("There is a parameter called share already.")
    name.fill("strength")
    name.press("Enter")
    expect(page.get_by_test_id("delete-parameter")).to_be_disabled()
    board.wait_until_saved()
    kept = product.command("pipeline", "export", "declared")
    assert kept["nodes"]["model"]["params"]["C"] == "${strength}"
    assert kept["params"]["strength"] == 1
    for _ in range(3):
        page.get_by_test_id("canvas-undo").click()
    board.wait_until_saved()
    kept = product.command("pipeline", "export", "declared")
    assert "C" not in kept["nodes"]["model"]["params"]
    assert list(kept["params"]) == ["share"]
