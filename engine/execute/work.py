"""The work of one node: read, fit, train, evaluate, write; each into a private folder that is then kept."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow.parquet as pq

from components.base import Estimator, Evaluation, LearnedTransform, Output, Source, Transform
from components.base.inspection import Inspection
from components.base.outside import OutsideTable
from engine.backends.backend import Backend
from engine.errors import DataError
from engine.evaluate import read_predictions
from engine.execute.fits import fit
from engine.execute.inspect import inspected
from engine.execute.looks import look_at
from engine.execute.tables import STATE, Tables
from engine.leakage import line, origin
from engine.plan import Plan, PlannedNode
from engine.schemas import carried
from engine.serve.modelfile import write_model
from engine.serve.slice import make_slice
from engine.train.room import Room
from engine.train.training import PREDICTIONS, train

PREVIEW = "preview"
TABLE = "table"
PREVIEW_ROWS = 200
REPORT = "report.json"

Facts = dict[str, Any]
"""What is kept beside a node's files: the rows of its outputs, a report, a model's facts, what was noticed."""


class Work:
    """Does what a node is there for.

    Parameters
    ----------
    room
        What the matrices of all models that train at once may take.
    """

    def __init__(self, plan: Plan, tables: Tables, backend: Backend, room: Room) -> None:
        self._plan = plan
        self._tables = tables
        self._backend = backend
        self._room = room

    def do(self, node: PlannedNode, folder: Path) -> Facts:
        """Write a node's results into a folder.

        Raises
        ------
        CanvasbackError, ComponentError
        """
        match node.component:
            case Estimator() as estimator:
                return self._train(node, estimator, folder)
            case Evaluation() as evaluation:
                return self._evaluate(node, evaluation, folder)
            case Output() as output:
                return self._put_out(node, output, folder)
            case Transform() as transform:
                facts = {"findings": look_at(transform, self._tables.inputs(node), self._backend)}
            case _:
                facts = {}
        if isinstance(node.component, Inspection):
            facts = inspected(node.component, self._tables.inputs(node)[0], self._backend, folder)
        if node.learns:
            self._fit(node, folder)
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

    def _fit(self, node: PlannedNode, folder: Path) -> None:
        if not self._tables.has_learned(node.id):
            fit(node, self._plan, self._tables, self._backend)
        (folder / STATE).write_text(self._tables.state(node.id).model_dump_json())

    def _train(self, node: PlannedNode, component: Estimator[Any], folder: Path) -> Facts:
        pipeline = self._plan.placement.pipeline
        table = self._tables.inputs(node)[0]
        trained = train(component, table, self._backend, folder, self._room, self._categories(node))
        components = {planned.id: planned.component for planned in self._plan.nodes}
        learned = [n for n in line(pipeline, node.id) if isinstance(components[n], LearnedTransform)]
        states = {node_id: self._tables.state(node_id) for node_id in learned}
        rows = self._tables.table(*origin(pipeline, node.id))
        serving, frozen = make_slice(pipeline, node.id, components, states, rows.schema())
        lookups = {name: self._tables.table(*place) for name, place in frozen.items()}
        facts = write_model(folder, component, trained, serving, (rows, table), lookups, self._backend)
        count = pq.read_metadata(folder / PREDICTIONS).num_rows
        return {"rows": {"predictions": count}, "rows_in": trained.seen, "model": facts}

    def _put_out(self, node: PlannedNode, component: Output[Any], folder: Path) -> Facts:
        """The rows that leave; what becomes of them is none of this module's business."""
        table = component.table(*self._tables.inputs(node))
        return {"rows": {} if table is None else {TABLE: self._backend.write(table, folder / f"{TABLE}.parquet")}}

    def _categories(self, node: PlannedNode) -> Mapping[str, tuple[str, ...]]:
        """What the packed columns that arrive at a model stand for, as far as an encoder on its line learned it."""
        found: dict[str, tuple[str, ...]] = {}
        wanted = frozenset(next(iter(node.known.inputs.values())))
        while wanted and node.inputs:
            given = node.inputs[0]
            node = self._plan.by_id[given.node]
            if isinstance(node.component, LearnedTransform):
                made = node.component.categories(self._tables.state(node.id))
                found |= {name: made[name] for name in made if name in wanted}
            wanted &= carried(node.known, given.node_port)
        return found

    def _evaluate(self, node: PlannedNode, component: Evaluation[Any], folder: Path) -> Facts:
        given = node.inputs[0]
        model = self._model_behind(given.node)
        table = self._tables.table(given.node, "predictions" if given.port == "model" else given.node_port)
        facts = self._tables.entry(model).meta["model"]
        report = component.report(read_predictions(table, self._backend, facts))
        (folder / REPORT).write_text(json.dumps(report))
        return {"rows": {}, "report": report}

    def _model_behind(self, node_id: str) -> str:
        """The nearest model on the way that a table came."""
        on_line = reversed(line(self._plan.placement.pipeline, node_id))
        found = next((n for n in on_line if isinstance(self._plan.by_id[n].component, Estimator)), None)
        if found is None:
            raise DataError("There is no model before this evaluation.", hint="Connect a model's output.")
        return found


def computes(table: ir.Table, backend: Backend) -> None:
    """Compute every value of a table and keep none: to find out which node a mistake in the rows belongs to."""
    for _ in backend.batches(table):
        pass
