"""From nothing to a drawing that runs: built for somebody, from a template, from a finding; in a real browser."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow.csv
import pytest
from playwright.sync_api import Page, expect

from components.sources.customers import customers
from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import SAMPLE, Product

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]

OTHERS = ("churn", "house_prices", "demand", "anomalies", "tickets", "ab_readout")
"""The templates, but for the one that is taken on an empty canvas."""


@pytest.fixture(scope="module")
def people(product: Product) -> Product:
    file = product.home / "uploads" / "people.csv"
    file.parent.mkdir(exist_ok=True)
    pyarrow.csv.write_csv(customers(), file)
    product.command("dataset", "import", str(file), "--name", "people")
    return product


def test_a_pipeline_is_built_for_somebody_and_runs(people: Product, page: Page, look: Look) -> None:
    page.goto(f"{people.ui_url}/datasets?dataset=people")
    page.get_by_role("button", name="Build for me").click(timeout=30 * SECOND)
    expect(page.get_by_text("Predicts churn from")).to_be_visible(timeout=30 * SECOND)
    look.at("getting-there-build")
    page.get_by_role("button", name="Draw it").click()
    board = Board(page)
    expect(board.node("hist_gradient_boosting_classifier")).to_be_visible(timeout=30 * SECOND)
    look.at("getting-there-drawn")
    board.run()
    look.at("getting-there-ran")


@pytest.mark.parametrize("goal", ["Forecast a number", "Find groups", "Find odd rows"])
def test_other_questions_are_drawn_and_answered(people: Product, page: Page, look: Look, goal: str) -> None:
    page.goto(f"{people.ui_url}/begin?dataset=people")
    expect(page.get_by_text("Predicts churn from")).to_be_visible(timeout=60 * SECOND)
    page.locator("label").filter(has_text=goal).first.click()
    expect(page.get_by_text("Predicts churn from")).to_have_count(0, timeout=30 * SECOND)
    page.get_by_role("button", name="Draw it").click(timeout=30 * SECOND)
    board = Board(page)
    expect(page.locator(".cb-note").filter(has_text="Everything here can be changed")).to_be_visible(
        timeout=30 * SECOND
    )
    board.run(timeout=240)
    assert page.locator(".cb-node-bad").count() == 0
    look.at(f"getting-there-{goal.lower().replace(' ', '-')}")


def test_an_empty_canvas_leads_to_a_template_that_runs(people: Product, page: Page, look: Look) -> None:
    page.goto(f"{people.ui_url}/begin")
    page.get_by_role("button", name="Empty canvas").click(timeout=30 * SECOND)
    page.get_by_role("dialog").get_by_label("Name").fill("kinds")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Take a template").click(timeout=30 * SECOND)
    expect(page.get_by_role("heading", name="Kinds of customers")).to_be_visible(timeout=30 * SECOND)
    look.at("getting-there-gallery")
    page.locator(".st-key-template_segments").get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="Draw it").click()
    board = Board(page)
    expect(board.node("kinds")).to_be_visible(timeout=30 * SECOND)
    board.run()
    look.at("getting-there-template")


def test_a_finding_becomes_a_node(people: Product, page: Page, look: Look) -> None:
    page.goto(f"{people.ui_url}/datasets?dataset=people&view=Profile")
    page.get_by_role("button", name="Fix", exact=True).first.click(timeout=60 * SECOND)
    look.at("getting-there-fix")
    page.get_by_role("dialog").get_by_role("button", name="Draw").click()
    board = Board(page)
    expect(board.node("impute_mean")).to_be_visible(timeout=30 * SECOND)
    look.at("getting-there-fixed")


@pytest.mark.parametrize("key", OTHERS)
def test_a_template_runs_on_its_sample_data_to_the_end(product: Product, page: Page, look: Look, key: str) -> None:
    page.goto(f"{product.ui_url}/begin?of=templates")
    page.locator(f".st-key-template_{key}").get_by_role("button").click(timeout=30 * SECOND)
    page.get_by_role("dialog").get_by_role("button", name="Draw it").click()
    board = Board(page)
    board.run(timeout=240)
    page.get_by_test_id("canvas-fit").click()
    assert page.locator(".cb-node-bad").count() == 0
    look.at(f"getting-there-{key}")


def test_a_run_is_taken_along_as_a_script_that_gives_the_same_scores(
    people: Product, page: Page, look: Look, tmp_path: Path
) -> None:
    page.goto(f"{people.ui_url}/builder?pipeline={people.draw(SAMPLE.replace('name: sample', 'name: along'))}")
    Board(page).run()
    page.get_by_role("tab", name="Results").click()
    page.get_by_role("button", name="As Python").click(timeout=30 * SECOND)
    button = page.get_by_role("dialog").get_by_role("button", name="Script and data")
    expect(button).to_be_visible(timeout=60 * SECOND)
    look.at("getting-there-script")
    with page.expect_download() as download:
        button.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path)
    (script,) = tmp_path.rglob("pipeline.py")
    done = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    scores = re.findall(r"^(\w+) +(-?[\d.]+) +(-?[\d.]+)$", done.stdout, re.MULTILINE)
    assert {name for name, *_ in scores} >= {"roc_auc", "accuracy"}
    for name, ours, theirs in scores:
        assert float(ours) == pytest.approx(float(theirs), abs=2e-6), name
