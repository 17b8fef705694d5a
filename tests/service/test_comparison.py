"""Two runs side by side tell what was different and what it cost."""

import pytest

from components.sources.customers import customers
from engine.limits import RunLimits
from engine.service.running import runs
from engine.service.running.comparison import PaceView, compare_runs, run_standing
from engine.service.views import RunView
from engine.workspace import Workspace
from tests.homes import Published, churn_pipeline, do_run, import_table, queue_run


@pytest.fixture
def place(published: Published) -> Workspace:
    return published.workspace


def test_a_run_tells_its_totals(published: Published) -> None:
    run = published.run
    assert run.computed == len(run.nodes)
    assert run.cpu_seconds == pytest.approx(sum(node.cpu_seconds or 0 for node in run.nodes))
    assert run.memory_mb == max(node.memory_mb or 0 for node in run.nodes)
    assert run.bytes_written == sum(node.bytes_written or 0 for node in run.nodes)
    assert (run.backend, run.limits) == ("duckdb", {})


def test_nodes_begin_after_each_other_and_fused_ones_name_their_query(published: Published) -> None:
    run = published.run
    begun = [node.started for node in run.nodes if node.started is not None]
    assert begun
    assert all(0 <= moment <= (run.seconds or 0) for moment in begun)
    names = {node.node for node in run.nodes}
    assert all(node.stage in names for node in run.nodes if node.stage is not None)


def test_params_data_and_metrics_are_compared(place: Workspace) -> None:
    first = do_run(place, churn_pipeline(C=0.5))
    import_table(place, "customers", customers().slice(0, 1_500), place.uploads)
    second = do_run(place, churn_pipeline(C=0.001))
    found = compare_runs(place, first.id, second.id)
    told = {view.what: (view.left, view.right) for view in found.differences}
    assert told == {
        "Dataset customers (customers)": ("v1", "v2"),
        "Logistic regression (model): C": (0.5, 0.001),
    }
    score = next(view for view in found.scores if view.metric == "roc_auc")
    assert score.left != score.right
    assert not any(pair.is_same_result for pair in found.nodes)


def test_a_node_that_only_one_run_had_stands_alone(place: Workspace, published: Published) -> None:
    smaller = churn_pipeline().without("fill").with_params("model", C=0.5)
    document = smaller.as_document()
    document["nodes"]["rounded"] = {"component": "impute_median", "params": {"columns": "numeric"}}
    document["edges"] = [edge for edge in document["edges"] if not edge.startswith("customers")]
    document["edges"] += ["customers -> rounded", "rounded -> encode"]
    other = do_run(place, type(smaller).from_document({**document, "name": "churn"}))
    found = compare_runs(place, published.run.id, other.id)
    sides = {pair.node: (pair.left is not None, pair.right is not None) for pair in found.nodes}
    assert (sides["fill"], sides["rounded"], sides["model"]) == ((True, False), (False, True), (True, True))
    told = {view.what: (view.left, view.right) for view in found.differences}
    assert told["Impute mean (fill)"] == ("in the drawing", "not in the drawing")
    assert not any(what.startswith("Impute mean (fill):") for what in told)


def test_a_rerun_has_no_difference_and_the_same_results(place: Workspace, published: Published) -> None:
    again = do_run(place, churn_pipeline())
    found = compare_runs(place, published.run.id, again.id)
    assert found.differences == []
    assert all(pair.is_same_result for pair in found.nodes)
    assert all(view.left == view.right for view in found.scores)


def test_a_run_is_measured_by_the_one_before_and_the_fastest_that_did_as_much(
    place: Workspace, published: Published
) -> None:
    again = do_run(place, churn_pipeline())
    place.cache.clear()
    third = do_run(place, churn_pipeline())
    standing = run_standing(place, third.id)
    assert standing.previous is not None
    assert standing.fastest is not None
    assert standing.previous.run_id == again.id
    assert standing.fastest.run_id == published.run.id
    assert "computed instead of 0" in standing.previous.in_words
    assert run_standing(place, again.id).fastest is None


def test_a_first_and_an_unfinished_run_are_compared_with_nothing(place: Workspace, published: Published) -> None:
    assert run_standing(place, published.run.id).previous is None
    waiting = queue_run(place, churn_pipeline())
    assert run_standing(place, waiting).previous is None
    assert compare_runs(place, published.run.id, waiting).pace is None
    listed: list[RunView] = runs.list_runs(place)
    assert listed[0].computed is None


def test_running_again_asks_for_the_same_with_the_same_limits(place: Workspace) -> None:
    first = queue_run(place, churn_pipeline(), target="encode", limits=RunLimits(threads=1))
    again = runs.run_again(place, first)
    assert compare_runs(place, first, again).differences == []
    view = runs.get_run(place, again)
    assert (view.limits, view.target, view.pipeline_version) == ({"threads": 1}, "encode", 1)


@pytest.mark.parametrize(
    ("seconds", "other", "words"),
    [
        (3.0, 4.0, "25 % faster than run 4 (3.0 s instead of 4.0 s)"),
        (5.0, 4.0, "25 % slower than run 4 (5.0 s instead of 4.0 s)"),
        (10.0, 4.0, "2.5 times as long as run 4 (10.0 s instead of 4.0 s)"),
        (4.1, 4.0, "About as fast as run 4 (4.1 s instead of 4.0 s)"),
        (1.0, 0.0, "About as fast as run 4 (1.0 s instead of 0 ms)"),
    ],
)
def test_a_pace_is_told_in_words(seconds: float, other: float, words: str) -> None:
    assert PaceView(run_id="r", number=4, seconds=seconds, other_seconds=other).in_words == words
