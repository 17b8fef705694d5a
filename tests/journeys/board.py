"""The canvas in a person's hands: drag, connect, set."""

from playwright.sync_api import Locator, Page, expect

SECOND = 1_000


class Board:
    """The canvas of the page that is open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.area = page.locator(".cb-board")
        expect(self.area).to_be_visible(timeout=30 * SECOND)

    def drop(self, component: str, x: int, y: int) -> None:
        """Drag a component from the palette onto the canvas."""
        self.page.get_by_test_id("palette-search").fill(component)
        self.page.get_by_test_id(f"palette-{component}").drag_to(self.area, target_position={"x": x, "y": y})
        self.page.get_by_test_id("palette-search").fill("")
        self.page.wait_for_timeout(250)

    def connect(self, source: str, target: str) -> None:
        """Draw a wire with the mouse: ``node.port`` to ``node.port``."""
        self._draw_wire(source, self._port(target, "in"))

    def connect_to_card(self, source: str, node: str) -> None:
        """Let a wire go over the middle of a card."""
        self._draw_wire(source, self.node(node))

    def _draw_wire(self, source: str, end: Locator) -> None:
        (x, y), (to_x, to_y) = middle(self._port(source, "out")), middle(end)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 20, y + 5, steps=3)
        mouse.move(to_x, to_y, steps=8)
        self.page.wait_for_timeout(120)
        mouse.up()
        self.page.wait_for_timeout(250)

    def wires(self) -> Locator:
        """Every wire."""
        return self.page.locator(".react-flow__edge")

    def node(self, node: str) -> Locator:
        """A node's card."""
        return self.page.get_by_test_id(f"node-{node}")

    def select(self, node: str) -> None:
        """Click a node."""
        self.node(node).click()
        expect(self.page.get_by_test_id("inspector")).to_be_visible()
        self.page.wait_for_timeout(200)

    def type_into(self, field: str, text: str) -> None:
        """Type into a field of the inspector."""
        self.page.get_by_test_id(f"field-{field}").fill(text)
        self.page.wait_for_timeout(150)

    def pick(self, field: str, value: str) -> None:
        """Choose from a searchable field of the inspector."""
        self.page.get_by_test_id(f"field-{field}").click()
        self.page.wait_for_timeout(100)
        self.page.keyboard.type(value)
        self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(200)

    def arrange(self) -> None:
        """Lay the nodes out and show all of them."""
        self.page.get_by_test_id("canvas-arrange").click()
        self.page.wait_for_timeout(500)
        self.page.get_by_test_id("canvas-fit").click()
        self.page.wait_for_timeout(500)

    def wait_until_saved(self) -> None:
        """Every change is on the server."""
        self.page.wait_for_selector("[data-testid=canvas-saved][data-state=saved]", timeout=15 * SECOND)

    def run(self, timeout: int = 120) -> None:
        """Press Run and wait until the run succeeded."""
        self.wait_until_saved()
        last = self.page.get_by_test_id("canvas-lastrun")
        before = last.get_attribute("title") if last.count() else ""
        self.page.get_by_test_id("canvas-run").click()
        # A run from the cache is over before its progress is seen: it is known by its number.
        expect(last).not_to_have_attribute("title", before or "", timeout=timeout * SECOND)
        expect(last).to_contain_text("Succeeded", timeout=timeout * SECOND)

    def _port(self, place: str, side: str) -> Locator:
        node, port = place.split(".")
        return self.page.get_by_test_id(f"port-{node}-{side}-{port}")


def middle(place: Locator) -> tuple[float, float]:
    """Where to point at something."""
    box = place.bounding_box()
    assert box is not None, "not on the screen"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
