"""Write what arrives at an output into one page that people fetch."""

import re
from collections.abc import Mapping
from typing import Any

import pyarrow.parquet as pq

from components.base.output import WriteReport
from components.outputs.report import COUNT, POINTS
from components.outputs.sketch import sketch_of
from components.ports import visible
from engine.cache import Entry
from engine.errors import RunError
from engine.plan import Input, Plan
from engine.work.assignment import Assignment
from engine.work.origin import Origin
from engine.work.page.document import Page
from engine.work.page.models import GivenModel
from engine.work.page.tables import GivenTable

MEDIA_TYPE = "text/html"
UNFIT = re.compile(r"[^\w]+")
"""What is left out of a file's name."""


def write_report(assignment: Assignment, origin: Origin, deed: WriteReport, entry: Entry, plan: Plan) -> dict[str, Any]:
    """Keep a page about the tables and models that arrive among the artifacts.

    Raises
    ------
    RunError
        When the results of a model were deleted meanwhile.
    """
    tables = [given for given in origin.node.inputs if given.port in origin.node.known.inputs]
    models = [given for given in origin.node.inputs if given not in tables]
    page = Page(
        deed.title or origin.pipeline,
        deed.text,
        _said(origin),
        tuple(_model(assignment, origin, given, plan) for given in models),
        tuple(_table(origin, given, entry, plan) for given in tables),
    )
    content = page.as_html().encode()
    name = f"{UNFIT.sub('_', page.title).strip('_')[:100] or 'report'}.html"
    told = [_counted(len(found), noun) for found, noun in ((tables, "table"), (models, "model")) if found]
    return {
        "kind": "report",
        "filename": name,
        "media_type": MEDIA_TYPE,
        "artifact": assignment.workspace.artifacts.put_bytes(content),
        "bytes": len(content),
        "message": f"{name}, {' and '.join(told)}",
    }


def _said(origin: Origin) -> str:
    began = origin.run.started_at or origin.run.created_at
    return f"Pipeline {origin.pipeline}, run {origin.run.number}, {began:%Y-%m-%d %H:%M} UTC"


def _table(origin: Origin, given: Input, entry: Entry, plan: Plan) -> GivenTable:
    schema = origin.node.known.inputs[given.port]
    points = entry.path(f"{given.port}{POINTS}")
    is_drawn = points.exists()
    return GivenTable(
        _title(given, plan),
        pq.read_table(entry.path(given.port)),
        pq.read_table(entry.path(f"{given.port}{COUNT}"))["rows"][0].as_py(),
        len(visible(schema)),
        sketch_of(schema) if is_drawn else None,
        pq.read_table(points).to_pylist() if is_drawn else (),
    )


def _model(assignment: Assignment, origin: Origin, given: Input, plan: Plan) -> GivenModel:
    workspace = assignment.workspace
    kept = workspace.cache.get(plan.by_id[given.node].fingerprint)
    if kept is None:
        raise RunError("The results of a model were deleted during the run.", hint="Run it again.")
    with workspace.database.read() as uow:
        row = next(node for node in uow.runs.nodes(origin.run.id) if node.node_id == given.node)
    registered: Mapping[str, Any] = (row.outputs or {}).get("model") or {}
    name = f"{registered['model']} v{registered['version']}" if registered else ""
    return GivenModel(_title(given, plan), name, kept.meta["model"], row.report or {})


def _title(given: Input, plan: Plan) -> str:
    """What a node is called; with its output, where it has several of the kind."""
    ports = plan.by_id[given.node].component.spec.outputs
    kind = next((port.kind for port in ports if port.name == given.node_port), "table")
    label = plan.placement.pipeline.by_id[given.node].label
    is_one = sum(port.kind == kind for port in ports) == 1
    return label if is_one else f"{label}: {given.node_port.replace('_', ' ')}"


def _counted(amount: int, noun: str) -> str:
    return f"{amount} {noun}{'' if amount == 1 else 's'}"
