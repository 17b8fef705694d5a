"""What the canvas draws comes back as it was: switches and collapsed groups, too."""

import json
from typing import Any

from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.running import runs
from tests.engine.test_switched_off import off
from tests.homes import Published, churn_pipeline, done, filled_home, new_home, published
from ui.building.drawing import as_graph, as_pipeline
from ui.building.exchange import feed_data
from ui.canvas.messages import Graph

__all__ = ["filled_home", "new_home", "published"]


def back(graph: dict[str, Any], before: Pipeline) -> Pipeline:
    return as_pipeline(Graph.model_validate_json(json.dumps(graph)), before)


def test_switches_and_collapsed_groups_survive_the_browser_and_the_file() -> None:
    drawn = off(churn_pipeline(), "fill")
    document = drawn.as_document()
    inside = {"title": "Prepare", "collapsed": True, "members": ["fill", "encode"], "width": 900, "height": 300}
    document["nodes"]["prepare"] = {"component": "group", "params": inside}
    drawn = Pipeline.from_document(document)
    graph = as_graph(drawn)
    assert [node["id"] for node in graph["nodes"] if node.get("disabled")] == ["fill"]
    assert "disabled" not in graph["nodes"][0]
    again = back(graph, drawn)
    assert [(node.id, node.params, node.disabled) for node in again.nodes] == [
        (n.id, n.params, n.disabled) for n in drawn.nodes
    ]
    assert Pipeline.from_yaml(again.as_yaml()) == again


def test_what_a_collapsed_group_lists_is_checked_and_changes_no_result(filled_home: Published) -> None:
    place = filled_home.workspace
    plain = churn_pipeline()
    document = plain.as_document()
    document["nodes"]["g"] = {"component": "group", "params": {"collapsed": True, "members": ["fill", "nobody"]}}
    grouped = Pipeline.from_document({**document, "name": "churn"})
    assert pipelines.problem_list(place, grouped) == pipelines.problem_list(place, plain)
    document["nodes"]["g"]["params"] = {"collapsed": True, "members": ["A b"]}
    wrong = pipelines.problem_list(place, Pipeline.from_document({**document, "name": "churn"}))
    assert [(problem["node"], problem["field"]) for problem in wrong if problem["severity"] == "error"] == [
        ("g", "members")
    ]


def test_a_bypassed_node_has_no_state_of_a_run(published: Published) -> None:
    place = published.workspace
    drawn = churn_pipeline()
    draft = pipelines.import_pipeline(place, drawn)
    run_id = runs.start_run(place, draft.pipeline_id, drawn)
    done(place, runs.job_of(place, run_id) or "")
    run = runs.get_run(place, run_id)
    states = feed_data(place, off(drawn, "encode"), draft.pipeline_id, run)["nodes"]
    assert "encode" not in states
    assert states["fill"]["status"] == "cached"
    assert states["split"]["status"] == "stale"
