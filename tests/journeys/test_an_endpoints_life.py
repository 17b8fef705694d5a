"""An endpoint is published, shares its traffic, sees its data drift, says so, learns anew, and can be asked why."""

import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND
from tests.journeys.conftest import Look
from tests.journeys.product import Product
from tests.servers import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

PIPELINE = """
format: 1
name: leaving
nodes:
  people: {component: dataset, params: {dataset: people}}
  fill:   {component: impute_median, params: {columns: numeric}}
  encode: {component: encode_one_hot, params: {columns: [contract]}}
  split:  {component: split_random, params: {test: 0.25, stratify: left, seed: 7}}
  model:
    component: hist_gradient_boosting_classifier
    params: {target: left, features: {select: all, except: [person]}, max_iter: ITERATIONS}
edges: [people -> fill, fill -> encode, encode -> split, split -> model]
"""
CHUNK = 200


def people(rows: int, seed: int, price: float = 60.0) -> pd.DataFrame:
    """Who stayed and who left; later the prices are others, and what they mean is not what it was."""
    rng = np.random.default_rng(seed)
    tenure, paid = rng.integers(1, 72, rows), rng.normal(price, 15, rows).round(2)
    contract = rng.choice(["monthly", "yearly"], rows)
    pull = 1.5 * (contract == "monthly") - 0.05 * tenure + 0.06 * (paid - price)
    left = np.where(pull + rng.logistic(size=rows) > 0, "yes", "no")
    names = [f"P{seed}{place:05d}" for place in range(rows)]
    return pd.DataFrame({"person": names, "tenure": tenure, "price": paid, "contract": contract, "left": left})


def ask(product: Product, key: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Ask the endpoint over HTTP, some records at a time; every answer with the version that gave it."""
    told: list[dict[str, Any]] = []
    records = rows[["tenure", "price", "contract"]].to_dict("records")
    with httpx.Client(base_url=product.api_url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        for start in range(0, len(records), CHUNK):
            sent = {"records": records[start : start + CHUNK]}
            answer = client.post("/v1/endpoints/leaving/predict", json=sent)
            assert answer.status_code == 200, answer.text
            told += [{**one, "version": answer.json()["version"]} for one in answer.json()["predictions"]]
    return told


def test_an_endpoints_life(product: Product, page: Page, look: Look, tmp_path: Path) -> None:
    learn(product, tmp_path)
    key = publish(product, page, look)
    canary(product, page, look, key)
    told = drift(product, page, look, key)
    alerted(product, page, look)
    retrain(product, page, look, key, tmp_path)
    roll_back(product, page, look, key)
    receipt(product, page, look, told)


def learn(product: Product, folder: Path) -> None:
    people(3_000, 1).to_csv(folder / "people.csv", index=False)
    product.command("dataset", "import", str(folder / "people.csv"), "--name", "people")
    for iterations in ("40", "60"):
        (folder / "leaving.yaml").write_text(PIPELINE.replace("ITERATIONS", iterations), encoding="utf-8")
        product.command("run", str(folder / "leaving.yaml"))


def publish(product: Product, page: Page, look: Look) -> str:
    """The first version, from its page; the key that is shown once."""
    page.goto(f"{product.ui_url}/models?model=leaving&version=1")
    page.get_by_role("button", name="Publish").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Endpoint").fill("leaving")
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("leaving is live")).to_be_visible(timeout=90 * SECOND)
    shown = page.get_by_text("cbk_").first
    expect(shown).to_be_visible(timeout=20 * SECOND)
    look.at("endpoint-1-live")
    return shown.inner_text().strip()


def canary(product: Product, page: Page, look: Look, key: str) -> None:
    """The second version answers a fifth, and then everything."""
    product.command("endpoint", "publish", "leaving:2", "--name", "leaving", "--canary", "20")
    at_endpoint(product, page, "Deployments")
    expect(page.get_by_role("button", name="Promote")).to_be_visible(timeout=30 * SECOND)
    look.at("endpoint-2-canary")
    rows = people(60, 2)
    answered = eventually(lambda: _both(product, key, rows))
    assert answered == {1, 2}
    page.get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="Promote").click()
    eventually(lambda: {one["version"] for one in ask(product, key, rows)} == {2})


def _both(product: Product, key: str, rows: pd.DataFrame) -> set[int] | None:
    """Which versions answer, once both do; each request is answered by one."""
    seen = {ask(product, key, rows.iloc[[place]])[0]["version"] for place in range(len(rows))}
    return seen if len(seen) == 2 else None


def drift(product: Product, page: Page, look: Look, key: str) -> list[dict[str, Any]]:
    """Prices rise, and the watch names them first."""
    told = ask(product, key, people(1_200, 3, price=110.0))
    at_endpoint(product, page, "Watch")
    eventually(lambda: kept(product) >= len(told), seconds=30)
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_text("price").first).to_be_visible(timeout=120 * SECOND)
    expect(page.get_by_text("drift").first).to_be_visible(timeout=60 * SECOND)
    look.at("endpoint-3-drift")
    found = product.command("endpoint", "watch", "leaving")
    assert found["worst_field"] == "price"
    return told


def kept(product: Product) -> int:
    """How many predictions are in the log."""
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(file).num_rows for file in (product.home / "served").glob("*/*/*/*.parquet"))


def alerted(product: Product, page: Page, look: Look) -> None:
    """The rules that are offered are taken, and one of them holds within two minutes."""
    page.goto(f"{product.ui_url}/alerts?view=Rules")
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_text("is watched by")).to_be_visible(timeout=20 * SECOND)
    opened = eventually(lambda: product.command("alerts", "list"), seconds=180)
    assert any("price" in json.dumps(one) for one in opened)
    page.goto(f"{product.ui_url}/alerts")
    page.get_by_role("button", name="Acknowledge").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Your name").fill("Zoë")
    dialog.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Seen by Zoë").first).to_be_visible(timeout=20 * SECOND)
    look.at("endpoint-4-alert")


def retrain(product: Product, page: Page, look: Look, key: str, folder: Path) -> None:
    """New rows arrive; the pipeline learns from them by itself, and a person lets the challenger go live."""
    product.command("endpoint", "policy", "leaving", "--pipeline", "leaving", "--publish", "ask")
    pd.concat([people(3_000, 1), people(3_000, 4, price=110.0)]).to_csv(folder / "people.csv", index=False)
    product.command("dataset", "import", str(folder / "people.csv"), "--name", "people")
    eventually(lambda: state(product) in ("waiting", "kept", "failed"), seconds=240)
    at_endpoint(product, page, "Loop")
    look.at("endpoint-5-round")
    assert state(product) == "waiting", product.command("endpoint", "rounds", "leaving")
    page.get_by_role("button", name="Approve").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Your name").fill("Zoë")
    dialog.get_by_role("button", name="Approve").click()
    eventually(lambda: state(product) == "published", seconds=120)
    rows = people(20, 5, price=110.0)
    eventually(lambda: {one["version"] for one in ask(product, key, rows)} == {3})


def state(product: Product) -> str:
    """How far the newest round is."""
    found = product.command("endpoint", "rounds", "leaving")
    return str(found[0]["state"]) if found else ""


def roll_back(product: Product, page: Page, look: Look, key: str) -> None:
    at_endpoint(product, page, "Deployments")
    page.get_by_role("button", name="Roll back").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Rolled back.")).to_be_visible(timeout=20 * SECOND)
    look.at("endpoint-6-rolled-back")
    eventually(lambda: {one["version"] for one in ask(product, key, people(20, 6))} == {2})


def receipt(product: Product, page: Page, look: Look, told: list[dict[str, Any]]) -> None:
    """What was asked days ago is asked again of the same version, and answered the same."""
    page.goto(f"{product.ui_url}/endpoints?endpoint=leaving&view=Call+it&prediction={told[0]['id']}")
    expect(page.get_by_text("What was asked")).to_be_visible(timeout=30 * SECOND)
    expect(page.get_by_text("the same").first).to_be_visible(timeout=20 * SECOND)
    look.at("endpoint-7-receipt")
    found = product.command("endpoint", "receipt", "leaving", told[0]["id"])
    assert found["recomputed"]["state"] == "equal"


def at_endpoint(product: Product, page: Page, tab: str) -> None:
    """A tab of the endpoint's page."""
    page.goto(f"{product.ui_url}/endpoints?endpoint=leaving&view={tab}")
    expect(page.get_by_role("tab", name=tab)).to_be_visible(timeout=30 * SECOND)
    page.wait_for_timeout(2 * SECOND)
