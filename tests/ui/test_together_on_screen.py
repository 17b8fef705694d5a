"""What the canvas is told of parameters, plans, results and other people, and what it may ask."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.graph import Pipeline
from engine.service import Settings, open_workspace
from engine.service.building import pipelines
from engine.service.running import runs
from tests.ui.conftest import Filled, Open
from tests.ui.posting import post_edit

RATE = {"type": "number", "default": 0.3, "about": "", "min": 0, "max": 1, "choices": []}


def told(app: AppTest, mount: int = 0) -> dict[str, Any]:
    """What the canvas is told, or (1) its feed."""
    mounts: list[dict[str, Any]] = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(data for data in mounts if data["kind"] == ("editor", "feed")[mount])


def say(app: AppTest, pipeline_id: str, **said: Any) -> AppTest:
    app.session_state[f"canvas_{pipeline_id}"] = said
    return app.run()


def wish(pipeline_id: str, seq: int = 1, name: str = "Anna", **more: Any) -> dict[str, Any]:
    who = {"id": "person", "name": name}
    return {"doc": pipeline_id, "cid": "tab", "seq": seq, "who": who, **more}


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, str]:
    home = open_workspace(Settings(home=tmp_path))
    nodes = {
        "rows": {"component": "sample_data", "params": {"name": "iris"}},
        "split": {"component": "split_random", "params": {"test": "${share}"}},
    }
    document = {"name": "asked", "params": {"share": 0.2}, "nodes": nodes, "edges": ["rows -> split"]}
    return tmp_path, pipelines.import_pipeline(home, Pipeline.from_document(document)).pipeline_id


def test_parameters_travel_with_the_graph_and_are_stored_with_an_edit(place: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = place
    app = open_page(home, "builder", pipeline=pipeline_id)
    graph = told(app)["graph"]
    assert graph["params"]["share"]["type"] == "number"
    assert told(app)["problems"] == [] or all(one["field"] != "test" for one in told(app)["problems"])
    graph["params"] = {"rate": RATE}
    edit = {"doc": pipeline_id, "cid": "tab", "seq": 1, "base": told(app)["rev"], "graph": graph, "try": 0}
    assert post_edit(edit).json()["refused"] is None
    app.run()
    assert not app.exception
    assert [one["code"] for one in told(app)["problems"] if one["field"] == "test"] == ["unknown_parameter"]
    stored = pipelines.drawn(pipelines.get_draft(open_workspace(Settings(home=home)), pipeline_id))
    assert stored.params["rate"].default == 0.3
    graph["params"] = {"rate": {**RATE, "default": 7}}
    answer = post_edit({**edit, "seq": 2, "base": told(app)["rev"]}).json()
    assert "'rate': its default must be at most 1" in answer["refused"]["message"]
    app.run()
    assert told(app)["graph"]["params"]["rate"]["default"] == 0.3


def test_a_run_asks_for_other_values_and_what_cannot_be_is_told(place: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = place
    app = open_page(home, "builder", pipeline=pipeline_id)
    say(app, pipeline_id, intent=wish(pipeline_id, type="run", to=None, params={"share": "much"}))
    assert "'much' does not fit" in app.error[0].value
    say(app, pipeline_id, intent=wish(pipeline_id, 2, type="run", to=None, params={"share": 0.5}))
    workspace = open_workspace(Settings(home=home))
    (run,) = runs.list_runs(workspace, pipeline_id)
    assert run.params == {"share": 0.5}
    assert told(app)["run"]["run"]["params"] == {"share": 0.5}
    runs.cancel_run(workspace, run.id)


def test_the_menu_says_what_a_run_would_do(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "builder", pipeline=filled.pipeline_id)
    assert told(app)["plan"] is None
    say(app, filled.pipeline_id, intent=wish(filled.pipeline_id, type="plan", to=None))
    plan = told(app)["plan"]
    assert (plan["rev"], plan["to"], plan["changed"], plan["problem"]) == (told(app)["rev"], None, [], None)
    assert plan["words"].startswith("Nothing to compute")
    assert plan["until"] == ""
    app.run()
    assert told(app)["plan"] is None, "an old question is not answered again"
    say(
        app,
        filled.pipeline_id,
        intent=wish(filled.pipeline_id, 2, type="plan", to=told(app)["graph"]["nodes"][0]["id"]),
    )
    assert told(app)["plan"]["until"] == "Nothing to compute; 1 step reused", "the cost of running to a node"
    say(app, filled.empty_pipeline_id, intent=wish(filled.pipeline_id, 3, type="plan", to="nowhere"))
    assert not app.exception


def test_results_stand_beside_the_canvas(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "builder", pipeline=filled.pipeline_id)
    nodes = told(app)["run"]["nodes"]
    outcome = nodes["model"]["outcome"]
    first = outcome["metrics"][0]
    assert first["label"] == "ROC AUC"
    assert {first["baseline"], first["is"]} == {"0.500", "better"}
    assert outcome["page"] == {"path": "models", "label": "Open churn v1", "model": "churn", "version": "1"}
    assert outcome["curve"]["points"][0] == [0, 0]
    assert len(outcome["matrix"]["labels"]) == 2
    assert [name for name, node in nodes.items() if node["outcome"] is None] != []


def test_somebody_else_is_seen_and_their_drawing_is_announced(place: tuple[Path, str], open_page: Open) -> None:
    from engine.service.building.presences import Visitor, meet

    home, pipeline_id = place
    workspace = open_workspace(Settings(home=home))
    app = open_page(home, "builder", pipeline=pipeline_id)
    assert told(app, 1)["people"] == []
    say(app, pipeline_id, intent=wish(pipeline_id, type="here"))
    meet(workspace, pipeline_id, Visitor(who="other", cid="theirs", node="split"))
    draft = pipelines.get_draft(workspace, pipeline_id)
    pipelines.apply_edit(workspace, pipeline_id, pipelines.drawn(draft), base=draft.rev, cid="theirs", seq=1)
    app.run()
    feed = told(app, 1)
    seen = [(one["name"], one["node"], one["editing"], one["me"]) for one in feed["people"]]
    assert seen == [("Anna", None, False, True), ("Guest 2", "split", True, False)]
    assert (feed["rev"], feed["by"]) == (draft.rev + 1, "theirs")
    say(app, pipeline_id, intent=wish(pipeline_id, 2, name="Anna B", type="catch_up"))
    assert (told(app)["by"], told(app, 1)["people"][0]["name"]) == ("theirs", "Anna B")
