"""The text view of the canvas: it reads what is written and says what it would draw; nothing is stored by that."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.graph import Pipeline
from engine.service import Settings, Workspace, open_workspace
from engine.service.building import pipelines
from engine.service.views import DraftView
from tests.ui.conftest import CHURN, Open
from ui.building.written import written
from ui.canvas.messages import MAX_TEXT, Asked, Refused, read_asked


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Workspace, DraftView]:
    workspace = open_workspace(Settings(home=tmp_path))
    return workspace, pipelines.import_pipeline(workspace, Pipeline.from_yaml(CHURN))


def ask(drawn: tuple[Workspace, DraftView], text: str | None) -> dict[str, Any]:
    workspace, draft = drawn
    told = written(workspace, draft, Asked(doc=draft.pipeline_id, serial=3, text=text))
    assert told is not None
    assert pipelines.get_draft(workspace, draft.pipeline_id).rev == draft.rev
    return told


def test_what_is_drawn_is_a_text_with_its_problems_at_their_lines(drawn: tuple[Workspace, DraftView]) -> None:
    told = ask(drawn, None)
    assert (told["serial"], told["graph"]) == (3, None)
    assert told["text"].splitlines()[1] == "name: churn"
    workspace, draft = drawn
    broken = pipelines.drawn(draft).with_params("fill", columns=["nothing"])
    found = written(workspace, pipelines.import_pipeline(workspace, broken), Asked(doc=draft.pipeline_id, serial=4))
    assert found
    remark = next(one for one in found["remarks"] if one["node"] == "fill")
    assert "columns: [nothing]" in found["text"].splitlines()[remark["line"] - 1]


def test_a_text_tells_what_it_would_draw(drawn: tuple[Workspace, DraftView]) -> None:
    text = (
        ask(drawn, None)["text"]
        .replace("impute_median", "from_another_day")
        .replace("edges:", "  more: {component: cast}\nedges:")
    )
    told = ask(drawn, text)
    assert told["text"] is None
    nodes = {node["id"]: node for node in told["graph"]["nodes"]}
    assert nodes["fill"]["params"] == {"columns": "numeric"}
    assert nodes["more"]["position"] not in [node["position"] for name, node in nodes.items() if name != "more"]
    assert any("from_another_day" in remark["message"] for remark in told["remarks"])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("nodes: {a: {component: cast}", 1),
        ("nodes:\n  a: {}\n", 2),
        ("nodes:\n  a: {component: cast, params: {t: '" + "x" * (MAX_TEXT + 1) + "'}}", 1),
    ],
)
def test_what_the_canvas_could_not_hold_draws_nothing(drawn: tuple[Workspace, DraftView], text: str, line: int) -> None:
    told = ask(drawn, text)
    assert told["graph"] is None
    assert (told["remarks"][0]["line"], told["remarks"][0]["severity"]) == (line, "error")


def test_what_a_drawing_does_not_hold_is_said_not_lost_in_silence(drawn: tuple[Workspace, DraftView]) -> None:
    text = ask(drawn, None)["text"].replace("name: churn", "name: other\nparams: {share: 0.2}")
    told = ask(drawn, text)
    assert [remark["line"] for remark in told["remarks"] if remark["severity"] == "info"] == [2]
    assert told["graph"]["params"]["share"]["default"] == 0.2


def test_a_question_about_another_pipeline_is_not_answered(drawn: tuple[Workspace, DraftView]) -> None:
    assert written(*drawn, Asked(doc="another", serial=1)) is None


@pytest.mark.parametrize(
    "said",
    [
        7,
        {},
        {"doc": "p", "serial": -1},
        {"doc": "p", "serial": 1, "text": "x" * 2_000_001},
        {"doc": "p", "serial": 1, "more": 1},
    ],
)
def test_a_hostile_question_is_refused(said: object) -> None:
    with pytest.raises(Refused):
        read_asked(said)


def test_the_page_answers_while_the_text_view_is_open(tmp_path: Path, open_page: Open) -> None:
    draft = pipelines.import_pipeline(open_workspace(Settings(home=tmp_path)), Pipeline.from_yaml(CHURN))
    app = open_page(tmp_path, "builder", pipeline=draft.pipeline_id)
    for asked, graph in (
        ({"text": "nodes: {}"}, {"nodes": [], "edges": [], "params": {}}),
        ({"text": "x" * 2_000_001}, None),
    ):
        app.session_state[f"canvas_{draft.pipeline_id}"] = {
            "asked": {"doc": draft.pipeline_id, "serial": 1, "try": 0, **asked}
        }
        app.run()
        assert not app.exception
        told = json.loads(app.get("bidi_component")[0].proto.json)["written"]
        assert (told and told["graph"]) == graph
