"""Previews: on a kept sample, node by node, beside the edits; and what a node did in its runs."""

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from components.ports import ROW
from engine.execute import sample_run, trial
from engine.execute.sample_run import SampleRun
from engine.execute.shelf import Shelf
from engine.graph import Pipeline
from engine.service.building import trials
from engine.service.building.guarding import fitted_overlay, serving_overlay
from engine.service.building.node_history import node_history
from engine.service.building.trials import TrialView, try_out
from engine.service.data import samples
from engine.service.data.cell_changes import changed_cells
from engine.service.running.previews import Previews
from engine.service.running.ran_rows import with_ran_rows
from engine.workspace import Workspace
from tests.engine.running import draw
from tests.homes import Published, churn_pipeline, do_run, import_table

FEW = 500


@pytest.fixture
def place(filled_home: Published) -> Workspace:
    return filled_home.workspace


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The nodes that are computed, from an empty shelf on."""
    computed: list[str] = []
    compute = SampleRun._make

    def noted(self: SampleRun, node_id: str) -> Any:
        computed.append(node_id)
        return compute(self, node_id)

    monkeypatch.setattr(SampleRun, "_make", noted)
    monkeypatch.setattr(trials, "_SHELF", Shelf(10_000_000))
    trials._answer.cache_clear()
    yield computed
    trials._answer.cache_clear()


def chain(last: str = "1", **more: Mapping[str, Any]) -> Pipeline:
    nodes = {
        "s": ("dataset", {"dataset": "customers"}),
        "f": ("filter_rows", {"condition": "tenure_months > 3"}),
        "i": ("impute_mean", {"columns": "numeric"}),
        "n": ("formula", {"name": "made", "expression": f"monthly_charges * {last}"}),
    }
    return draw({**nodes, **more}, "s -> f -> i -> n")


def tried(place: Workspace, pipeline: Pipeline, node: str = "n", **how: Any) -> TrialView:
    found = try_out(place, pipeline, node, **how)
    assert found is not None
    return found


def test_changing_the_last_node_computes_only_it(place: Workspace, made: list[str]) -> None:
    tried(place, chain())
    assert sorted(made) == ["f", "i", "n", "s"]
    made.clear()
    tried(place, chain("2"))
    assert made == ["n"]
    made.clear()
    tried(place, chain("2"), "i")
    tried(place, chain("2"), most=100)
    assert made == []


def test_only_what_changed_is_marked_and_what_is_new_comes_first(place: Workspace) -> None:
    shown = tried(place, chain())
    assert shown.after is not None
    assert (shown.after.columns[0], shown.after.changed) == ("made", ["made"])
    assert not any(shown.after.marks)  # all of a new column is new
    assert [column.name for column in shown.columns if column.is_new] == ["made"]
    assert len(shown.columns[0].bins) > 1
    filled = tried(place, chain(), "i")
    assert filled.after is not None
    cells = sum(len(marks) for marks in filled.after.marks)
    assert filled.after.changed
    assert cells < len(filled.after.rows) * len(filled.after.changed)  # only cells that were empty


def test_a_sample_is_drawn_once_and_told_honestly(
    home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "SAMPLE_ROWS", FEW)
    import_table(home, "many", pa.table({"key": [row % 7 for row in range(3_000)], "x": list(range(3_000))}), tmp_path)
    import_table(home, "keys", pa.table({"key": list(range(7)), "name": list("abcdefg")}), tmp_path)
    nodes: dict[str, Any] = {
        "many": ("dataset", {"dataset": "many"}),
        "keys": ("dataset", {"dataset": "keys"}),
        "j": ("join", {"on": ["key"]}),
        "g": ("group_by", {"by": ["name"], "aggregations": [{"column": "x", "function": "mean"}]}),
    }
    drawn = draw(nodes, "many -> j.left", "keys -> j.right", "j -> g")
    shown = tried(home, drawn, "j")
    assert {source.node: (source.rows, source.of) for source in shown.sources} == {"many": (FEW, 3_000), "keys": (7, 7)}
    assert shown.arriving == {"left": FEW, "right": 7}
    assert any("only sampled rows meet here" in note for note in shown.notes)
    assert any("a run takes all of them" in note for note in tried(home, drawn, "g").notes)
    one = draw({"s": nodes["many"], "n": ("standardize", {"columns": ["x"]})}, "s -> n")
    assert "Learned from the 500 rows of the sample; a run learns from every row." in tried(home, one).notes
    kept = sorted(folder.name for folder in home.cache.root.iterdir() if not folder.name.startswith("."))
    assert len(kept) == 2
    trials._answer.cache_clear()
    monkeypatch.setattr(trials, "_SHELF", Shelf(10_000_000))
    monkeypatch.setattr(samples, "draw_sample", lambda *_: pytest.fail("it was kept"))
    assert tried(home, drawn, "j").arriving == {"left": FEW, "right": 7}


def test_another_output_can_be_looked_at_and_more_rows_asked_for(place: Workspace) -> None:
    split = draw(
        {"s": ("dataset", {"dataset": "customers"}), "n": ("split_random", {"test": 0.5})},
        "s -> n",
    )
    shown = tried(place, split, most=120)
    assert shown.after is not None
    assert len(shown.after.rows) == 120
    assert (shown.port, shown.ports) == ("table", ["table"])
    assert tried(place, split, port="unheard").port == "table"


def test_a_mistake_before_a_node_is_told_with_its_name(place: Workspace) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "customers"}),
        "m": "pca",
        "n": ("formula", {"name": "one", "expression": "1 + 1"}),
    }
    shown = tried(place, draw(nodes, "s -> m -> n"))
    assert shown.after is None or shown.of == "example"
    assert "comes before" in (shown.note or "")


def explosion() -> Pipeline:
    """Every row meets a third of all others, twice."""
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "customers"}),
        "c": ("select_columns", {"columns": ["contract"]}),
        "j": ("join", {"on": ["contract"]}),
        "n": ("join", {"on": ["contract"]}),
    }
    return draw(nodes, "s -> c -> j.left", "c -> j.right", "j.table -> n.left", "c -> n.right")


def test_what_takes_too_long_or_too_much_is_stopped_and_says_so(
    place: Workspace, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_run, "MOST_ROWS", 10_000)
    assert "makes so many rows even of the sample" in (tried(place, explosion(), "j").note or "")
    monkeypatch.setattr(sample_run, "MOST_ROWS", 2_000_000)
    monkeypatch.setattr(trial, "MOST_SECONDS", 0.05)
    shown = tried(place, explosion())
    assert shown.of == "example" or shown.after is None
    assert "on the sample rows and was stopped. Run to here to see rows." in (shown.note or "")


def test_cells_differ_by_row_not_by_place() -> None:
    before = pa.table({ROW: [1, 2, 3], "a": [1.0, None, 3.0], "b": ["x", "y", "z"], "t": [1, 2, 3]})
    after = pa.table({ROW: [3, 2], "a": [3.0, 5.0], "b": ["z", "y"], "t": ["3", "2"], "new": [0, 0]})
    found = {name: mask.tolist() for name, mask in changed_cells(before, after).items()}
    assert found == {"a": [False, True], "t": [True, True], "new": [True, True]}
    whole, other = pa.table({ROW: [1, 2], "n": [1, 2]}), pa.table({ROW: [1, 2], "n": [1.0, 2.5]})
    assert changed_cells(whole, other)["n"].tolist() == [False, True]
    numbers = pa.table({ROW: [1], "n": [float("nan")]})
    assert changed_cells(numbers, numbers) == {}
    assert list(changed_cells(before, pa.table({"a": [1.0]}))) == []  # without ids there is no same row


def test_a_shelf_lets_go_of_what_was_not_asked_for_the_longest() -> None:
    table = pa.table({"a": np.arange(100)})
    shelf = Shelf(int(table.nbytes * 2.5))
    for name in ("one", "two"):
        shelf.put(name, {"table": table})
    shelf.get("one")
    shelf.put("three", {"table": table})
    assert ["one" in shelf, "two" in shelf, "three" in shelf] == [True, False, True]
    shelf.put("large", {"table": pa.table({"a": np.arange(1_000)})})
    assert "large" not in shelf
    assert "one" in shelf


def test_who_asks_is_not_kept_waiting_and_a_newer_question_replaces_the_older() -> None:
    previews, go = Previews(workers=1), threading.Event()
    shown = TrialView(node="n")

    def slow() -> TrialView:
        go.wait(5)
        return shown

    assert not previews.ask("tab", 1, slow, patience=0.01).is_ready
    assert not previews.ask("other tab", 1, lambda: pytest.fail("it was replaced"), patience=0).is_ready
    assert not previews.ask("other tab", 2, lambda: shown, patience=0).is_ready
    go.set()
    assert previews.ask("tab", 1, lambda: pytest.fail("it was asked before"), patience=5).view is shown
    assert previews.ask("other tab", 2, lambda: pytest.fail("it was asked before"), patience=5).view is shown


def test_a_split_takes_effect_before_what_learns_and_the_guard_says_so(place: Workspace) -> None:
    overlay = fitted_overlay(place, churn_pipeline())
    kinds = {node: mark.kind for node, mark in overlay.marks.items()}
    assert kinds == {"fill": "train", "encode": "train", "split": "roles", "model": "train"}
    assert "not where it is drawn" in overlay.marks["split"].words
    assert list(overlay.borders) == ["fill"]
    assert "scored on the test rows" in overlay.marks["model"].words


def test_without_a_split_the_guard_says_that_one_is_automatic_or_that_all_rows_are_learned_from(
    place: Workspace,
) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "customers"}),
        "i": ("impute_mean", {"columns": "numeric"}),
        "model": ("logistic_regression", {"target": "churn", "features": ["tenure_months"]}),
    }
    automatic = fitted_overlay(place, draw(nodes, "s -> i -> model"))
    assert {node: mark.kind for node, mark in automatic.marks.items()} == {"i": "train", "model": "train"}
    assert "automatic" in automatic.borders["i"]
    alone = fitted_overlay(place, draw({name: nodes[name] for name in ("s", "i")}, "s -> i"))
    assert alone.marks["i"].kind == "all"
    assert fitted_overlay(place, draw({"s": nodes["s"]})).note == "Nothing in this pipeline learns from rows yet."


def test_what_an_endpoint_runs_is_lit_up_and_the_rest_says_why_not(place: Workspace) -> None:
    drawn = churn_pipeline()
    overlay = serving_overlay(place, drawn)
    kinds = {node: mark.kind for node, mark in overlay.marks.items()}
    assert kinds == {
        "customers": "input", "fill": "replayed", "encode": "replayed", "split": "skipped", "model": "model",
    }  # fmt: skip
    assert (overlay.model, [choice.id for choice in overlay.models]) == ("model", ["model"])
    assert serving_overlay(place, drawn, "unheard").model == "model"
    assert "Draw one" in (serving_overlay(place, chain()).note or "")


def test_the_other_side_of_a_join_is_frozen_and_a_grouping_is_where_the_input_starts(place: Workspace) -> None:
    document = {
        "name": "d",
        "nodes": {
            "s": {"component": "dataset", "params": {"dataset": "customers"}},
            "keys": {"component": "dataset", "params": {"dataset": "customers"}},
            "some": {"component": "select_columns", "params": {"columns": ["region", "tenure_months"]}},
            "g": {
                "component": "group_by",
                "params": {"by": ["region"], "aggregations": [{"column": "tenure_months", "function": "mean"}]},
            },
            "f": {"component": "filter_rows", "params": {"condition": "tenure_months > 1"}},
            "j": {"component": "join", "params": {"on": ["region"]}},
            "model": {"component": "logistic_regression", "params": {"target": "churn"}},
        },
        "edges": ["s -> f", "f -> j.left", "keys -> some", "some -> g", "g -> j.right", "j -> model"],
    }
    kinds = {node: mark.kind for node, mark in serving_overlay(place, Pipeline.from_document(document)).marks.items()}
    assert kinds == {
        "s": "input", "f": "skipped", "j": "lookup",
        "keys": "frozen", "some": "frozen", "g": "frozen", "model": "model",
    }  # fmt: skip
    document["edges"] = ["s -> some", "some -> g", "g -> model"]
    kinds = {node: mark.kind for node, mark in serving_overlay(place, Pipeline.from_document(document)).marks.items()}
    assert kinds == {"s": "before", "some": "before", "g": "input", "model": "model"}


def test_what_no_preview_can_show_is_shown_as_the_last_run_made_it(published: Published) -> None:
    place, pipeline_id = published.workspace, published.run.pipeline_id
    model = with_ran_rows(place, pipeline_id, tried(place, churn_pipeline(), "model"), None, 20)
    assert (model.of, model.run, model.port) == ("run", published.run.number, "predictions")
    assert model.after is not None
    assert (len(model.after.rows), "prediction" in model.after.columns) == (20, True)
    assert model.notes
    shown = tried(place, churn_pipeline(), "fill")
    assert with_ran_rows(place, pipeline_id, shown, None, 20) is shown
    never_run = TrialView(node="unheard", of="example")
    assert with_ran_rows(place, pipeline_id, never_run, None, 20) is never_run


def test_a_node_is_told_beside_the_run_before_and_its_best(published: Published) -> None:
    place, pipeline_id = published.workspace, published.run.pipeline_id
    first = node_history(place, pipeline_id, "fill")
    assert first.last is not None
    assert (first.last.run, first.previous, first.words) == (published.run.number, None, ["Computed once so far."])
    assert first.last.seconds is not None
    again = do_run(place, churn_pipeline())
    reused = node_history(place, pipeline_id, "fill")
    assert reused.last is not None
    assert (reused.last.run, reused.last.cached) == (again.number, True)
    assert reused.words[0].startswith(f"Run {again.number} reused what was there")
    assert reused.previous is not None
    assert reused.previous.run == published.run.number
    assert node_history(place, pipeline_id, "unheard").last is None
