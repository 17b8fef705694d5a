"""Whoever writes the canvas's messages by hand is told what is wrong with them, and touches nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from engine.service import Settings, Workspace, open_workspace
from engine.service.building import pipelines
from tests.journeys.board import SECOND, Board
from tests.journeys.conftest import Look
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

DRAWN = """format: 1
name: attacked
nodes: {rows: {component: sample_data, params: {name: iris}}, a: {component: deduplicate}, b: {component: sort_rows}}
edges: [rows -> a]
"""
SAY = """([doc, seq, drawn]) => {
  const node = (id, params = {}) => ({ id, component: "deduplicate", title: null, params, position: [0, 0] });
  const wire = (source, target, port = "table") => ({ source, source_port: port, target, target_port: "table" });
  const graph = new Function("node", "wire", `return (${drawn})`)(node, wire);
  const edit = { doc, cid: "attacker", seq, base: window.baseOfCanvas, graph: { edges: [], ...graph }, try: 0 };
  window.sendAsTheCanvas("edit", edit);
}"""

REFUSED = {
    "{ nodes: Array.from({ length: 10000 }, (_, i) => node(`n${i}`)) }": "2000 items",
    "{ nodes: [node('a', { text: 'x'.repeat(1000000) })] }": "20,000 characters",
    "{ nodes: [node('a', JSON.parse('['.repeat(60) + ']'.repeat(60)))] }": "nested too deeply",
    "{ nodes: [node('__proto__')] }": "nodes.0.id",
    "{ nodes: [{ ['__proto__']: { polluted: true }, ...node('a') }] }": "Extra inputs",
}

BROKEN = {
    "{ nodes: [node('a'), node('b')], edges: [wire('a', 'b'), wire('b', 'a')] }": "in a circle",
    "{ nodes: [node('a'), node('b')], edges: [wire('a', 'b', 'nowhere')] }": "no output called “nowhere”",
}


def test_hostile_messages_are_refused_in_words_and_nothing_is_touched(product: Product, page: Page, look: Look) -> None:
    pipeline_id = product.draw(DRAWN)
    open_with_its_own_way_to_send(product, page, pipeline_id)
    with home_of(product) as home:
        before = pipelines.get_draft(home, pipeline_id)
        for number, (drawn, words) in enumerate(REFUSED.items(), start=1):
            page.evaluate(SAY, [pipeline_id, number, drawn])
            expect(page.get_by_text(words)).to_be_visible(timeout=20 * SECOND)
            assert pipelines.get_draft(home, pipeline_id).document == before.document, drawn
        look.at("hostile-01-refused")
    assert page.evaluate("({}).polluted") is None


def test_a_hostile_drawing_that_can_be_shown_is_shown_with_what_is_wrong(product: Product, page: Page) -> None:
    pipeline_id = product.draw(DRAWN.replace("attacked", "attacked too"))
    open_with_its_own_way_to_send(product, page, pipeline_id)
    with home_of(product) as home:
        for number, (drawn, words) in enumerate(BROKEN.items(), start=1):
            page.evaluate(SAY, [pipeline_id, number, drawn])
            expect(page.locator(".cb-node")).to_have_count(2, timeout=20 * SECOND)
            expect(page.get_by_test_id("inspector")).to_contain_text(words, timeout=20 * SECOND)
            found = pipelines.review_pipeline(home, pipelines.drawn(pipelines.get_draft(home, pipeline_id)))
            assert found.errors, "it cannot run"


def open_with_its_own_way_to_send(product: Product, page: Page, pipeline_id: str) -> None:
    """Open the builder, and keep what Streamlit gives the canvas to speak through."""

    def keep(route: Route) -> None:
        answer = route.fetch()
        told = re.sub(r"export\s*\{\s*(\w+) as default\s*\};?", KEPT, answer.text())
        assert "sendAsTheCanvas" in told
        route.fulfill(response=answer, body=told)

    page.route(re.compile(r"/canvas-\w+\.js"), keep)
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}")
    Board(page).wait_until_saved()


KEPT = r"""
const drawsTheCanvas = \1;
export default (mount) => {
  if (mount.data?.kind === "editor") {
    window.sendAsTheCanvas = mount.setStateValue;
    window.baseOfCanvas = mount.data.rev;
  }
  return drawsTheCanvas(mount);
};
"""


@contextmanager
def home_of(product: Product) -> Iterator[Workspace]:
    place = open_workspace(Settings(home=product.home))
    yield place
    place.database.close()
