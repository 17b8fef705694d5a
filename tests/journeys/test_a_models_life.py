"""Three models are trained, one is tuned; they are compared; one is explained, checked, signed off and taken along."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PIPELINE = """
format: 1
name: leaving
nodes:
  people: {component: dataset, params: {dataset: people}}
  fill:   {component: impute_median, params: {columns: numeric}}
  encode: {component: encode_one_hot, params: {columns: [contract]}}
  split:  {component: split_random, params: {test: 0.25, stratify: left, seed: 7}}
  linear: {component: logistic_regression, params: {target: left, features: {select: all, except: [person, gender]}}}
  forest:
    component: random_forest_classifier
    params: {target: left, features: {select: all, except: [person, gender]}, n_estimators: 40}
  boost:
    component: hist_gradient_boosting_classifier
    params: {target: left, features: {select: all, except: [person, gender]}, max_iter: 40}
  tuned:  {component: tune, params: {budget: 4, folds: 3, search: random, seed: 1}}
edges:
  [people -> fill, fill -> encode, encode -> split, split -> linear, split -> forest, split -> boost,
   boost.model -> tuned.model]
"""
LINEAR = "leaving-linear"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two thousand people who stayed or left; their gender plays no part in it."""
    rng = np.random.default_rng(11)
    count = 2_000
    tenure, price = rng.integers(1, 72, count), rng.normal(60, 20, count).round(2)
    contract = rng.choice(["monthly", "yearly", "two years"], count, p=[0.5, 0.3, 0.2])
    pull = 1.5 * (contract == "monthly") - 0.05 * tenure + 0.03 * (price - 60)
    table = pd.DataFrame(
        {
            "person": [f"P{place:04d}" for place in range(count)],
            "gender": rng.choice(["female", "male"], count),
            "tenure": tenure,
            "price": np.where(rng.random(count) < 0.05, np.nan, price),
            "contract": contract,
            "left": np.where(pull + rng.logistic(size=count) > 0, "yes", "no"),
        }
    )
    file = tmp_path_factory.mktemp("people") / "people.csv"
    table.to_csv(file, index=False)
    return file


def test_a_model_is_judged_explained_signed_off_and_taken_along(
    product: Product, page: Page, look: Look, people: Path, tmp_path: Path
) -> None:
    trained(product, people, tmp_path)
    compare(product, page, look)
    explain(product, page, look)
    check_fairness(product, page, look)
    sign_off(product, page, look)
    take_along(product, page, look, people, tmp_path)


def trained(product: Product, people: Path, tmp_path: Path) -> None:
    product.command("dataset", "import", str(people), "--name", "people")
    drawing = tmp_path / "leaving.yaml"
    drawing.write_text(PIPELINE)
    run = product.command("run", str(drawing))
    assert {model["model"] for model in run["models"]} >= {LINEAR, "leaving-forest", "leaving-tuned"}


def compare(product: Product, page: Page, look: Look) -> None:
    page.goto(f"{product.ui_url}/models")
    for name in (LINEAR, "leaving-forest", "leaving-tuned"):
        page.get_by_label(f"Compare {name}", exact=True).locator("xpath=ancestor::label").click(timeout=30 * SECOND)
    page.get_by_role("button", name="Compare 3 models").click()
    expect(page.get_by_role("heading", name="Compare models")).to_be_visible(timeout=60 * SECOND)
    expect(page.get_by_text(re.compile("is (ahead|better)")).first).to_be_visible(timeout=60 * SECOND)
    look.at("life-1-compared")
    page.get_by_role("tab", name="Disagreement").click()
    look.at("life-2-disagreement")


def explain(product: Product, page: Page, look: Look) -> None:
    page.goto(f"{product.ui_url}/models?model={LINEAR}&view=Explain")
    page.get_by_role("button", name="Write a row").click(timeout=30 * SECOND)
    expect(page.get_by_role("button", name="Find the smallest changes")).to_be_visible(timeout=60 * SECOND)
    look.at("life-3-reasons")
    page.get_by_role("button", name="Find the smallest changes").click()
    expect(page.get_by_text("the answer would be").first).to_be_visible(timeout=60 * SECOND)
    look.at("life-3-changes")


def check_fairness(product: Product, page: Page, look: Look) -> None:
    page.goto(f"{product.ui_url}/models?model={LINEAR}&view=Fairness")
    expect(page.get_by_text(re.compile("gender: .*(no difference beyond|may be chance)")).first).to_be_visible(
        timeout=60 * SECOND
    )
    look.at("life-4-fairness")


def sign_off(product: Product, page: Page, look: Look) -> None:
    """No approval, no publishing."""
    product.command("model", "sign-off", LINEAR, "--required", "--by", "Ida")
    page.goto(f"{product.ui_url}/models?model={LINEAR}")
    expect(page.get_by_role("button", name="Publish")).to_be_disabled(timeout=30 * SECOND)
    page.get_by_role("button", name="Approve").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Your name").fill("Ida")
    dialog.get_by_role("textbox", name="Comment").fill("Fair for both genders, and explained.")
    dialog.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("button", name="Publish")).to_be_enabled(timeout=30 * SECOND)
    expect(page.get_by_text("by Ida").first).to_be_visible()
    look.at("life-5-signed-off")


def take_along(product: Product, page: Page, look: Look, people: Path, tmp_path: Path) -> None:
    """The file that the page hands out, in a Python that knows nothing of this product."""
    page.goto(f"{product.ui_url}/models?model={LINEAR}&view=Export")
    page.locator(".st-key-export_skops").get_by_role("button", name="Export", exact=True).click(timeout=60 * SECOND)
    button = page.get_by_role("button", name=re.compile(r"Download .*\.skops"))
    expect(button).to_be_visible(timeout=180 * SECOND)
    look.at("life-6-exported")
    with page.expect_download() as download:
        button.click()
    file = tmp_path / "model.skops"
    download.value.save_as(file)
    use = page.locator("code").filter(has_text="skops.io.load").first.inner_text()
    trusted = re.search(r"trusted=(\[.*?\])", use, re.DOTALL)
    assert trusted, use
    asked = tmp_path / "ask.py"
    asked.write_text(
        "import sys, pandas as pd, skops.io\n"
        "sys.path = [path for path in sys.path if 'canvasback' not in path]\n"
        f"model = skops.io.load({str(file)!r}, trusted={trusted[1]})\n"
        f"rows = pd.read_csv({str(people)!r})\n"
        "print((model.predict(rows) == rows['left']).mean())\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('engine', 'components', 'storage')]\n"
    )
    done = subprocess.run([sys.executable, "-P", str(asked)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 0.65
