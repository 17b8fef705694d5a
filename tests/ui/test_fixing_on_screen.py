"""What the canvas asks, it is answered; what it is told to mend is mended; what is not installed keeps everything."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.graph import Pipeline
from engine.service import Settings, Workspace, open_workspace
from engine.service.building import pipelines, refactoring
from tests.ui.conftest import Open
from ui.building.drawing import as_graph, as_pipeline
from ui.canvas.messages import Graph

BROKEN = """format: 1
name: kept
nodes:
  data: {component: sample_data, params: {name: customers}}
  theirs:
    component: their_component
    title: Of theirs
    params:
      columns: [age, "1", "été \\"x\\""]
      strength: 1.0
      deep: {"2": [1, 1.50, true, null, {__proto__: x}], b: "${not_here}"}
  fill: {component: impute_mean}
edges: [data -> theirs.rows, theirs.out -> fill]
layout:
  data: [0.0, 0.0]
  theirs: [300.0, 0.0]
  fill: [600.0, 0.0]
"""


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return open_workspace(Settings(home=tmp_path / "home"))


def drawn(workspace: Workspace, text: str) -> str:
    return pipelines.import_pipeline(workspace, Pipeline.from_yaml(text)).pipeline_id


LINE = """format: 1
name: line
nodes:
  data: {component: sample_data, params: {name: customers}}
  sums: {component: formula, params: {name: double, expression: age * 2}}
  keep: {component: filter_rows, params: {condition: double > 3}}
edges: [data -> sums, sums -> keep]
"""


def canvas(app: AppTest) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(app.get("bidi_component")[0].proto.json)
    return data


def ask(app: AppTest, pipeline_id: str, seq: int = 1, **wish: Any) -> dict[str, Any]:
    said = {"doc": pipeline_id, "cid": "tab", "seq": seq, **wish}
    app.session_state[f"canvas_{pipeline_id}"] = {"intent": said}
    app.run()
    assert not app.exception
    return canvas(app)


def test_a_question_is_answered_with_a_drawing_and_nothing_is_changed(home: Workspace, open_page: Open) -> None:
    pipeline_id = drawn(home, LINE)
    app = open_page(home.settings.home, "builder", pipeline=pipeline_id)
    data = ask(app, pipeline_id, type="rename", node="sums", port="table", column="double", to="twice")
    answer = data["answer"]
    assert (answer["cid"], answer["seq"], answer["asked"], answer["uses"]) == ("tab", 1, "rename", 2)
    assert {node["id"]: node["params"] for node in answer["graph"]["nodes"]}["keep"] == {"condition": "twice > 3"}
    assert [(one["node"], one["before"], one["after"]) for one in answer["changes"]] == [
        ("sums", "double", "twice"),
        ("keep", "double > 3", "twice > 3"),
    ]
    assert pipelines.get_draft(home, pipeline_id).rev == 1
    app.run()
    assert canvas(app)["answer"] == answer
    assert ask(app, pipeline_id, seq=2, type="select", node=None)["answer"] is None


def test_a_question_that_makes_no_sense_is_answered_with_the_reason(home: Workspace, open_page: Open) -> None:
    pipeline_id = drawn(home, LINE)
    app = open_page(home.settings.home, "builder", pipeline=pipeline_id)
    taken = ask(app, pipeline_id, type="rename", node="sums", port="table", column="double", to="age")["answer"]
    assert taken["graph"] is None
    assert "'age' already" in taken["error"]
    gone = ask(app, pipeline_id, seq=2, type="retype", node="no", port="table", column="a", to="string")["answer"]
    assert "gone" in gone["error"]
    later = ask(app, pipeline_id, seq=3, type="later", node="sums", params={"name": "half", "expression": "age * 2"})
    assert (later["answer"]["error"], later["answer"]["graph"]) == (None, None)


def test_what_a_form_renamed_is_offered_to_later_places(home: Workspace, open_page: Open) -> None:
    pipeline_id = drawn(home, LINE.replace("double > 3", "half > 3"))
    app = open_page(home.settings.home, "builder", pipeline=pipeline_id)
    before = {"name": "half", "expression": "age * 2"}
    answer = ask(app, pipeline_id, type="later", node="sums", params=before)["answer"]
    assert answer["title"] == "Use “double” instead of “half” in later places, too"
    assert answer["uses"] == 1


def test_all_that_can_be_mended_is_mended_in_one_step_and_nothing_is_lost(home: Workspace, open_page: Open) -> None:
    text = """format: 1
name: many
nodes:
  data: {component: sample_data, params: {name: customers}}
  a: {component: standardize, params: {columns: [Age]}}
  b: {component: filter_rows, params: {condition: "agee > 3", old_setting: 1}}
edges: [data -> a, data -> b]
"""
    pipeline_id = drawn(home, text)
    app = open_page(home.settings.home, "builder", pipeline=pipeline_id)
    problems = {one["node"]: one for one in canvas(app)["problems"] if one["severity"] == "error"}
    assert problems["a"]["fix"] == {"id": "stand_in", "label": "Use “age” instead", "safe": True}
    assert problems["b"]["fix"] == {"id": "remove_setting", "label": "Remove this setting", "safe": False}
    ask(app, pipeline_id, type="fix_all")
    mended = pipelines.drawn(pipelines.get_draft(home, pipeline_id))
    assert mended.by_id["a"].params == {"columns": ["age"]}
    assert mended.by_id["b"].params == {"condition": "agee > 3", "old_setting": 1}
    pipelines.fix_problem(home, pipeline_id, problems["b"]["id"], "remove_setting")
    assert refactoring.fix_all(home, pipeline_id) == 1
    assert pipelines.drawn(pipelines.get_draft(home, pipeline_id)).by_id["b"].params == {"condition": "age > 3"}
    assert refactoring.fix_all(home, pipeline_id) == 0


def test_what_is_not_installed_keeps_its_wires_and_settings_through_file_store_and_canvas(home: Workspace) -> None:
    written = Pipeline.from_yaml(BROKEN).as_yaml()
    assert Pipeline.from_yaml(written).as_yaml() == written
    pipeline_id = drawn(home, BROKEN)
    kept = pipelines.drawn(pipelines.get_draft(home, pipeline_id))
    assert kept.as_yaml() == written

    from_browser = json.loads(json.dumps(as_graph(kept)).replace("1.0,", "1,").replace("1.0}", "1}"))
    seen = Graph.model_validate_json(json.dumps(from_browser))
    assert as_pipeline(seen, kept).as_yaml() == written
    assert [edge.source_port for edge in kept.edges] == ["table", "out"]

    reviewed = pipelines.review_pipeline(home, kept)
    assert {one["node"] for one in reviewed.errors} == {"theirs"}
    assert reviewed.facts["data"].outputs["table"]


def test_a_changed_setting_is_taken_however_alike_it_looks() -> None:
    text = "{format: 1, name: x, nodes: {a: {component: theirs, params: {n: 1, m: [1.0]}}}}"
    before = Pipeline.from_yaml(text)
    for params in ({"n": True, "m": [1.0]}, {"n": 1, "m": [1.0, 2]}, {"m": [1.0], "n": 1}, {"n": 1}):
        graph = as_graph(before)
        graph["nodes"][0]["params"] = params
        now = as_pipeline(Graph.model_validate_json(json.dumps(graph)), before)
        assert json.dumps(now.by_id["a"].params) == json.dumps(params)
