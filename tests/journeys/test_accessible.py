"""axe-core finds nothing serious in what is ours: the views of the builder and the main pages, light and dark."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from engine.service import Settings, open_workspace
from engine.service.serving import endpoint_pages
from tests.journeys.board import SECOND
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

NOT_OURS = {"color-contrast": "[data-testid=stButtonGroup] [aria-checked=true]"}
"""Rules that Streamlit's own markup breaks, and where: what is chosen is written in the very colour that buttons under
white letters are filled with; in the dark no colour has 4.5 to 1 both ways."""

Step = Callable[[Page], None]


def wrong(page: Page, within: str | None = None) -> list[str]:
    """Serious and critical violations, one line each."""
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} … {node['failureSummary'][:300]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if not _is_not_ours(page, rule["id"], node)
    ]


def _is_not_ours(page: Page, rule: str, node: dict[str, Any]) -> bool:
    place = page.locator(str(node["target"][-1])).first
    return rule in NOT_OURS and bool(place.evaluate("(it, around) => it.closest(around) !== null", NOT_OURS[rule]))


@pytest.fixture(scope="module")
def demo(product: Product) -> Product:
    product.command("demo")
    return product


@pytest.fixture(params=["light", "dark"])
def screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, reduced_motion="reduce", color_scheme=request.param
    )
    yield context.new_page()
    context.close()


def open_builder(screen: Page, demo: Product, view: str = "canvas") -> None:
    screen.add_init_script(f"localStorage.setItem('canvasback.view', '{view}')")
    screen.goto(f"{demo.ui_url}/pipelines")
    screen.get_by_role("link", name="sample_churn").first.click()
    expect(screen.get_by_test_id("canvas")).to_be_visible(timeout=30 * SECOND)
    screen.wait_for_timeout(2 * SECOND)


def pick(test_id: str) -> Step:
    return lambda page: page.get_by_test_id(test_id).first.click()


def key(name: str) -> Step:
    return lambda page: page.keyboard.press(name)


def write(text: str) -> Step:
    return lambda page: page.get_by_test_id("text-area").fill(text)


STATES: dict[str, tuple[str, tuple[Step, ...]]] = {
    "canvas": ("canvas", ()),
    "canvas, a node's settings, all of them": (
        "canvas",
        (pick("node-model"), pick("connections"), pick("advanced")),
    ),
    **{
        f"canvas, a node's {tab}": ("canvas", (pick("node-fill"), pick(f"tab-{tab}")))
        for tab in ("columns", "preview", "statistics", "help")
    },
    "canvas, the help sheet": ("canvas", (pick("canvas-help"),)),
    "canvas, the menu of runs": ("canvas", (pick("canvas-run-menu"),)),
    "canvas, a search": ("canvas", (lambda page: page.get_by_test_id("palette-search").fill("scale"),)),
    "outline": ("outline", ()),
    "outline, a node's settings": ("outline", (pick("row-split"),)),
    "outline, adding": ("outline", (pick("row-fill"), key("a"))),
    "outline, several selected": ("outline", (pick("row-fill"), key("Shift+ArrowDown"))),
    "text": ("text", ()),
    "text, with mistakes": ("text", (write("nodes:\n  a: {component: nothing_known}\nedges:\n- a => b\n"),)),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_the_builder_has_nothing_serious(state: str, screen: Page, demo: Product) -> None:
    view, steps = STATES[state]
    open_builder(screen, demo, view)
    for step in steps:
        step(screen)
        screen.wait_for_timeout(800)
    assert wrong(screen, ".cb-root") == []


PAGES = (
    "",
    "datasets",
    "boards",
    "pipelines",
    "runs",
    "models",
    "endpoints",
    "alerts",
    "lineage",
    "connections",
    "import",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_nothing_serious(address: str, screen: Page, demo: Product) -> None:
    screen.goto(f"{demo.ui_url}/{address}")
    expect(screen.get_by_role("heading").first).to_be_visible(timeout=30 * SECOND)
    screen.wait_for_timeout(2 * SECOND)
    assert wrong(screen) == []


@pytest.mark.parametrize("tab", ["Profile", "Charts"])
def test_a_dataset_has_nothing_serious(tab: str, screen: Page, demo: Product) -> None:
    screen.goto(f"{demo.ui_url}/datasets?dataset=sample_customers")
    opened = screen.get_by_role("tab", name=tab)
    expect(opened).to_be_visible(timeout=30 * SECOND)
    opened.click()
    screen.wait_for_timeout(4 * SECOND)
    assert wrong(screen) == []


ENDPOINT = ("Try it", "Call it", "Watch", "Deployments", "Loop", "Loop&loop=Timeline", "Settings", "Keys")
ALERTS = ("Rules", "Channels", "Sent", "Closed")


@pytest.mark.parametrize(
    "address",
    [*(f"endpoints?endpoint=sample-churn&view={tab}" for tab in ENDPOINT), *(f"alerts?view={tab}" for tab in ALERTS)],
)
def test_a_tab_has_nothing_serious(address: str, screen: Page, demo: Product) -> None:
    screen.goto(f"{demo.ui_url}/{address}")
    expect(screen.get_by_role("tab", selected=True)).to_be_visible(timeout=30 * SECOND)
    screen.wait_for_timeout(3 * SECOND)
    assert wrong(screen) == []


def test_what_publishes_and_what_is_shared_has_nothing_serious(screen: Page, demo: Product) -> None:
    screen.goto(f"{demo.ui_url}/models?model=sample_churn")
    screen.get_by_role("button", name="Publish").first.click(timeout=30 * SECOND)
    expect(screen.get_by_role("dialog").get_by_label("Endpoint")).to_be_visible(timeout=30 * SECOND)
    screen.wait_for_timeout(2 * SECOND)
    assert wrong(screen) == []
    page = endpoint_pages.share_endpoint(open_workspace(Settings(home=demo.home)), "sample-churn")
    screen.goto(f"{demo.ui_url}/prediction?key={page.key}")
    screen.get_by_role("button", name="Predict").click(timeout=30 * SECOND)
    expect(screen.get_by_test_id("stMetric").first).to_be_visible(timeout=30 * SECOND)
    screen.wait_for_timeout(2 * SECOND)
    assert wrong(screen) == []


@pytest.mark.parametrize("view", ["canvas", "outline", "text"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 500)], ids=["a phone", "twice as large"])
def test_a_view_fits_a_narrow_window(view: str, width: int, height: int, screen: Page, demo: Product) -> None:
    screen.set_viewport_size({"width": width, "height": height})
    open_builder(screen, demo, view)
    beyond = screen.evaluate(
        """() => [...document.querySelectorAll(':is(.cb-toolbar, .cb-actionbar, .cb-text-bar) button')]
            .map((one) => [one.getAttribute('aria-label') || one.innerText, one.getBoundingClientRect()])
            .filter(([_, box]) => box.width && (box.right > innerWidth + 1 || box.left < -1))
            .map(([name]) => name)"""
    )
    assert beyond == []
    assert screen.evaluate("() => document.documentElement.scrollWidth <= innerWidth + 1")
    assert wrong(screen, ".cb-root") == []
