"""The work of one node: read, fit, train, evaluate, write; each into a private folder that is then kept."""

import json
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from components.base import (
    Application,
    Computation,
    Inspection,
    LearnedFromRows,
    MatrixTransform,
    Model,
    Output,
    OutsideTable,
    Reporting,
    Resampler,
    Source,
    Transform,
)
from engine.backends.backend import Backend
from engine.execute.computations import compute
from engine.execute.fits import fit
from engine.execute.inspect import inspected
from engine.execute.looks import look_at
from engine.execute.models import Aside, Models
from engine.execute.reports import REPORT, Reports
from engine.execute.tables import STATE, Facts, Tables
from engine.plan import Plan, PlannedNode
from engine.train.room import Room

PREVIEW = "preview"
TABLE = "table"
PREVIEW_ROWS = 200


class Work:
    """Does what a node is there for.

    Parameters
    ----------
    room
        What the matrices of all models that train at once may take.
    aside
        Runs other plans.
    """

    def __init__(self, plan: Plan, tables: Tables, backend: Backend, room: Room, aside: Aside) -> None:
        self._plan = plan
        self._tables = tables
        self._backend = backend
        self._room = room
        self._models = Models(plan, tables, backend, room, aside)
        self._reports = Reports(plan, tables, backend, room)

    def do(self, node: PlannedNode, folder: Path) -> Facts:
        """Write a node's results into a folder.

        Raises
        ------
        CanvasbackError, ComponentError
        """
        match node.component:
            case Model() as model:
                return self._models.train(node, model, folder)
            case MatrixTransform() as transformer:
                return self._models.transform(node, transformer, folder)
            case Resampler() as resampler:
                return self._models.resample(node, resampler, folder)
            case Reporting() as reporting:
                return self._reports.write(node, reporting, folder)
            case Application() as application:
                return self._reports.apply(node, application, folder)
            case Computation() as computation:
                return self._compute(node, computation, folder)
            case Output() as output:
                return self._put_out(node, output, folder)
            case _:
                return self._query(node, folder)

    def _query(self, node: PlannedNode, folder: Path) -> Facts:
        """What a node's query gives, as far as it is to be written; of the rest, the first rows."""
        facts: Facts = {}
        if isinstance(node.component, Transform):
            facts["findings"] = look_at(node.component, self._tables.inputs(node), self._backend)
        if isinstance(node.component, Inspection):
            facts |= inspected(node.component, self._tables.inputs(node)[0], self._backend, folder)
        if node.learns:
            facts |= self._fit(node, folder)
        written = {port: self._write(node, port, folder / f"{port}.parquet") for port in node.materialised}
        if node.is_fused and self._is_cheap(node.id):
            port = node.component.spec.outputs[0].name
            self._backend.write(self._tables.table(node.id, port).limit(PREVIEW_ROWS), folder / f"{PREVIEW}.parquet")
        if not node.inputs:
            written = {TABLE: self._backend.rows(self._tables.table(node.id, TABLE))}
            if isinstance(node.component, Source) and isinstance(node.component.table(), OutsideTable):
                self._backend.write(
                    self._tables.table(node.id, TABLE).limit(PREVIEW_ROWS), folder / f"{PREVIEW}.parquet"
                )
        return {"rows": written, **facts}

    def _write(self, node: PlannedNode, port: str, path: Path) -> int:
        return self._backend.write(self._tables.table(node.id, port), path)

    def _is_cheap(self, node_id: str) -> bool:
        """Whether the first rows can be had without computing all of them."""
        node = self._plan.by_id[node_id]
        if node.materialised or not node.is_fused:
            return True
        return node.rowwise and all(self._is_cheap(given.node) for given in node.inputs)

    def _fit(self, node: PlannedNode, folder: Path) -> Facts:
        if not self._tables.has_learned(node.id):
            fit(node, self._plan, self._tables, self._backend, self._room)
        state = self._tables.state(node.id)
        (folder / STATE).write_text(state.model_dump_json())
        if not isinstance(node.component, LearnedFromRows):
            return {}
        return {"report": {"columns": node.component.report(state)}}

    def _compute(self, node: PlannedNode, component: Computation[Any], folder: Path) -> Facts:
        rows, told, seen = compute(component, self._tables.inputs(node), self._backend, folder, self._room)
        if told is None:
            return {"rows": rows, "rows_in": seen}
        (folder / REPORT).write_text(json.dumps(told))
        return {"rows": rows, "rows_in": seen, "report": told}

    def _put_out(self, node: PlannedNode, component: Output[Any], folder: Path) -> Facts:
        """The rows that leave; what becomes of them is none of this module's business."""
        leaving = component.tables(self._tables.inputs_by_port(node))
        rows = {name: self._backend.write(table, folder / f"{name}.parquet") for name, table in leaving.items()}
        return {"rows": {name: count for name, count in rows.items() if name in node.known.inputs}}


def computes(table: ir.Table, backend: Backend) -> None:
    """Compute every value of a table and keep none: to find out which node a mistake in the rows belongs to."""
    for _ in backend.batches(table):
        pass
