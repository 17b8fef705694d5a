"""The versions of a pipeline on its page, two of them on one canvas, and why a score changed."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.graph import Pipeline
from engine.service import Settings, Workspace, open_workspace
from engine.service.building import pipeline_versions, pipelines
from engine.service.running import runs
from tests.ui.conftest import Filled, Open
from ui.building.diff_drawing import as_diff, union

DRAWN = """
name: drawn
nodes:
  data: {component: sample_data}
  fill: {component: impute_mean, params: {columns: numeric}}
  model: {component: logistic_regression, params: {target: churn}}
edges: [data -> fill, fill -> model]
layout: {data: [0, 0], fill: [240, 0], model: [480, 0]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return open_workspace(Settings(home=tmp_path / "home"))


def saved(home: Workspace, text: str, label: str = "", note: str = "") -> str:
    key = pipelines.import_pipeline(home, Pipeline.from_yaml(text)).pipeline_id
    pipeline_versions.save_named(home, key, label, note)
    return key


def canvas_data(app: AppTest) -> dict[str, Any]:
    (found,) = (json.loads(one.proto.json) for one in app.get("bidi_component"))
    return dict(found)


def texts(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in ("markdown", "caption") for one in app.get(kind))


def test_what_is_gone_stands_beside_what_is_there_and_its_wires_too() -> None:
    before = Pipeline.from_yaml(DRAWN)
    after = Pipeline.from_yaml(DRAWN.replace("fill:", "out:").replace("fill", "out").replace("impute_mean", "filter"))
    found = pipeline_versions.describe_diff(before, after, ("v1", "draft"))
    graph, told = union(before, after, found), as_diff(found)
    places = {node["id"]: tuple(node["position"]) for node in graph["nodes"]}
    assert set(places) == {"data", "fill", "out", "model"}
    assert places["fill"] != places["out"]
    assert (told["nodes"]["fill"]["state"], told["nodes"]["out"]["state"]) == ("removed", "added")
    assert told["wires"] == {
        "data.table->fill.table": "removed",
        "fill.table->model.table": "removed",
        "data.table->out.table": "added",
        "out.table->model.table": "added",
    }
    assert len(graph["edges"]) == 4


def test_forty_versions_with_long_words_are_listed_compared_and_described(home: Workspace, open_page: Open) -> None:
    for number in range(40):
        drawn = DRAWN.replace("target: churn", f"target: churn, C: 0.{number + 1}")
        key = saved(home, drawn, "wide " * 15, "why " * 99)
    app = open_page(home.home.path, "builder", pipeline=key, view="Versions")
    assert not app.exception
    assert len([box for box in app.checkbox if box.label.startswith("Compare v")]) == 20, "a page of them"
    assert len([button for button in app.button if button.label == "1 param"]) == 20
    for number in (40, 38):
        next(box for box in app.checkbox if box.label == f"Compare v{number}").check()
    app.run()
    assert [one.label for one in app.button if one.label.startswith("Compare")] == ["Compare v38 with v40"]


def test_two_versions_have_an_address_and_are_told_as_a_list_too(home: Workspace, open_page: Open) -> None:
    saved(home, DRAWN)
    key = saved(home, DRAWN.replace("target: churn", "target: churn, C: 0.5"))
    app = open_page(home.home.path, "builder", pipeline=key, before="v1", after="draft")
    assert not app.exception
    data = canvas_data(app)
    assert (data["readonly"], data["diff"]["nodes"]["model"]["state"]) == (True, "changed")
    assert data["diff"]["nodes"]["model"]["params"] == [
        {"label": "C", "before": "1.0 (the default)", "after": "0.5"},
    ]
    assert "Logistic regression: C: 1.0 (the default) → 0.5" in texts(app).replace("\\", "")
    assert [box.value for box in app.selectbox] == ["v1", "draft"]
    refused = open_page(home.home.path, "builder", pipeline=key, before="v1", after="v77")
    assert not refused.exception
    assert "no version 77" in " ".join(error.value for error in refused.error)


def test_a_pipeline_links_to_where_it_came_from(home: Workspace, open_page: Open) -> None:
    key = saved(home, DRAWN)
    branch = pipeline_versions.duplicate(home, key, "simpler", "v1")
    app = open_page(home.home.path, "builder", pipeline=branch.pipeline_id, view="Versions")
    assert not app.exception
    assert "Duplicated from" in texts(app)
    told = open_page(home.home.path, "builder", pipeline=key, view="Versions")
    assert "Duplicates of it" in texts(told)


def test_runs_are_chosen_to_be_compared_and_the_same_score_is_said_to_be_the_same(
    filled: Filled, open_page: Open
) -> None:
    workspace = open_workspace(Settings(home=filled.home))
    first = runs.get_run(workspace, filled.run_id)
    app = open_page(filled.home, "runs", run=first.id, beside=first.id)
    assert not app.exception
    assert "Why did the score change?" in [it.value for it in app.subheader]
    assert "Split the difference" in [button.label for button in app.button]
    tab = open_page(filled.home, "builder", pipeline=filled.pipeline_id, view="Runs")
    assert any(box.label.startswith("Compare run") for box in tab.checkbox)
