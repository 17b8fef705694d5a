"""Our side: what the product does, through its own doors; one command each, with its figures on the last line."""

import argparse
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow.parquet as pq

from benchmarks import pipelines
from benchmarks.chart_kinds import CHARTS
from benchmarks.held_out import score
from benchmarks.homes import ask, import_file, running_worker, wait_until_warm
from benchmarks.report import matrix_facts, measured, tell, timed
from benchmarks.watch import Watch
from components.base import LearnedTransform, OutsideTable, Source, StoredTable
from components.catalog import catalog
from components.ports import ROW, visible
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.charting import ChartSpec, draw
from engine.checks import review
from engine.execute import Execution
from engine.graph import Pipeline
from engine.limits import database_memory_mb
from engine.plan import Plan, PlannedNode, make_plan
from engine.profile import Profile, profile
from engine.schemas import PREDICTION, PROBABILITIES
from engine.serve.scorer import respond
from engine.service.jobs import wait_for_job
from engine.service.serving.endpoints import get_endpoint, load_deployed
from engine.service.serving.publications import start_publish
from engine.service.views import RunView
from engine.settings import Settings
from engine.train.matrix import learn_spec
from engine.workspace import Workspace, open_workspace
from ui.charting.figure import figure_of

RECORDS = 200


def matrix(home: Workspace, drawing: str, file: str = "") -> dict[str, Any]:
    """From a stored data set to the matrix; from a file, with its import."""

    def work() -> Any:
        if file:
            import_file(home, Path(file), "customers")
        return to_matrix(home, pipelines.drawing(drawing))

    made, seconds = measured(work)
    return {"seconds": seconds, **matrix_facts(made)}


def to_matrix(home: Workspace, pipeline: Pipeline) -> Any:
    """The matrix of what a pipeline gives, float32 of shape (n_rows, n_columns), as a model's training makes it."""
    whole = planned(home, pipeline)
    # As if a model followed: what ends in a matrix is not written down before.
    plan = replace(whole, nodes=(*whole.nodes[:-1], replace(whole.nodes[-1], materialised=())))
    with executed(home, plan) as execution:
        return filled(home, execution, plan.nodes[-1])


def filled(home: Workspace, execution: Execution, last: PlannedNode) -> Any:
    """The matrix of a node that gives encoded rows."""
    tables, backend = execution._tables, execution.backend
    table = tables.table(last.id, "table")
    features = [name for name in visible(table.schema()) if name != "churned"]
    assert isinstance(last.component, LearnedTransform)
    known = last.component.categories(tables.state(last.id))
    spec = learn_spec(table, features, backend, known, "float32")
    filling = spec.filling(home.version_of(StoredTable("customers", "latest")).rows)
    for batch in backend.numbers(table.select(*features), known, spec.precision, keep=[]):
        filling.add(batch)
    return filling.matrix()


def table(home: Workspace) -> dict[str, Any]:
    """Ten nodes over sales and stores, until their result is written."""

    def work() -> tuple[Path, int]:
        plan = planned(home, pipelines.table())
        with executed(home, plan) as execution:
            return execution.entry("grouped").path("table"), len(plan.nodes)

    (path, nodes), seconds = measured(work)
    made = pq.read_table(path)
    checksum = sum(made["revenue"].to_pylist()) + sum(made["sales"].to_pylist())
    return {"seconds": seconds, "nodes": nodes, "rows": made.num_rows, "checksum": checksum}


@contextmanager
def executed(home: Workspace, plan: Plan) -> Iterator[Execution]:
    """Execute in this process, with an empty cache."""
    home.cache.clear()
    sources = [node.component.table() for node in plan.nodes if isinstance(node.component, Source)]
    files: dict[StoredTable | OutsideTable, list[Path]] = {
        table: home.files_of(home.version_of(table), "once") for table in sources if isinstance(table, StoredTable)
    }
    readable = [path for paths in files.values() for path in paths]
    memory = home.settings.run_memory_mb
    backend = DuckDBBackend(Limits(database_memory_mb(memory)), readable, home.cache.root)
    try:
        execution = Execution(plan, backend, home.cache, files.__getitem__, lambda event: None, memory)
        execution.run()
        yield execution
    finally:
        backend.close()


def planned(home: Workspace, pipeline: Pipeline) -> Plan:
    """Check and plan."""

    def hash_of(table: StoredTable | OutsideTable) -> str:
        assert isinstance(table, StoredTable)
        return home.version_of(table).sha256

    return make_plan(review(pipeline, home.schema_of), hash_of)


def auto_ml(home: Workspace, task: str, metric: str, seconds: str, answers: str) -> dict[str, Any]:
    """The best model for the rows that are not held out, found within a time."""
    plan = planned(home, pipelines.auto_ml(task, metric, float(seconds)))

    def work() -> tuple[Any, dict[str, Any]]:
        with executed(home, plan) as execution:
            entry = execution.entry("model")
            return pq.read_table(entry.path("predictions")).sort_by(ROW), dict(entry.meta["model"])

    (made, facts), spent = measured(work)
    chances = np.array(made[PROBABILITIES].to_pylist())[:, 1] if metric == "roc_auc" else None
    said = made[PREDICTION].to_numpy() if chances is None else chances
    truth = made["y"].to_numpy()
    np.savez(answers, truth=truth, said=said)
    best = facts["search"]["trials"][facts["search"]["best"]]
    told = {"model": best["model"], "trials": len(facts["search"]["trials"])}
    return {"seconds": spent, "rows": facts["rows"]["train"], "score": score(metric, truth, said), **told}


def profiled(home: Workspace) -> dict[str, Any]:
    """The whole profile of a stored data set, as an import makes it."""
    files = home.files_of(home.version_of(StoredTable("customers", "latest")), "once")
    made, seconds = measured(profile, files)
    return {"seconds": seconds, "rows": made.rows, "columns": len(made.columns)}


def chart(home: Workspace, name: str) -> dict[str, Any]:
    """A chart of a stored data set, as the page gets it; nothing of it was drawn before."""
    version = home.version_of(StoredTable("customers", "latest"))
    files, known = home.files_of(version, "once"), Profile.model_validate(version.profile)
    spec = ChartSpec(**CHARTS[name])

    def work() -> str:
        drawn = draw(files, spec, profile=known)
        return drawn.model_dump_json() if spec.kind == "pivot" else str(figure_of(drawn, is_dark=False).to_json())

    made, seconds = measured(work)
    return {"seconds": seconds, "characters": len(made)}


def whole_run(home: Workspace) -> dict[str, Any]:
    """What a person waits for: the whole run, then after changing its last node, then after changing nothing."""
    home.cache.clear()
    with running_worker(home) as worker:
        full, seconds, memory = waited(home, worker, pipelines.whole_run())
        _, last, _ = waited(home, worker, pipelines.whole_run(bins=20))
        _, nothing, _ = waited(home, worker, pipelines.whole_run(bins=20))
    again = {"last": last, "nothing": nothing}
    return {"seconds": seconds, "memory_mb": memory, **again, "roc_auc": roc_auc(full), "nodes": node_seconds(full)}


def cleared_run(home: Workspace, drawing: str) -> dict[str, Any]:
    """A run with an empty cache, on a warm worker."""
    home.cache.clear()
    with running_worker(home) as worker:
        run, seconds, memory = waited(home, worker, pipelines.drawing(drawing))
    return {"seconds": seconds, "memory_mb": memory, "roc_auc": roc_auc(run), "nodes": node_seconds(run)}


def waited(home: Workspace, worker: psutil.Process, pipeline: Pipeline) -> tuple[RunView, float, float]:
    """A run on a warm worker, the seconds from asking to its end, and the most memory of the process that did it."""
    wait_until_warm(worker)
    with Watch(worker.pid, named="engine.child") as watch:
        run, seconds = measured(ask, home, pipeline)
    return run, seconds, watch.largest_mb


def roc_auc(run: RunView) -> float | None:
    """The score of the run's model on its test rows."""
    return next((node.model["metrics"]["roc_auc"] for node in run.nodes if node.model), None)


def node_seconds(run: RunView) -> dict[str, float | None]:
    """What each node took, as the run itself says."""
    return {node.node: node.seconds for node in run.nodes}


def chain(home: Workspace, length: str) -> dict[str, Any]:
    """Check and plan a chain of nodes, nothing remembered; what is imported late is imported before."""
    planned(home, pipelines.chain(11, "warm"))
    plan, seconds = timed(planned, home, pipelines.chain(int(length), "new"))
    return {"seconds": seconds, "nodes": len(plan.nodes)}


def record(home: Workspace) -> dict[str, Any]:
    """One record, answered by the published model of the late flights: the median of many."""
    scorer, name, number = load_deployed(home, "late")
    asked = get_endpoint(home, "late").sample["records"][0]
    seconds = [timed(respond, scorer, {"records": [asked]}, name, number)[1] for _ in range(RECORDS)]
    return {"seconds": statistics.median(seconds)}


def keep(home: Workspace, name: str, file: str) -> dict[str, Any]:
    """Not measured: import a dataset."""
    import_file(home, Path(file), name)
    return {}


def keep_flights(home: Workspace, folder: str) -> dict[str, Any]:
    """Not measured: the tables of the late flights, imported, and their model, published."""
    for name in ("flights", "weather", "planes"):
        import_file(home, Path(folder) / f"{name}.csv", name)
    with running_worker(home):
        ask(home, pipelines.drawing("flights"))
    assert wait_for_job(home, start_publish(home, "nycflights_late", None, "late")).status == "succeeded"
    return {}


COMMANDS = {
    work.__name__: work
    for work in (matrix, table, auto_ml, profiled, chart, whole_run, cleared_run, chain, record, keep, keep_flights)
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("home", type=Path)
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--memory-mb", type=int)
    asked = parser.parse_args()
    catalog()  # Imports every component, as a worker's next process has done before a run reaches it.
    limits = {"run_memory_mb": asked.memory_mb} if asked.memory_mb else {}
    tell(**COMMANDS[asked.command](open_workspace(Settings(home=asked.home, **limits)), *asked.arguments))
