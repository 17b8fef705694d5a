"""Runs as views: what is stored of a run and its nodes, ready for a screen or for JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from components.catalog import component
from components.errors import ComponentError
from engine.errors import CanvasbackError
from engine.graph import Pipeline
from engine.service.jobs import job_view
from engine.service.running.search_time import remaining_seconds
from engine.service.views import JobView, NodeRunView, RunView
from storage.repositories.runs import RunEntry
from storage.schema import NodeRun, Run
from storage.unit_of_work import UnitOfWork

TOTALS = ("cpu_seconds", "memory_mb", "bytes_read", "bytes_written", "bytes_spilled", "computed", "reused")
SAME = ("id", "number", "pipeline_id", "status", "target", "params", "backend", "created_at", "started_at", "error")
NODE = (
    *("component", "fingerprint", "stage", "cached", "message", "error", "report", "rows_in", "rows_out", "started"),
    *("seconds", "cpu_seconds", "memory_mb", "bytes_read", "bytes_written", "bytes_spilled"),
)


def read_run(uow: UnitOfWork, run: Run) -> RunView:
    """A run with its nodes, as it is now."""
    version = uow.pipelines.get_version(run.pipeline_version_id)
    name = uow.pipelines.get(run.pipeline_id).name
    job = job_view(uow.jobs.get(run.job_id)) if run.job_id else None
    drawn = Pipeline.from_document({**version.graph, "name": name})
    nodes = [_node_view(node, drawn, has_ended=run.finished_at is not None) for node in uow.runs.nodes(run.id)]
    remaining = _remaining(nodes, job.remaining_seconds) if job else None
    return RunView(
        **{name: getattr(run, name) for name in SAME},
        **_totals(run, nodes),
        pipeline=name,
        pipeline_version=version.number,
        values=_values(drawn, run),
        limits=run.limits or {},
        seconds=run.seconds if run.finished_at else (job.seconds if job else None),
        progress=_progress(job, remaining) if job else None,
        remaining_seconds=remaining,
        message=job.message if job else None,
        nodes=[_with_judged(node, nodes, drawn) for node in nodes],
    )


def _remaining(nodes: Sequence[NodeRunView], expected: float | None) -> float | None:
    """What is expected of all nodes, or what a search that goes on will take, if that is longer."""
    searching = [remaining_seconds(node.search) for node in nodes if node.search and node.status == "running"]
    return max((seconds for seconds in (expected, *searching) if seconds is not None), default=None)


def _progress(job: JobView, remaining: float | None) -> float | None:
    """The share of the nodes that is done, or of the time, where a search makes the last of them long."""
    if job.progress is None or not job.seconds or remaining is None:
        return job.progress
    return min(job.progress, job.seconds / (job.seconds + remaining))


def listed_run(entry: RunEntry) -> RunView:
    """One line of the list of runs, without nodes."""
    return RunView(
        **{name: getattr(entry, name) for name in SAME},
        pipeline=entry.pipeline,
        pipeline_version=entry.version,
        seconds=entry.seconds,
        memory_mb=entry.memory_mb,
        computed=entry.computed,
        reused=entry.reused,
    )


def _values(drawn: Pipeline, run: Run) -> dict[str, Any]:
    """What every parameter was; what was asked for counts even where the drawing has changed its mind."""
    return {**drawn.values(), **run.params}


def _totals(run: Run, nodes: Sequence[NodeRunView]) -> dict[str, Any]:
    """What was added up at its end; before that, and for runs of older versions, what its nodes say."""
    if run.computed is not None:
        return {name: getattr(run, name) for name in TOTALS}
    own = [node for node in nodes if not node.cached]
    summed, peaks = ("cpu_seconds", "bytes_read", "bytes_written"), ("memory_mb", "bytes_spilled")
    return {
        **{name: sum(found) if (found := _known(own, name)) else None for name in summed},
        **{name: max(_known(own, name), default=None) for name in peaks},
        "computed": sum(node.status == "succeeded" for node in own),
        "reused": len(nodes) - len(own),
    }


def _known(nodes: Iterable[NodeRunView], name: str) -> list[float]:
    return [value for node in nodes if (value := getattr(node, name)) is not None]


def _node_view(row: NodeRun, drawn: Pipeline, *, has_ended: bool) -> NodeRunView:
    outputs = row.outputs or {}
    return NodeRunView(
        **{name: getattr(row, name) for name in NODE},
        node=row.node_id,
        title=_title(row, drawn),
        # What still waited when the run ended was skipped.
        status="skipped" if row.status == "queued" and has_ended else row.status,
        model=outputs.get("model"),
        ports=list(outputs.get("ports", {})),
        findings=outputs.get("findings") or [],
        made=outputs.get("made"),
        search=outputs.get("search"),
    )


def _with_judged(node: NodeRunView, nodes: Sequence[NodeRunView], drawn: Pipeline) -> NodeRunView:
    """A report names the models it is about: the first on each way up the drawing."""
    if node.report is None or node.model or node.node not in drawn.by_id:
        return node
    made = {it.node: it for it in nodes if it.model}
    found: dict[str, NodeRunView] = {}
    waiting, seen = [node.node], {node.node}
    while waiting:
        above = [edge.source for edge in drawn.into(waiting.pop()) if edge.source not in seen]
        seen.update(above)
        found |= {name: made[name] for name in above if name in made}
        waiting += [name for name in above if name not in made]
    judged = [{**(it.model or {}), "title": it.title} for it in found.values()]
    return node.model_copy(update={"judged": judged})


def _title(row: NodeRun, drawn: Pipeline) -> str:
    node = drawn.by_id.get(row.node_id)
    if node is not None:
        return node.label
    try:
        return "Automatic split" if row.node_id.startswith("automatic") else component(row.component).spec.title
    except (ComponentError, CanvasbackError):
        return row.node_id
