"""The work of nodes that report on models, or apply one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import (
    FIGURES,
    Application,
    Asked,
    Comparison,
    Estimator,
    Evaluation,
    Explanation,
    Model,
    Predictions,
    Relearned,
    Relearning,
    Report,
    Reporting,
    Unsupervised,
)
from components.ports import ROLE, ROW
from engine.backends.backend import BATCH_ROWS, Backend
from engine.errors import DataError
from engine.evaluation.predictions import Beside, learned_truth, read_grouped, read_predictions, read_shared
from engine.execute.tables import Facts, Tables
from engine.explanation.asked import asked
from engine.graph import Edge
from engine.leakage import origin
from engine.plan import Input, Plan, PlannedNode
from engine.schemas import answers_port, model_behind
from engine.serve.applied import applied
from engine.serve.scorer import Scorer, load_scorer
from engine.train.matrix import check_size
from engine.train.relearn import Learned, relearned
from engine.train.room import Room
from engine.train.target import Classes, plain

REPORT = "report.json"
TABLE = "table"
TRUTH = "__cb_truth"
MATRIX_BYTES, LEAST_ROWS = 200_000_000, 500
"""What the matrix of one batch may take when a model is applied, and how many rows a batch has at least."""


class Reports:
    """Makes reports, and applies models.

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

    def write(self, node: PlannedNode, component: Reporting[Any], folder: Path) -> Facts:
        """Write a report, and its figures where they are an output."""
        report = self._report(node, component)
        figures = report.pop(FIGURES, [])
        rows = {port.name: _write_figures(component, figures, folder / f"{port.name}.parquet") for port in _out(node)}
        (folder / REPORT).write_text(json.dumps(report))
        return {"rows": rows, "report": report}

    def apply(self, node: PlannedNode, component: Application[Any], folder: Path) -> Facts:
        """Write a table with a model's answers."""
        model, given = (next(each for each in node.inputs if each.port == port) for port in ("model", TABLE))
        table = self._tables.table(given.node, given.node_port)
        schema = node.known.outputs[TABLE].to_pyarrow()
        scorer, rows = self._scorer(self._behind(model)), 0
        with pq.ParquetWriter(folder / f"{TABLE}.parquet", schema, compression="zstd") as writer:
            fitting = int(MATRIX_BYTES / max(scorer.model.matrix.row_bytes, 1))
            batches = self._backend.batches(table, max(LEAST_ROWS, min(fitting, BATCH_ROWS)))
            for batch in applied(scorer, batches, schema, leaves_empty=component.leaves_empty()):
                writer.write_batch(batch)
                rows += batch.num_rows
        return {"rows": {TABLE: rows}}

    def _report(self, node: PlannedNode, component: Reporting[Any]) -> Report:
        first = node.inputs[0]
        match component:
            case Evaluation():
                return self._evaluated(first, component)
            case Comparison():
                return component.report(self._compared(node.inputs))
            case Explanation():
                return component.report(self._asked(self._behind(first), component.most_rows()))
            case Relearning():
                return component.report(self._relearned(self._behind(first), component.most_rows()))
            case _:
                raise TypeError(f"{component.spec.key} belongs to no family of reports")

    # --- what models said -------------------------------------------------------------------------------------

    def _evaluated(self, given: Input, component: Evaluation[Any]) -> Report:
        model = self._behind(given)
        trained = self._plan.by_id[model].component
        if not isinstance(trained, Unsupervised):
            return component.report(self._said(given, component))
        folder = self._tables.entry(model).folder
        return component.report_groups(read_grouped(type(trained), self._predictions(given), self._backend, folder))

    def _said(self, given: Input, component: Evaluation[Any]) -> Predictions:
        model = self._behind(given)
        beside = Beside(self._begins(model), component.looks_at())
        facts = self._facts(model)
        told = self._predictions(given)
        said = read_predictions(told, self._backend, facts, beside=beside, validation=component.chooses)
        return replace(said, learned=learned_truth(self._tables.entry(model).folder, facts))

    def _compared(self, inputs: Sequence[Input]) -> dict[str, Predictions]:
        models = [self._behind(given) for given in inputs]
        told = [(self._predictions(given), self._facts(model)) for given, model in zip(inputs, models, strict=True)]
        names = named([self._plan.by_id[model] for model in models])
        return dict(zip(names, read_shared(told, self._backend), strict=True))

    def _predictions(self, given: Input) -> ir.Table:
        component = self._plan.by_id[given.node].component
        is_model = any(port.kind == "model" and port.name == given.node_port for port in component.spec.outputs)
        port = answers_port(component) if is_model and isinstance(component, Model) else given.node_port
        return self._tables.table(given.node, port)

    # --- asking and learning again ----------------------------------------------------------------------------

    def _asked(self, model: str, most: int) -> Asked:
        """A model and some of its test rows, as they are where its line begins: always the same ones."""
        scorer, facts = self._scorer(model), self._facts(model)
        predictions = self._tables.table(model, "predictions")
        tested = predictions.filter((predictions[ROLE] == "test") & predictions[facts["target"]].notnull())
        names = [field.name for field in scorer.fields]
        found = self._backend.collect(_drawn(tested, facts["target"], self._begins(model).select(ROW, *names), most))
        truth = np.array(plain(found.column(TRUTH)).to_pylist(), dtype=object)
        known = np.isin(truth, np.array(facts["classes"], dtype=object)) if facts["classes"] else truth != None  # noqa: E711
        found, truth = found.filter(pa.array(known)), truth[known]
        if not found.num_rows:
            raise DataError("There are no test rows to ask about.", hint="Check the split before the model.")
        check_size(found.num_rows, scorer.model.matrix, self._room.memory_mb)
        return asked(scorer, found, truth, self._backend.rows(tested))

    def _relearned(self, model: str, most: int) -> Relearned:
        node, described = self._plan.by_id[model], self._scorer(model).model
        assert isinstance(node.component, Estimator)  # noqa: S101  `model_behind` finds nothing else
        classes = Classes(tuple(described.classes)) if described.task == "classification" else None
        table, predictions = self._tables.inputs(node)[0], self._tables.table(model, "predictions")
        learned = Learned(node.component, described.matrix, classes, described.positive, table, predictions)
        return relearned(learned, self._backend, self._room, most)

    # --- looking up -------------------------------------------------------------------------------------------

    def _behind(self, given: Input) -> str:
        """The node that trained the model which comes in, or whose predictions do."""
        wire = Edge(source=given.node, source_port=given.node_port, target="report", target_port=given.port)
        found = model_behind(self._plan.placement.pipeline, wire)
        if found is None:
            raise DataError("There is no model behind this report.", hint="Connect a model's output.")
        return found

    def _begins(self, model: str) -> ir.Table:
        return self._tables.table(*origin(self._plan.placement.pipeline, model))

    def _facts(self, model: str) -> Mapping[str, Any]:
        facts: Mapping[str, Any] = self._tables.entry(model).meta["model"]
        return facts

    def _scorer(self, model: str) -> Scorer:
        entry = self._tables.entry(model)
        return load_scorer({name: entry.folder / name for name in entry.meta["model"]["files"]})


def named(nodes: Sequence[PlannedNode]) -> list[str]:
    """What models are called in a report: by what they are, and where that is the same by how they differ.

    Names that people gave are not part of a result, which may be reused in another drawing.
    """
    titles = [node.component.spec.title for node in nodes]
    names = [f"{title}{_apart(i, nodes)}" if titles.count(title) > 1 else title for i, title in enumerate(titles)]
    return [f"{name} ({names[:i].count(name) + 1})" if names.count(name) > 1 else name for i, name in enumerate(names)]


def _apart(place: int, nodes: Sequence[PlannedNode]) -> str:
    """The params in which a model differs from its likes."""
    own = nodes[place].component
    others = [node.component for node in nodes if type(node.component) is type(own)]
    params = {name: [getattr(other.params, name) for other in others] for name in type(own.params).model_fields}
    shown = ("target", "features")
    differ = [name for name, values in params.items() if name not in shown and any(v != values[0] for v in values)]
    told = ", ".join(f"{name} {getattr(own.params, name)}" for name in differ[:3])
    return f" · {told}" if told else ""


def _drawn(tested: ir.Table, target: str, begins: ir.Table, most: int) -> ir.Table:
    """Test rows where they begin, beside what is true of them; without those that a join has made several of."""
    single = tested.group_by(ROW).aggregate(__cb_rows=tested.count(), **{TRUTH: tested[target].arbitrary()})
    single = single.filter(single["__cb_rows"] == 1)
    digest = (single[ROW].cast("string") + "asked").hexdigest("md5")
    chosen = single.order_by([digest, single[ROW]]).limit(most).select(ROW, TRUTH)
    return begins.inner_join(chosen, ROW).order_by(ROW)


def _out(node: PlannedNode) -> Sequence[Any]:
    return [port for port in node.component.spec.outputs if port.kind == "table"]


def _write_figures(component: Reporting[Any], figures: Sequence[Mapping[str, Any]], path: Path) -> int:
    schema = ibis.schema(dict(component.figures)).to_pyarrow()
    table = pa.Table.from_pylist([dict(row) for row in figures], schema=schema)
    pq.write_table(table.add_column(0, ROW, pa.array(range(len(figures)), pa.int64())), path, compression="zstd")
    return len(figures)
