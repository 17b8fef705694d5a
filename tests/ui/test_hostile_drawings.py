"""What no canvas of ours would draw is refused, or shown as a problem with its remedy; nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.errors import PipelineProblems
from engine.service import Settings, Workspace, open_workspace
from engine.service.building import pipelines
from engine.service.running import runs
from engine.service.views import DraftView
from ui.building import exchange
from ui.building.edits import store
from ui.canvas.messages import MAX_NODES, read_edit

SOUND: dict[str, Any] = {"nodes": [], "edges": []}


def node(name: str, component: str = "deduplicate", **params: object) -> dict[str, Any]:
    return {"id": name, "component": component, "title": None, "params": params, "position": [0, 0]}


def wire(source: str, target: str, out: str = "table", into: str = "table") -> dict[str, str]:
    return {"source": source, "source_port": out, "target": target, "target_port": into}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = open_workspace(Settings(home=tmp_path_factory.mktemp("hostile")))
    pipelines.create_pipeline(workspace, "neighbour")
    yield workspace
    workspace.database.close()


@pytest.fixture
def draft(home: Workspace, request: pytest.FixtureRequest) -> DraftView:
    return pipelines.create_pipeline(home, request.node.name[:100])


def draw(home: Workspace, draft: DraftView, graph: dict[str, Any]) -> Mapping[str, str] | None:
    """Why the drawing was refused."""
    said = {"doc": draft.pipeline_id, "cid": "c", "seq": 1, "base": draft.rev, "graph": graph, "try": 0}
    refused: Mapping[str, str] | None = store(home, read_edit(said))["refused"]
    return refused


REFUSED = {
    "two nodes with one name": ([node("a"), node("a")], [], "Two nodes"),
    "a wire that begins nowhere": ([node("a")], [wire("b", "a")], "'b'"),
    "a wire that ends nowhere": ([node("a")], [wire("a", "b")], "'b'"),
}


@pytest.mark.parametrize(("nodes", "edges", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_kept_is_refused_and_the_draft_stays(
    home: Workspace, draft: DraftView, nodes: list[Any], edges: list[Any], word: str
) -> None:
    refused = draw(home, draft, {"nodes": nodes, "edges": edges})
    assert refused is not None
    assert word in refused["message"]
    assert pipelines.get_draft(home, draft.pipeline_id) == draft


SHOWN = {
    "a port that is not there": ([node("a"), node("b")], [wire("a", "b", "gone")], "no_port"),
    "a model into a table": (
        [node("a", "random_forest_classifier"), node("b")], [wire("a", "b", "model")], "kind_mismatch"
    ),
    "a circle": ([node("a"), node("b")], [wire("a", "b"), wire("b", "a")], "cycle"),
    "a node that feeds itself": ([node("a")], [wire("a", "a")], "cycle"),
    "a wire drawn twice": ([node("a"), node("b")], [wire("a", "b"), wire("a", "b")], "duplicate"),
    "two wires into one": ([node("a"), node("b"), node("c")], [wire("a", "c"), wire("b", "c")], "taken"),
    "a component that is not installed": ([node("a", "not_installed", deep={"x": [1]})], [], "unknown_component"),
}  # fmt: skip


@pytest.mark.parametrize(("nodes", "edges", "code"), SHOWN.values(), ids=SHOWN.keys())
def test_what_can_be_kept_is_shown_as_a_problem_keeps_its_settings_and_does_not_run(
    home: Workspace, draft: DraftView, nodes: list[Any], edges: list[Any], code: str
) -> None:
    assert draw(home, draft, {"nodes": nodes, "edges": edges}) is None
    now = pipelines.get_draft(home, draft.pipeline_id)
    told = exchange.editor_data(home, now, None)
    problems = [problem for problem in told["problems"] if problem["code"] == code]
    assert problems
    assert all(problem["hint"] for problem in problems)
    assert [one["params"] for one in told["graph"]["nodes"]] == [one["params"] for one in nodes]
    with pytest.raises(PipelineProblems):
        runs.start_run(home, draft.pipeline_id, pipelines.drawn(now))


def test_a_drawing_as_large_as_they_get_is_kept_and_looked_through(home: Workspace, draft: DraftView) -> None:
    nodes = [node(f"n{number}") for number in range(MAX_NODES)]
    edges = [wire(f"n{number}", f"n{number + 1}") for number in range(MAX_NODES - 1)]
    assert draw(home, draft, {"nodes": nodes, "edges": edges}) is None
    assert len(pipelines.get_draft(home, draft.pipeline_id).document["nodes"]) == MAX_NODES


def test_names_that_objects_have_by_themselves_are_names_like_others(home: Workspace, draft: DraftView) -> None:
    odd = json.loads('{"__proto__": {"polluted": true}, "constructor": 1}')
    graph = {"nodes": [node("constructor", **odd)], "edges": []}
    assert draw(home, draft, graph) is None
    now = pipelines.get_draft(home, draft.pipeline_id)
    assert now.document["nodes"]["constructor"]["params"] == odd


def test_an_edit_of_one_pipeline_leaves_the_others_alone(home: Workspace, draft: DraftView) -> None:
    neighbour = pipelines.find_draft(home, "neighbour")
    assert draw(home, draft, SOUND) is None
    assert pipelines.find_draft(home, "neighbour") == neighbour


def test_an_edit_of_a_pipeline_that_is_not_there_is_refused(home: Workspace, draft: DraftView) -> None:
    said = {"doc": "gone", "cid": "c", "seq": 1, "base": 0, "graph": SOUND, "try": 0}
    assert store(home, read_edit(said))["refused"]["seq"] == 1
