"""Pipelines are drawn from the command line, too."""

from pathlib import Path

from components.sources.customers import customers
from engine.service.building import pipelines
from engine.workspace import Workspace
from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import import_table

__all__ = ["canvasback"]


def test_a_pipeline_is_drawn_for_a_target(home: Workspace, tmp_path: Path, canvasback: Canvasback) -> None:
    import_table(home, "people", customers(), tmp_path)
    at = ("--home", home.home.path, "--json")
    unsaid = canvasback("pipeline", "build", "people", *at)
    assert unsaid.code == 2
    assert "churn" in unsaid.json["targets"]
    told = canvasback("pipeline", "build", "people", "--target", "churn", "--name", "who leaves", *at).json
    assert told["pipeline"] == "who leaves"
    assert told["problems"] == []
    assert told["left_out"] == {"customer_id": "has another value in every row"}
    assert all(step["why"] for step in told["steps"])
    assert pipelines.find_draft(home, "who leaves").document["nodes"]
    odd = canvasback("pipeline", "build", "people", "--find", "odd-rows", "--home", home.home.path)
    assert odd.code == 0
    assert "Drawn as people odd rows" in odd.out
    wrong = canvasback("pipeline", "build", "people", "--target", "customer_id", *at)
    assert wrong.code == 1
    assert "cannot be predicted" in wrong.json["error"]["message"]


def test_a_template_is_begun(home: Workspace, canvasback: Canvasback) -> None:
    at = ("--home", home.home.path, "--json")
    listed = canvasback("pipeline", "templates", "--json").json
    assert {"key", "title", "about", "gives", "sample"} == set(listed[0])
    begun = canvasback("pipeline", "begin", "segments", "--name", "kinds", *at).json
    assert begun["pipeline"] == "kinds"
    taken = canvasback("pipeline", "begin", "segments", "--name", "kinds", *at)
    assert taken.code == 1
    assert taken.json["error"]["hint"]
