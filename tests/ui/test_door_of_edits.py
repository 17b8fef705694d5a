"""The door that edits are posted to lets in what our own page sends, of a size that it can be, and stores it once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from engine.service import Settings, Workspace, open_workspace
from engine.service.building import pipelines
from engine.service.views import DraftView
from tests.ui.posting import OURS, TOKEN, post, post_edit
from ui.building.door import HEADER
from ui.canvas.messages import MAX_BYTES

NODE = {"id": "data", "component": "sample_data", "title": None, "params": {"name": "iris"}, "position": [10, 20]}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("CANVASBACK_HOME", str(tmp_path))
    st.cache_resource.clear()
    yield open_workspace(Settings(home=tmp_path))
    st.cache_resource.clear()


@pytest.fixture
def draft(home: Workspace) -> DraftView:
    return pipelines.create_pipeline(home, "drawn")


def edit(draft: DraftView, **more: object) -> dict[str, object]:
    said = {"doc": draft.pipeline_id, "cid": "tab", "seq": 1, "base": draft.rev, "try": 0}
    return {**said, "graph": {"nodes": [NODE], "edges": []}, **more}


def test_what_is_posted_is_stored_before_it_is_answered(home: Workspace, draft: DraftView) -> None:
    answer = post_edit(edit(draft))
    assert answer.json() == {"rev": draft.rev + 1, "by": "tab", "ack": 1, "refused": None}
    now = pipelines.get_draft(home, draft.pipeline_id)
    assert now.document["nodes"]["data"]["params"] == {"name": "iris"}
    assert now.document["layout"]["data"] == [10.0, 20.0]


def test_the_same_edit_posted_again_is_answered_and_stored_once(home: Workspace, draft: DraftView) -> None:
    post_edit(edit(draft))
    assert post_edit({**edit(draft), "try": 1}).json()["rev"] == draft.rev + 1


def test_an_edit_that_came_too_late_is_told_whose_drawing_there_is(home: Workspace, draft: DraftView) -> None:
    post_edit(edit(draft, cid="first"))
    answer = post_edit(edit(draft, cid="second", graph={"nodes": [], "edges": []})).json()
    assert (answer["by"], answer["refused"]) == ("first", None)
    assert "data" in pipelines.get_draft(home, draft.pipeline_id).document["nodes"]


def test_a_drawing_that_cannot_be_kept_is_refused_in_words(home: Workspace, draft: DraftView) -> None:
    answer = post_edit(edit(draft, graph={"nodes": [NODE, NODE], "edges": []})).json()
    assert answer["refused"] == {"cid": "tab", "seq": 1, "message": "Two nodes are called 'data'."}
    assert pipelines.get_draft(home, draft.pipeline_id) == draft


STRANGERS = {
    "no origin": ({HEADER: TOKEN}, TOKEN),
    "another origin": ({**OURS, "Origin": "https://elsewhere.example"}, TOKEN),
    "no token": ({"Origin": OURS["Origin"]}, TOKEN),
    "no cookie": (OURS, None),
    "another token": ({**OURS, HEADER: TOKEN[:-4] + "beef"}, TOKEN),
}


@pytest.mark.parametrize(("headers", "cookie"), STRANGERS.values(), ids=STRANGERS.keys())
def test_pages_of_others_cannot_draw_here(
    home: Workspace, draft: DraftView, headers: dict[str, str], cookie: str | None
) -> None:
    answer = post(json.dumps(edit(draft)).encode(), headers, cookie)
    assert (answer.status_code, answer.json()) == (403, {"message": "Only the canvas of this server may draw here."})
    assert pipelines.get_draft(home, draft.pipeline_id) == draft


UNREADABLE = {
    "too big": (b" " * (MAX_BYTES + 1), 413, "The message is too big."),
    "no JSON": (b"graph=1", 422, "The message is not JSON."),
    "no text": (b"\xff\xfe\x00", 422, "The message is not JSON."),
    "deeper than any stack": (b"[" * 100_000, 422, "The message is nested too deeply."),
    "no edit": (b"{}", 422, "doc: Field required"),
}


@pytest.mark.parametrize(("body", "status", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_no_canvas_sends_is_refused_in_words(home: Workspace, body: bytes, status: int, message: str) -> None:
    answer = post(body)
    assert (answer.status_code, answer.json()["message"]) == (status, message)
