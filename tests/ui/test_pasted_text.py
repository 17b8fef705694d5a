"""What is pasted is read as a pipeline's file is, or refused in words; and what the browser copies can be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.graph import Pipeline
from engine.service import Settings, open_workspace
from engine.service.building import pipelines
from ui.building import exchange, pasting
from ui.building.drawing import as_graph
from ui.building.pasting import read_fragment
from ui.canvas import Paste, Said, Select
from ui.canvas.messages import MAX_NODES, read_edit

COPIED = Path(__file__).parents[2] / "ui/canvas/frontend/tests/fragment.yaml"
"""What the browser writes: `tests/clipboard.test.ts` there compares."""


def paste(text: str, doc: str = "p1") -> Paste:
    return Paste(doc=doc, cid="c1", seq=4, type="paste", text=text)


def test_what_the_browser_copies_is_a_pipeline_with_every_setting_as_it_was() -> None:
    drawn = Pipeline.from_yaml(COPIED.read_text(encoding="utf-8"))
    params = drawn.by_id["null"].params
    assert (params["tiny"], params["huge"], params["minus"]) == (1e-7, 1e21, -2.5e-9)
    assert (params["yes"], params["merge"], params["date"], params["nothing"]) == ("yes", "<<", "2024-01-01", None)
    assert params["breaks"] == "a\u2028b\u0085c\u007fd\ufeffe"
    assert params["lines"] == "a\nb\r\n\tc"
    assert params["unicode"] == "Größe 日本 😀"
    assert params["odd name"] == {"a:b": [{"on": "off"}]}
    assert drawn.by_id["null"].title == 'A "title": 1'
    assert drawn.edges[2].source_port == "model"
    assert drawn.layout["null"] == (320.0, -40.5)


@pytest.mark.parametrize("as_text", [Pipeline.as_yaml, lambda drawn: json.dumps(drawn.as_document())])
def test_a_pipeline_as_yaml_or_json_is_pasted_with_its_wires_and_places(as_text: Any) -> None:
    drawn = Pipeline.from_yaml(COPIED.read_text(encoding="utf-8"))
    graph, message = read_fragment(as_text(drawn))
    assert message == ""
    assert graph == json.loads(json.dumps(as_graph(drawn)))


def test_a_component_that_is_not_installed_is_pasted_with_what_it_was_set_to() -> None:
    graph, _ = read_fragment("nodes: {odd: {component: not_installed, params: {day: 2024-01-01, deep: {a: [1]}}}}")
    assert graph is not None
    assert graph["nodes"][0]["component"] == "not_installed"
    assert graph["nodes"][0]["params"] == {"day": "2024-01-01", "deep": {"a": [1]}}


LONG = "nodes:\n" + "".join(f"  n{i}: {{component: cast}}\n" for i in range(MAX_NODES + 1))
NO_PIPELINES = {
    "words": ("Dear Sir or Madam", "no nodes"),
    "a number": ("42", "no nodes"),
    "a list": ("- a\n- b", "no nodes"),
    "half a file": ("nodes: {a: {component: cast}", "not YAML"),
    "two files": ("nodes: {}\n---\nnodes: {}", "not YAML"),
    "no nodes at all": ("nodes: {}", "empty"),
    "an older format": ("format: 0\nnodes: {}", "format 0"),
    "a part that is not known": ("nodes: {}\nscripts: [rm]", "scripts"),
    "a name of an object's innards": ("nodes: {__proto__: {component: cast}}", "Node '__proto__'"),
    "a wire into nothing": ("nodes: {a: {component: cast}}\nedges: [a -> b]", "no node"),
    "a call": ("nodes: !!python/object/apply:os.system ['true']", "not YAML"),
    "anchors without end": ("a: &a [x]\nb: &b [*a, *a]\nnodes: {c: *b}", "anchors"),
    "a place that is nowhere": ("nodes: {a: {component: cast}}\nlayout: {a: [.inf, 0]}", "finite"),
    "a place far away": ("nodes: {a: {component: cast}}\nlayout: {a: [1.0e+300, 0]}", "no pipeline"),
    "a setting that is no number": ("nodes: {a: {component: cast, params: {x: .nan}}}", "finite"),
    "a setting with a number as its name": ("nodes: {a: {component: cast, params: {x: {1: 1}}}}", "is no text"),
    "too many nodes": (LONG, "2,000 are the most"),
    "a very long text in it": (f"nodes: {{a: {{component: cast, params: {{x: {'y' * 30_000}}}}}}}", "characters"),
    "settings nested too deeply": (f"nodes: {{a: {{component: cast, params: {{x: {'[' * 60}{']' * 60}}}}}}}", "deep"),
    "settings nested beyond all stacks": ("nodes: " + "[" * 20_000, "60 levels deep"),
}


@pytest.mark.parametrize(("text", "word"), NO_PIPELINES.values(), ids=NO_PIPELINES.keys())
def test_a_text_that_is_no_pipeline_is_refused_in_words(text: str, word: str) -> None:
    graph, message = read_fragment(text)
    assert graph is None
    assert word in message
    assert "Traceback" not in message


def test_every_rerun_gives_the_same_answer_and_the_draft_is_not_touched(tmp_path: Path) -> None:
    workspace = open_workspace(Settings(home=tmp_path))
    draft = pipelines.create_pipeline(workspace, "shops")
    said = Said(intent=paste(COPIED.read_text(encoding="utf-8"), draft.pipeline_id))
    outcome = exchange.take(workspace, draft.pipeline_id, said)
    answers = [pasting.answer(said.intent, draft.pipeline_id) for _ in range(2)]
    assert outcome.trouble is None
    assert outcome.changed is False
    assert answers[0] == answers[1]
    assert answers[0] is not None
    assert (answers[0]["cid"], answers[0]["seq"], len(answers[0]["graph"]["nodes"])) == ("c1", 4, 4)
    assert pipelines.get_draft(workspace, draft.pipeline_id) == draft
    workspace.database.close()


def test_what_was_pasted_elsewhere_is_not_answered_here() -> None:
    assert pasting.answer(paste("nodes: {}", "p2"), "p1") is None
    assert pasting.answer(Select(doc="p1", cid="c", seq=1, type="select", node=None), "p1") is None
    assert pasting.answer(None, "p1") is None


def test_what_is_pasted_can_be_saved() -> None:
    graph, _ = read_fragment(COPIED.read_text(encoding="utf-8"))
    said = {"doc": "p1", "cid": "c1", "seq": 1, "base": 0, "graph": graph, "try": 0}
    assert len(read_edit(said).graph.nodes) == 4
