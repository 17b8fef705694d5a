"""Versions kept, told apart, gone back to and gone on from, and why the score changed, in a real browser."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

DRAWN = """
format: 1
name: churn, in versions
nodes:
  customers: {component: sample_data}
  fill: {component: impute_mean, params: {columns: numeric}}
  encode: {component: encode_one_hot, params: {columns: {select: text, except: [customer_id]}}}
  split: {component: split_random, params: {test: 0.25, stratify: churn, seed: 7}}
  model:
    component: logistic_regression
    params: {target: churn, features: {select: all, except: [customer_id, signup_date]}}
edges: [customers -> fill, fill -> encode, encode -> split, split -> model]
layout: {customers: [0, 0], fill: [260, 0], encode: [520, 0], split: [780, 0], model: [1040, 0]}
"""


@pytest.fixture(scope="module")
def pipeline_id(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pipeline with two versions, both of which ran."""
    file: Path = tmp_path_factory.mktemp("drawn") / "churn.yaml"
    for text in (DRAWN, DRAWN.replace("seed: 7", "seed: 8").replace("churn, features", "churn, C: 0.001, features")):
        file.write_text(text)
        product.command("run", str(file))
    return str(product.command("pipeline", "import", str(file))["id"])


def test_two_versions_are_compared_on_the_canvas(product: Product, page: Page, look: Look, pipeline_id: str) -> None:
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}&view=Versions")
    for number in (1, 2):
        page.get_by_role("checkbox", name=f"Compare v{number}").locator("xpath=ancestor::label").click()
    page.get_by_role("button", name="Compare v1 with v2").click()
    expect(page.get_by_test_id("diff-legend")).to_contain_text("Changed", timeout=30 * SECOND)
    assert "before=v1" in page.url
    assert "after=v2" in page.url
    page.get_by_test_id("diff-model").click()
    expect(page.get_by_test_id("diff-params")).to_contain_text("0.001")
    look.at("versions-diff")
    violations = Axe().run(page, context=".cb-editor").response["violations"]
    assert [it["id"] for it in violations if it["impact"] in ("serious", "critical")] == []
    page.get_by_role("button", name="Swap").click()
    expect(page.get_by_test_id("diff-legend")).to_be_visible(timeout=20 * SECOND)
    page.wait_for_url("**before=v2**")


def test_the_difference_of_two_runs_is_split(product: Product, page: Page, look: Look, pipeline_id: str) -> None:
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}&view=Runs")
    for number in (1, 2):
        page.get_by_role("checkbox", name=f"Compare run {number}").locator("xpath=ancestor::label").click()
    page.get_by_role("button", name="Compare run 1 with run 2").click()
    page.get_by_role("button", name="Split the difference").click()
    expect(page.get_by_text("ROC AUC", exact=False).first).to_be_visible(timeout=60 * SECOND)
    expect(page.get_by_text("parts add up")).to_be_visible(timeout=120 * SECOND)
    look.at("score-change")
    page.reload()
    expect(page.get_by_text("parts add up")).to_be_visible(timeout=30 * SECOND)


def test_a_draft_outlives_a_reload_and_is_kept_restored_and_duplicated(
    product: Product, page: Page, look: Look
) -> None:
    drawn = product.draw(DRAWN.replace("churn, in versions", "kept"))
    page.goto(f"{product.ui_url}/builder?pipeline={drawn}&view=Versions")
    board = Board(page)
    save(page, "as presented", "Before the seed")
    row = page.get_by_text("as presented")
    expect(row).to_be_visible(timeout=20 * SECOND)
    expect(page.get_by_text("Before the seed")).to_be_visible()

    board.select("split")
    if page.get_by_test_id("field-seed").count() == 0:
        page.get_by_test_id("advanced").click()
    board.type_into("seed", "11")
    board.wait_until_saved()
    page.reload()
    board.select("split")
    expect(page.get_by_test_id("field-seed")).to_have_value("11", timeout=20 * SECOND)
    expect(page.get_by_text("The draft beside v1: 1 param")).to_be_visible(timeout=20 * SECOND)

    board.run()  # keeps v2, with what its run came to
    expect(page.get_by_role("link", name="1 run, last 1")).to_be_visible(timeout=30 * SECOND)
    expect(page.get_by_text("ROC AUC", exact=False).first).to_be_visible()
    look.at("versions-listed")

    more(page, f"{drawn}_1", "Restore")
    expect(page.get_by_text("v1 is the draft again. What was there is v2.")).to_be_visible(timeout=20 * SECOND)
    board.select("split")
    expect(page.get_by_test_id("field-seed")).to_have_value("7", timeout=20 * SECOND)

    more(page, f"{drawn}_2", "Duplicate")
    page.get_by_role("dialog").get_by_label("Name").fill("kept, simpler")
    page.get_by_role("dialog").get_by_role("button", name="Duplicate").click()
    expect(page.get_by_role("heading", name="kept, simpler").first).to_be_visible(timeout=30 * SECOND)
    board.select("split")
    expect(page.get_by_test_id("field-seed")).to_have_value("11", timeout=20 * SECOND)
    board.type_into("seed", "12")
    board.wait_until_saved()
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("button", name="kept v2")).to_be_visible(timeout=20 * SECOND)
    page.get_by_role("button", name="What changed since").click()
    expect(page.get_by_test_id("diff-legend")).to_contain_text("Changed", timeout=30 * SECOND)
    look.at("versions-duplicate")


def save(page: Page, label: str, note: str) -> None:
    page.get_by_role("button", name="Save version").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill(label)
    dialog.get_by_label("Note").fill(note)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0, timeout=20 * SECOND)


def more(page: Page, version: str, act: str) -> None:
    """Choose from the menu of a version."""
    page.locator(f".st-key-more_{version}").get_by_role("button").first.click()
    page.get_by_role("menuitem", name=act).or_(page.get_by_role("option", name=act)).first.click()
