"""A search whose process is killed goes on where it was; one that is stopped leaves its best to the run."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from components.base import Trial
from components.ensembles.following import Done
from engine.execute.journal import LINES, Journal
from engine.graph import Pipeline
from engine.service.modelling import models
from engine.service.running import runs, searches
from engine.service.views import RunView
from engine.workspace import Workspace
from tests.homes import queue_run
from tests.processes import at_work, children, ended, gone, when

SEARCHING = """
format: 1
name: searched
nodes:
  numbers: {component: dataset, params: {dataset: numbers}}
  some: {component: sample_rows, params: {rows: 3000}}
  split: {component: split_random, params: {test: 0.2, seed: 1}}
  tree: {component: decision_tree_classifier, params: {target: label, max_depth: 4}}
  found: {component: tune, params: {search: bayesian, budget: BUDGET, folds: 3, gives_up: false, seed: 4}}
  report: {component: evaluate}
edges: [numbers -> some, some -> split, split -> tree, tree.model -> found.model, found.model -> report.model]
"""


def searching(trials: int) -> Pipeline:
    return Pipeline.from_yaml(SEARCHING.replace("BUDGET", str(trials)))


def has_tried(workspace: Workspace, trials: int) -> Callable[[RunView], bool]:
    """Whether so many trials are written down."""

    def has(_: RunView) -> bool:
        lines = [line for file in workspace.cache.root.glob(f".search-*/{LINES}") for line in file.open()]
        return len(lines) >= trials

    return has


def tried(workspace: Workspace) -> list[dict[str, object]]:
    found = models.get_model(workspace, "searched-found").report["search"]["trials"]
    return [{**trial, "seconds": 0, "answer_seconds": 0} for trial in found]


PATIENT = 60.0
"""Seconds of a lease: fits keep every core busy, and a worker in a thread of the tests waits for its turn."""


@pytest.fixture
def patient(numbers: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    """A home whose worker is not given up soon."""
    return new_home(copy_of=numbers, lease_seconds=PATIENT)


@pytest.mark.slow
def test_a_killed_search_goes_on_from_the_trials_that_were_done(
    patient: Workspace, numbers: Workspace, new_home: Callable[..., Workspace]
) -> None:
    undisturbed = new_home(copy_of=numbers, name="undisturbed", lease_seconds=PATIENT)
    with at_work(undisturbed):
        assert ended(undisturbed, queue_run(undisturbed, searching(14)), 120).status == "succeeded"
    run_id = queue_run(patient, searching(14))
    with at_work(patient):
        when(patient, run_id, has_tried(patient, 5), 120)
        for child in children(patient):
            child.kill()  # SIGKILL, in the middle of a fit
        killed = ended(patient, run_id)
        gone(patient)
    assert (killed.status, (killed.error or {})["code"]) == ("crashed", "process_died")
    (journal,) = patient.cache.root.glob(f".search-*/{LINES}")
    before = len(journal.read_text().splitlines())
    with at_work(patient):
        again = runs.run_again(patient, run_id)
        when(patient, again, lambda view: any(one.recalled for one in searches.searching(view)), 120)
        assert ended(patient, again, 120).status == "succeeded"
    assert before >= 5
    assert tried(patient) == tried(undisturbed)
    assert not list(patient.cache.root.glob(".search-*"))  # it came to its end


@pytest.mark.slow
def test_a_search_that_is_stopped_keeps_the_best_and_the_run_goes_on(patient: Workspace) -> None:
    run_id = queue_run(patient, searching(1_000))
    with at_work(patient):
        seen = when(patient, run_id, searches.searching, 120)
        (view,) = searches.searching(seen)
        assert (view.node, view.metric, view.most_trials) == ("found", "roc_auc", 1_000)
        assert view.remaining_seconds is not None
        assert seen.progress is not None
        assert seen.progress < 0.5  # most of the time is to come, though but one node is not done
        searches.stop_search(patient, run_id, "found")
        run = ended(patient, run_id, 60)
    assert run.status == "succeeded", run.error
    assert {node.node: node.status for node in run.nodes}["report"] == "succeeded"
    found = models.get_model(patient, "searched-found").report["search"]
    assert found["ended"] == "it was asked to stop and keep the best"
    assert 1 <= len(found["trials"]) < 1_000
    whole = [trial["score"] for trial in found["trials"] if not trial["note"]]
    assert found["trials"][found["best"]]["score"] == max(whole)
    assert not searches.searching(run)


# What is written down


def done(score: float, answers: bool = True) -> Done:
    trial = Trial(model="m", params={"a": (1, 2)}, score=score, rows=3)
    return Done(trial, (score,), 1.5, np.array([score, 2.0], dtype=np.float32) if answers else None)


def test_a_line_that_was_not_finished_is_not_read_and_neither_are_half_answers(tmp_path: Path) -> None:
    folder = tmp_path / "search"
    journal = Journal(folder)
    assert journal.read() == 0
    for key, one in {"one": done(0.1), "two": done(0.2), "three": done(0.3, answers=False)}.items():
        journal.write(key, one)
    with (folder / LINES).open("a") as file:
        file.write(json.dumps({"key": "four"})[:-3])
    (folder / "two.npy").write_bytes((folder / "two.npy").read_bytes()[:-4])
    again = Journal(folder)
    assert again.read() == 3
    first, third = again.recall("one"), again.recall("three")
    assert first is not None
    assert third is not None
    assert (first.scores, first.spent, first.answers.tolist()) == ((0.1,), 1.5, pytest.approx([0.1, 2.0]))
    assert third.answers is None
    assert again.recall("two") is None
    assert again.recall("four") is None
    again.forget()
    assert not folder.exists()
