"""A person without a mouse: the Tab key, arrows, and what a screen reader would say of where they are."""

from playwright.sync_api import Page, expect

from tests.journeys.board import SECOND

_HERE = """() => {
    const at = document.activeElement;
    if (at.matches('body, main, [role=tabpanel], [role=dialog]')) return '';
    const named = document.getElementById(at.getAttribute('aria-labelledby'))?.innerText;
    const label = at.getAttribute('aria-label') || named || [...(at.labels ?? [])].map((it) => it.innerText).join(' ');
    return (label || at.innerText || at.value || '').replace(/\\s+/g, ' ').trim();
}"""


class Keyboard:
    """The keys of the page that is open; nothing here clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(80)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(text, delay=15)
        self.page.wait_for_timeout(120)

    def here(self) -> str:
        """What has the focus, as it is called."""
        return str(self.page.evaluate(_HERE))

    def tab_to(self, name: str, most: int = 90, key: str = "Tab") -> None:
        """Press Tab until something that is called like this has the focus."""
        passed: list[str] = []
        for _ in range(most):
            self.press(key)
            passed.append(self.here())
            if name in passed[-1]:
                return
        raise AssertionError(f"{key} does not lead to {name!r}, only to {passed}")

    def tab_into(self, test_id: str, most: int = 30) -> None:
        """Press Tab until a field itself has the focus, not a button beside its label."""
        for _ in range(most):
            self.press("Tab")
            if self.page.evaluate("() => document.activeElement.dataset.testid") == test_id:
                return
        raise AssertionError(f"Tab does not lead into {test_id!r}")

    def node(self) -> str | None:
        """The node whose row has the focus."""
        return self.page.evaluate("() => document.activeElement.dataset.node ?? null")

    def go_to_row(self, node: str, most: int = 40) -> None:
        """Arrow keys from the first row until a node's row has the focus."""
        self.press("Home")
        for _ in range(most):
            if self.node() == node:
                return
            self.press("ArrowDown")
        raise AssertionError(f"there is no row of {node}; the last is {self.node()}")

    def hears(self, words: str, timeout: int = 10) -> None:
        """A screen reader is told this, of what happened."""
        expect(self.page.get_by_test_id("announcer")).to_contain_text(words, timeout=timeout * SECOND)
