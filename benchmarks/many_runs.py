"""Our side of the table of runs: as many as a year may bring, written down as runs are, and asked as the page asks."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks import pipelines
from benchmarks.recorded_runs import PAGE, Question, Recorded, answered, recorded
from benchmarks.report import measured, tell
from engine.graph import Pipeline
from engine.service.building.pipelines import digest, list_pipelines
from engine.service.running.run_settings import settings_of
from engine.service.running.run_table import known_of_runs, search_runs
from engine.service.running.runs import list_runs
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.unit_of_work import UnitOfWork

AT_ONCE = 500
MODEL = "model"


def keep(home: Workspace, count: int) -> None:
    """Not measured: write the runs down, with their nodes, settings, metrics, tags and notes."""
    drawing = pipelines.served(0.1)
    runs = list(recorded(count))
    for first in range(0, count, AT_ONCE):
        home.database.transact(partial(_keep_some, drawing, runs[first : first + AT_ONCE]))


def _keep_some(drawing: Pipeline, some: Sequence[Recorded], uow: UnitOfWork) -> None:
    for told in some:
        _keep_one(uow, drawing, told)


def _keep_one(uow: UnitOfWork, drawing: Pipeline, told: Recorded) -> None:
    pipeline = uow.pipelines.find("served") or uow.pipelines.add("served", drawing.as_document())
    version = uow.pipelines.version_of(pipeline.id, drawing.as_document(), digest(drawing))
    run = uow.runs.add(version.id, plan={"stages": []})
    settings = {f"{MODEL}.{name}": value for name, value in told.params.items()}
    uow.run_index.keep_params(run.id, {**settings_of(drawing, {}), **settings})
    each = told.seconds / len(drawing.nodes)
    for place, node in enumerate(drawing.nodes):
        how = {"component": node.component, "position": place, "status": "succeeded", "seconds": each}
        uow.runs.record_node(run.id, node.id, **how, outputs={"ports": {"table": {}}})
    uow.run_index.keep_metrics(run.id, MODEL, told.metrics)
    uow.run_index.annotate(run.id, note=told.note, tags=[told.tag] if told.tag else [])
    uow.runs.finish(run.id, "succeeded", seconds=told.seconds)
    run.created_at = told.started


def ask_table(home: Workspace, question: Question, runs: int) -> Sequence[float]:
    """All that the page *Runs* reads to draw itself; ``canvasback run list`` reads the last of it."""
    list_runs(home, limit=1)
    known_of_runs(home)
    list_pipelines(home)
    offset = question.page_of(runs) * PAGE
    found = search_runs(home, question.conditions, sort=question.sort, words=question.words, limit=PAGE, offset=offset)
    return [row.metrics["roc_auc"] for row in found.rows]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("keep", "ask"))
    parser.add_argument("home", type=Path)
    parser.add_argument("count", type=int)
    asked = parser.parse_args()
    place = open_workspace(Settings(home=asked.home))
    if asked.command == "keep":
        keep(place, asked.count)
        tell()
    else:
        found, spent = measured(lambda: answered(lambda question: ask_table(place, question, asked.count)))
        tell(**{"seconds": spent, **found})
