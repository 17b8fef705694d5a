"""A search is followed from the home: its leaderboard, its trials as pipelines, its end by request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine.errors import MissingThing
from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.modelling import models
from engine.service.running import runs, searches
from engine.service.views import ModelView, RunView
from engine.workspace import Workspace
from tests.homes import do_job, do_run, import_table, new_home

__all__ = ["new_home"]

DRAWN = """
format: 1
name: prices
params: {trials: 4}
nodes:
  homes: {component: dataset, params: {dataset: homes}}
  encode: {component: encode_one_hot, params: {columns: text}}
  split: {component: split_random, params: {test: 0.25, seed: 3}}
  found:
    component: auto_ml
    params: {target: price, budget_seconds: null, budget_trials: "${trials}", seed: 5}
  report: {component: evaluate}
edges: [homes -> encode, encode -> split, split -> found, found.model -> report.model]
"""
ALL_BUT_ONE = "split_random, params: {test: 0.0001, seed: 3}"
TUNED = """
format: 1
name: tuned
nodes:
  homes: {component: dataset, params: {dataset: homes}}
  encode: {component: encode_one_hot, params: {columns: text}}
  split: {component: split_random, params: {test: 0.25, seed: 3}}
  tree: {component: decision_tree_regressor, params: {target: price}}
  tune: {component: tune, params: {budget: 4, folds: 3}}
edges: [homes -> encode, encode -> split, split -> tree, tree.model -> tune.model]
"""


def homes(rows: int = 400) -> pa.Table:
    random = np.random.default_rng(2)
    size, rooms = random.normal(90, 30, rows), random.integers(1, 6, rows)
    town, garden = random.choice(["Graz", "Linz", "Wels"], rows), random.random(rows) < 0.5
    price = 3 * size + 40 * (town == "Graz") + 30 * garden * (rooms > 2) + random.normal(0, 10, rows)
    gaps = pa.array(size, mask=random.random(rows) < 0.1)
    return pa.table({"size": gaps, "rooms": rooms, "town": town, "garden": garden, "price": price})


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home in which AutoML made eight trials of its quick families, and a tree was tuned."""
    from components.ensembles import families
    from engine.settings import Settings
    from engine.workspace import open_workspace

    folder = tmp_path_factory.mktemp("searched")
    workspace = open_workspace(Settings(home=folder / "home"))
    quick = {"ridge", "decision_tree_regressor", "k_neighbors_regressor"}
    with pytest.MonkeyPatch.context() as patch:
        few = tuple(family for family in families.FAMILIES["regression"] if family.kind.spec.key in quick)
        patch.setattr(families, "FAMILIES", {"regression": few})
        import_table(workspace, "homes", homes(), folder)
        for text, params in ((DRAWN, {"trials": 8}), (TUNED, None)):
            run = do_run(workspace, Pipeline.from_yaml(text), params=params)
            assert run.status == "succeeded", run.error
    return workspace


@pytest.fixture
def home(searched: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    """A copy of it."""
    return new_home(copy_of=searched)


def opened(home: Workspace, model: ModelView, place: int) -> tuple[searches.OpenedView, RunView]:
    made = searches.open_as_pipeline(home, model, place)
    draft = pipelines.get_draft(home, made.pipeline_id)
    assert not pipelines.review_pipeline(home, pipelines.drawn(draft)).errors
    run_id = runs.start_run(home, draft.pipeline_id, pipelines.drawn(draft))
    do_job(home, runs.job_of(home, run_id) or "")
    run = runs.get_run(home, run_id)
    assert run.status == "succeeded", run.error
    return made, run


def test_the_leaderboard_has_each_trial_with_its_score_spread_times_size_and_preparation(home: Workspace) -> None:
    model = models.get_model(home, "prices")
    board = searches.leaderboard(model.report["search"])
    assert len([one for one in board if not one.made_of]) == 8  # as this run asked for
    whole = [one for one in board if not one.note]
    scores = [one.score or 0 for one in whole]
    assert scores == sorted(scores, reverse=True)
    assert whole[0].is_kept
    for one in whole:
        assert one.spread is not None
        assert min(one.seconds, one.seconds_per_row or 0, one.size or 0) > 0
    ridge = next(one for one in board if one.model == "Ridge regression")
    assert ridge.preparation.startswith("Impute m")
    assert "tandardize" in ridge.preparation or "Scale robustly" in ridge.preparation


def test_any_trial_opens_as_a_pipeline_that_scores_what_the_search_scored(home: Workspace) -> None:
    model = models.get_model(home, "prices")
    found = model.report["search"]
    board = searches.leaderboard(found)
    kept = next(one for one in board if one.is_kept)
    made, run = opened(home, model, kept.place)
    assert made.name == f"prices · {kept.model} (trial {kept.place + 1})"
    trained = {node.component: node.model["metrics"]["r2"] for node in run.nodes if node.model}
    score = trained[found["trials"][kept.place]["component"]]
    assert score == pytest.approx(model.metrics["r2"], abs=2e-3 if made.differs else 1e-9)
    assert {"dataset", "encode_one_hot", "split_random"} <= {node.component for node in run.nodes}


@pytest.mark.parametrize("kind", ["Ridge regression", "Decision tree", "Voting", "Stacking"])
def test_what_opens_is_made_of_ordinary_nodes(home: Workspace, kind: str) -> None:
    model = models.get_model(home, "prices")
    board = searches.leaderboard(model.report["search"])
    place = next((one.place for one in board if one.model == kind and one.can_open), None)
    if place is None:
        assert kind in ("Voting", "Stacking")  # one model was better than any vote
        return
    made = searches.open_as_pipeline(home, model, place)
    drawn = pipelines.drawn(pipelines.get_draft(home, made.pipeline_id))
    keys = [node.component for node in drawn.nodes]
    assert "auto_ml" not in keys
    assert not pipelines.review_pipeline(home, drawn).errors
    prepared = [node for node in drawn.nodes if node.component.startswith(("impute", "standard", "scale"))]
    assert all(set(node.params["columns"]) <= {"size", "rooms", "garden"} for node in prepared)
    if kind in ("Voting", "Stacking"):
        members = model.report["search"]["trials"][place]["members"]
        (together,) = [node for node in drawn.nodes if node.component == kind.lower()]
        assert len(drawn.into(together.id)) == len(members)
        notes = [node.params["text"] for node in drawn.nodes if node.component == "note"]
        assert notes == (["\n".join(made.differs)] if made.differs else [])
    again = searches.open_as_pipeline(home, model, place)
    assert again.name == f"{made.name} 2"  # nothing is written over


def test_a_trial_of_tune_opens_as_its_model_with_these_settings(home: Workspace) -> None:
    model = models.get_model(home, "tuned-tune")
    found = model.report["search"]
    _, run = opened(home, model, found["best"])
    (node,) = [node for node in run.nodes if node.model]
    assert node.node == "tree"
    assert node.model is not None
    assert node.model["metrics"] == pytest.approx(model.metrics)


def test_what_cannot_be_opened_says_why(home: Workspace) -> None:
    model = models.get_model(home, "prices")
    with pytest.raises(MissingThing, match="There is no trial 1000"):
        searches.open_as_pipeline(home, model, 999)


def test_nothing_is_stopped_where_nothing_is_searched(home: Workspace) -> None:
    (run, *_) = runs.list_runs(home)
    with pytest.raises(MissingThing, match="Nothing is searched here now"):
        searches.stop_search(home, run.id, "found")


def test_the_time_that_is_left_is_told_from_the_budget() -> None:
    from datetime import UTC, datetime, timedelta

    from engine.service.views import NodeRunView

    trial = {"model": "a", "params": {}, "score": 0.5, "spread": 0.1, "seconds": 1.0, "answer_seconds": 0.1, "rows": 9}
    told_at = (datetime.now(UTC) - timedelta(seconds=10)).isoformat()
    told = {
        "metric": "r2", "trials": [{**trial, "note": ""}] * 4, "best": None, "ended": "", "most_seconds": 100.0,
        "most_trials": 8, "spent": 30.0, "recalled": 2, "told_at": told_at,
    }  # fmt: skip
    node = NodeRunView(node="n", title="N", component="auto_ml", status="running", search=told)
    run: Any = RunView.model_construct(**{"nodes": [node]})  # type: ignore[arg-type]
    (view,) = searches.searching(run)
    assert view.spent == pytest.approx(40, abs=1)
    assert view.remaining_seconds == pytest.approx(40, abs=1)  # by trials it is sooner than by time
    assert (view.trials, view.recalled, view.search["best"]) == (4, 2, 0)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ([f"label {at}" for at in range(10_000)] * 2, "has more than"),
        (["always"] * 20_000, "has only one class among the train rows: 'always'"),
        ([7.0] * 20_000, "the same value, 7, in every train row"),
        (["rare"] + ["usual"] * 19_999, "the rarest class has 1 train row"),
    ],
)
def test_a_target_that_cannot_be_searched_for_fails_the_node_and_says_why(
    new_home: Callable[..., Workspace], tmp_path: Path, target: list[Any], told: str
) -> None:
    workspace = new_home(name="hard")
    import_table(workspace, "homes", pa.table({"size": np.arange(20_000.0), "price": target}), tmp_path)
    drawn = DRAWN.replace("split_random, params: {test: 0.25, seed: 3}", ALL_BUT_ONE)
    run = do_run(workspace, Pipeline.from_yaml(drawn).slice_to("found"))
    assert run.status == "failed"
    assert run.error is not None
    assert told in run.error["message"]
    assert run.error["hint"]
    assert run.error["node"] == "found"
