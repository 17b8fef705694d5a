"""Take the pictures of the builder in the docs anew: ``python -m docs.pictures [NAME …]``.

Needs what the browser tests need: the test packages and a Chromium.
"""

import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import FLAGS
from tests.journeys.product import SAMPLE, Product, start

PLACE = Path(__file__).parent / "images"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 820, "height": 900}
BELOW = 12
"""Pixels that are shown below the canvas: what follows there is cut at any height of a window."""
COLOURS = 256

GROUPED = """
  prepare: {component: group, params: {title: Prepare, width: 900, height: 260}}
edges: [customers -> drop, drop -> fill, fill -> encode, encode -> split, split -> model, model.model -> report.model]
layout: {customers: [-300, 80], drop: [40, 80], fill: [340, 80], encode: [640, 80], split: [1020, 80],
         model: [1320, 80], report: [1620, 80], prepare: [0, 0]}
"""
SEARCH = "auto_ml, params: {target: churn, budget_seconds: 20}"


def drawn(product: Product, name: str, *changes: tuple[str, str]) -> str:
    """The sample under another name, changed; its id."""
    text = SAMPLE.replace("name: sample", f"name: {name}", 1)
    for old, new in changes:
        text = text.replace(old, new)
    return product.draw(text)


def opened(page: Page, product: Product, pipeline_id: str, view: str = "") -> Board:
    """The builder, with everything in view."""
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}{view}")
    board = Board(page)
    page.wait_for_timeout(2 * SECOND)
    # Whoever looked for the picture before is gone after a while.
    expect(page.get_by_test_id("canvas-people")).to_have_count(0, timeout=60 * SECOND)
    return board


def arranged(page: Page, product: Product, pipeline_id: str) -> Board:
    """The same, laid out."""
    board = opened(page, product, pipeline_id)
    board.arrange()
    board.wait_until_saved()
    return board


def empty(page: Page, product: Product) -> None:
    opened(page, product, product.draw("format: 1\nname: empty\nnodes: {}\nedges: []\n"))


def editing(page: Page, product: Product) -> None:
    arranged(page, product, drawn(product, "churn")).select("fill")
    page.wait_for_timeout(2 * SECOND)


def problems(page: Page, product: Product) -> None:
    broken = drawn(product, "churn_with_problems", ("[customer_id, signup_date]", "[customer_id, nickname]"))
    arranged(page, product, broken)
    page.get_by_test_id("canvas-problems").click()


def running(page: Page, product: Product) -> None:
    slow = drawn(product, "churn_search", ("hist_gradient_boosting_classifier, params: {target: churn}", SEARCH))
    board = arranged(page, product, slow)
    page.get_by_test_id("canvas-run").click()
    expect(board.node("model")).to_contain_text("Running", timeout=60 * SECOND)
    page.wait_for_timeout(8 * SECOND)


def failed(page: Page, product: Product) -> None:
    nobody = (
        "drop_columns, params: {columns: [customer_id, signup_date]}",
        'filter_rows, params: {condition: "tenure_months < 0"}',
    )
    arranged(page, product, drawn(product, "churn_of_nobody", nobody))
    page.get_by_test_id("canvas-run").click()
    expect(page.get_by_test_id("canvas-lastrun")).to_contain_text("Failed", timeout=90 * SECOND)
    page.wait_for_timeout(SECOND)


def done(page: Page, product: Product) -> None:
    board = arranged(page, product, drawn(product, "churn"))
    board.run()
    board.select("report")
    page.wait_for_timeout(2 * SECOND)


def diff(page: Page, product: Product) -> None:
    file = product.home.parent / "versions.yaml"
    for text in (SAMPLE, SAMPLE.replace("impute_median", "impute_mean").replace("churn}}", "churn, max_iter: 50}}")):
        file.write_text(text.replace("name: sample", "name: churn_versions"), encoding="utf-8")
        product.command("run", str(file))
    pipeline_id = product.command("pipeline", "import", str(file))["id"]
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}&view=Versions&before=v1&after=v2")
    expect(page.get_by_test_id("diff-legend")).to_be_visible(timeout=30 * SECOND)
    page.wait_for_timeout(2 * SECOND)


def collapsed(page: Page, product: Product) -> None:
    head, _, _ = SAMPLE.replace("name: sample", "name: churn_grouped").partition("edges:")
    board = opened(page, product, product.draw(head.rstrip() + GROUPED))
    page.get_by_test_id("canvas-fit").click()
    board.node("prepare").locator(".cb-frame-title").click()
    page.keyboard.press("g")
    expect(board.node("prepare")).to_contain_text("3 nodes")
    board.arrange()


def preview(page: Page, product: Product) -> None:
    arranged(page, product, drawn(product, "churn")).select("encode")
    page.get_by_test_id("tab-preview").click()
    page.get_by_test_id("widen").click()
    expect(page.get_by_test_id("sample-after")).to_be_visible(timeout=20 * SECOND)
    page.wait_for_timeout(2 * SECOND)


def outline(page: Page, product: Product) -> None:
    arranged(page, product, drawn(product, "churn")).run()
    page.get_by_test_id("view-outline").click()
    page.get_by_test_id("row-split").click()
    page.wait_for_timeout(2 * SECOND)


def text(page: Page, product: Product) -> None:
    arranged(page, product, drawn(product, "churn"))
    page.get_by_test_id("view-text").click()
    area = page.get_by_test_id("text-area")
    expect(area).not_to_have_value("", timeout=20 * SECOND)
    area.fill(area.input_value().replace("impute_median", "impute_medain"))
    expect(page.get_by_test_id("text-remarks")).to_contain_text("impute_medain", timeout=20 * SECOND)
    page.wait_for_timeout(SECOND)


def taken(page: Page) -> Image.Image:
    """What is on the screen down to the end of the canvas, in few colours."""
    end, height, width = page.evaluate(
        "() => [document.querySelector('[data-testid=canvas]').getBoundingClientRect().bottom, innerHeight, innerWidth]"
    )
    shown = page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": min(height, round(end) + BELOW)})
    return (
        Image.open(io.BytesIO(shown))
        .convert("RGB")
        .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=6, dither=Image.Dither.NONE)
    )


STATES: dict[str, tuple[Callable[[Page, Product], None], str, dict[str, int]]] = {
    "builder-empty": (empty, "light", WIDE),
    "builder": (editing, "light", WIDE),
    "builder-problems": (problems, "light", WIDE),
    "builder-running": (running, "light", WIDE),
    "builder-failed": (failed, "light", WIDE),
    "builder-done": (done, "light", WIDE),
    "builder-diff": (diff, "light", WIDE),
    "builder-collapsed": (collapsed, "light", WIDE),
    "builder-dark": (editing, "dark", WIDE),
    "builder-narrow": (editing, "light", NARROW),
    "builder-preview": (preview, "light", WIDE),
    "builder-outline": (outline, "light", WIDE),
    "builder-yaml": (text, "light", WIDE),
}


def main(names: list[str]) -> None:
    """Take the pictures of these names, of all without one."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        product = start(Path(folder) / "home")
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            for name in names or STATES:
                show, scheme, size = STATES[name]
                page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
                show(page, product)
                taken(page).save(PLACE / f"{name}.png", optimize=True)
                page.close()
                print(json.dumps({"picture": name}))
        finally:
            browser.close()
            product.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
