"""A model of real customers is asked why, asked what if, and checked for fairness on a column that it does not know."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

TELCO = Path(__file__).parents[3] / "shared" / "data" / "telco-customer-churn.csv"
PIPELINE = """
format: 1
name: telco
nodes:
  customers: {component: dataset, params: {dataset: telco}}
  fill: {component: impute_mean, params: {columns: numeric}}
  encode: {component: encode_one_hot, params: {columns: {select: text, except: [customerID, Churn, gender]}}}
  split: {component: split_random, params: {test: 0.25, stratify: Churn, seed: 7}}
  model:
    component: logistic_regression
    params: {target: Churn, features: {select: all, except: [customerID, gender]}}
edges: [customers -> fill, fill -> encode, encode -> split, split -> model]
"""


@pytest.fixture
def telco(product: Product, tmp_path: Path) -> str:
    """The name of a trained model."""
    if not TELCO.is_file():
        pytest.skip(f"{TELCO} is not on this machine")
    product.command("dataset", "import", str(TELCO), "--name", "telco")
    file = tmp_path / "telco.yaml"
    file.write_text(PIPELINE)
    product.command("run", str(file))
    return "telco"


def test_a_person_asks_why_what_if_and_whether_it_is_fair(product: Product, page: Page, look: Look, telco: str) -> None:
    page.set_viewport_size({"width": 1600, "height": 2200})  # a list of choices closes when the page scrolls
    page.goto(f"{product.ui_url}/models?model={telco}&view=Explain")
    page.get_by_label("Search", exact=True).fill("6323-AYBRX")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 row; 1 shown")).to_be_visible(timeout=30 * SECOND)
    row = product.command("model", "explain", telco, "--row", "6323-AYBRX")[0]
    page.goto(f"{product.ui_url}/models?model={telco}&view=Explain&row={row['row']}")
    expect(page.get_by_text("this row").first).to_be_visible(timeout=60 * SECOND)
    expect(page.get_by_text(f"{row['answer']['prediction']} · ").first).to_be_visible()
    look.at("why-1-a-row")

    page.get_by_role("combobox", name="Contract").click()
    page.get_by_role("option", name="Month-to-month").click()
    expect(page.get_by_text("Reasons that moved most")).to_be_visible(timeout=30 * SECOND)
    page.get_by_role("button", name="Find the smallest changes").click()
    expect(page.get_by_text("the answer would be Yes").first).to_be_visible(timeout=60 * SECOND)
    look.at("why-2-what-if")

    page.goto(f"{product.ui_url}/models?model={telco}&view=Explain&explain=Over+all")
    page.get_by_role("button", name="Explain this model").click(timeout=30 * SECOND)
    expect(page.get_by_text("Moves of single rows")).to_be_visible(timeout=180 * SECOND)
    look.at("why-3-over-all")

    page.goto(f"{product.ui_url}/models?model={telco}&view=Fairness")
    expect(page.get_by_text("gender: no difference beyond the limits")).to_be_visible(timeout=60 * SECOND)
    expect(page.get_by_text("The model does not look at gender")).to_be_visible()
    look.at("why-4-fairness")
