"""Whoever writes the canvas's messages by hand is told what is wrong with them, and touches nothing."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from engine.service import Settings, Workspace, open_workspace
from engine.service.building import pipelines
from tests.journeys.board import SECOND, Board
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

DRAWN = """format: 1
name: attacked
nodes: {rows: {component: sample_data, params: {name: iris}}, a: {component: deduplicate}, b: {component: sort_rows}}
edges: [rows -> a]
"""
SAY = """async ([doc, seq, base, drawn]) => {
  const node = (id, params = {}) => ({ id, component: "deduplicate", title: null, params, position: [0, 0] });
  const wire = (source, target, port = "table") => ({ source, source_port: port, target, target_port: "table" });
  const graph = new Function("node", "wire", `return (${drawn})`)(node, wire);
  const edit = { doc, cid: "attacker", seq, base, graph: { edges: [], ...graph }, try: 0 };
  const token = decodeURIComponent(/_streamlit_xsrf=([^;]+)/.exec(document.cookie)[1]);
  const headers = { "Content-Type": "application/json", "X-Xsrftoken": token };
  const answer = await fetch("/canvas/edits", { method: "POST", headers, body: JSON.stringify(edit) });
  const told = await answer.json();
  return told.message ?? told.refused?.message ?? "";
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


def test_hostile_messages_are_refused_in_words_and_nothing_is_touched(product: Product, page: Page) -> None:
    pipeline_id = product.draw(DRAWN)
    open_builder(product, page, pipeline_id)
    with home_of(product) as home:
        before = pipelines.get_draft(home, pipeline_id)
        for number, (drawn, words) in enumerate(REFUSED.items(), start=1):
            assert words in page.evaluate(SAY, [pipeline_id, number, before.rev, drawn])
            assert pipelines.get_draft(home, pipeline_id).document == before.document, drawn
        Board(page).wait_until_saved()
        expect(page.locator(".cb-node")).to_have_count(3)
    assert page.evaluate("({}).polluted") is None


def test_a_hostile_drawing_that_can_be_shown_is_shown_with_what_is_wrong(product: Product, page: Page) -> None:
    pipeline_id = product.draw(DRAWN.replace("attacked", "attacked too"))
    open_builder(product, page, pipeline_id)
    with home_of(product) as home:
        for number, (drawn, words) in enumerate(BROKEN.items(), start=1):
            rev = pipelines.get_draft(home, pipeline_id).rev
            assert page.evaluate(SAY, [pipeline_id, number, rev, drawn]) == ""
            expect(page.locator(".cb-node")).to_have_count(2, timeout=20 * SECOND)
            expect(page.get_by_test_id("inspector")).to_contain_text(words, timeout=20 * SECOND)
            found = pipelines.review_pipeline(home, pipelines.drawn(pipelines.get_draft(home, pipeline_id)))
            assert found.errors, "it cannot run"


def test_a_page_whose_name_was_turned_to_this_address_gets_no_connection(product: Product) -> None:
    here = urlsplit(product.ui_url).netloc
    assert status_of_a_socket(product, here) == 101
    assert status_of_a_socket(product, "elsewhere.example") == 403


def status_of_a_socket(product: Product, name: str) -> int:
    """What the server answers to a page of this name that wants to speak with it."""
    headers = {"Host": name, "Origin": f"http://{name}", "Upgrade": "websocket", "Connection": "Upgrade"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    with closing(HTTPConnection(urlsplit(product.ui_url).netloc, timeout=30)) as browser:
        browser.request("GET", "/_stcore/stream", headers=headers | key)
        return browser.getresponse().status


def open_builder(product: Product, page: Page, pipeline_id: str) -> None:
    page.goto(f"{product.ui_url}/builder?pipeline={pipeline_id}")
    Board(page).wait_until_saved()


@contextmanager
def home_of(product: Product) -> Iterator[Workspace]:
    place = open_workspace(Settings(home=product.home))
    yield place
    place.database.close()
