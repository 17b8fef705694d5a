"""A running product, a real Chromium, and a folder for what it looked like."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.product import Product, start

ARTIFACTS = Path(__file__).parents[1] / "artifacts"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = start(tmp_path_factory.mktemp("journey") / "home")
    yield running
    running.stop()
    shutil.copytree(running.home / "logs", ARTIFACTS / "logs", dirs_exist_ok=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: bash tests/setup-machine.sh installs it"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
    opened = context.new_page()
    yield opened
    ARTIFACTS.mkdir(exist_ok=True)
    opened.screenshot(path=ARTIFACTS / f"{request.node.name}-end.png", full_page=True)
    context.close()


@pytest.fixture
def look(page: Page) -> "Look":
    return Look(page)


class Look:
    """Keeps what the screen looks like, for people to judge."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def at(self, name: str) -> None:
        """Keep a screenshot under a name."""
        ARTIFACTS.mkdir(exist_ok=True)
        self._page.wait_for_timeout(400)
        expect(self._page.locator("[data-testid=stSkeleton]:visible")).to_have_count(0, timeout=10_000)
        self._page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
