"""Run a plan: fuse, fit, train, write results to the cache, and tell what happens."""

import errno
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import (
    Estimator,
    Evaluation,
    LearnedTransform,
    Source,
    Split,
    State,
    StoredTable,
    Transform,
)
from components.errors import ComponentError
from components.ports import ROLE, ROW
from engine.backends.duckdb import DuckDBBackend
from engine.cache import Cache, Entry, bytes_in
from engine.errors import CanvasbackError, DataError, LimitReached, RunError
from engine.evaluate import read_predictions
from engine.events import Event, Listener, NodeResult
from engine.leakage import line, origin
from engine.meter import Meter
from engine.plan import Input, Plan, PlannedNode
from engine.schemas import as_node_error, with_roles
from engine.serve.modelfile import write_model
from engine.serve.slice import make_slice
from engine.train.training import train

PREVIEW = "preview"
PREVIEW_ROWS = 200
STATE, REPORT = "state.json", "report.json"

TableFiles = Callable[[StoredTable], list[Path]]
"""The Parquet files of a stored table."""


class Execution:
    """One run of a plan.

    Parameters
    ----------
    files
        Where stored tables are.
    listener
        Told of every change; may raise `Cancelled` to stop.
    memory_mb
        What a model's matrix may take.
    """

    def __init__(
        self, plan: Plan, backend: DuckDBBackend, cache: Cache, files: TableFiles, listener: Listener, memory_mb: int
    ) -> None:
        self.plan = plan
        self.backend = backend
        self.cache = cache
        self.results: dict[str, NodeResult] = {}
        self._files = files
        self._listener = listener
        self._memory_mb = memory_mb
        self._tables: dict[tuple[str, str], ir.Table] = {}
        self._entries: dict[str, Entry] = {}
        self._states: dict[str, State] = {}

    def run(self) -> Mapping[str, NodeResult]:
        """Execute node by node; what was already done for an equal fingerprint is reused.

        Raises
        ------
        CanvasbackError
            With the id of the node that failed; every result before it is kept.
        """
        self.cache.sweep()
        for position, node in enumerate(self.plan.nodes):
            entry = self.cache.get(node.fingerprint)
            if entry is not None and entry.has(node.materialised):
                self._entries[node.id] = entry
                self._tell(_result(node, "cached", entry), position + 1)
                continue
            self._tell(NodeResult(node.id, node.component.spec.key, "running", rows_in=self._rows_in(node)), position)
            self._tell(self._execute(node), position + 1)
        return self.results

    def entry(self, node_id: str) -> Entry:
        """The kept results of a node that is done."""
        return self._entries[node_id]

    def _execute(self, node: PlannedNode) -> NodeResult:
        try:
            with self.backend.plain_errors(), Meter() as meter, self.cache.writing() as folder:
                meta = self._compute(node, folder)
                self._write_preview(node, folder)
                cost = {"rows_in": self._rows_in(node), "bytes": bytes_in(folder)}
                entry = self.cache.keep(node.fingerprint, folder, {**meta, **cost})
        except ComponentError as error:
            raise self._failed(node, as_node_error(error, self.plan.placement.pipeline.by_id[node.id])) from error
        except CanvasbackError as error:
            raise self._failed(node, error.at(node.id)) from error
        except (MemoryError, OSError) as error:
            raise self._failed(node, _told(error).at(node.id)) from error
        self._entries[node.id] = entry
        # What was written is read from now on, instead of computed again.
        self._tables = {key: table for key, table in self._tables.items() if key[0] != node.id}
        result = _result(node, "done", entry)
        return replace(
            result, seconds=meter.seconds, cpu_seconds=meter.cpu_seconds, memory_mb=round(meter.memory_mb, 1)
        )

    def _failed(self, node: PlannedNode, error: CanvasbackError) -> CanvasbackError:
        result = NodeResult(
            node.id, node.component.spec.key, "failed", node.fingerprint, message=error.message, error=error.as_data()
        )
        self._tell(result, len(self.results))
        return error

    def _compute(self, node: PlannedNode, folder: Path) -> dict[str, Any]:
        match node.component:
            case Source():
                return {"rows": {"table": self.backend.rows(self._table(node.id, "table"))}}
            case Estimator():
                return self._train(node, node.component, folder)
            case Evaluation():
                return self._evaluate(node, node.component, folder)
            case LearnedTransform():
                return self._fit(node, node.component, folder)
            case Transform():
                self._check_demands(node, node.component)
        return {"rows": self._write_tables(node, folder)}

    def _fit(self, node: PlannedNode, component: LearnedTransform[Any, Any], folder: Path) -> dict[str, Any]:
        table = self._input_tables(node)[0]
        state = component.fit(table.filter(table[ROLE] == "train") if ROLE in table.columns else table)
        (folder / STATE).write_text(state.model_dump_json())
        self._states[node.id] = state
        self._tables[node.id, "table"] = component.transform(table, state)
        return {"rows": self._write_tables(node, folder)}

    def _train(self, node: PlannedNode, component: Estimator[Any], folder: Path) -> dict[str, Any]:
        pipeline = self.plan.placement.pipeline
        path = folder / "predictions.parquet"
        trained = train(component, self._input_tables(node)[0], self.backend, path, self._memory_mb)
        components = {planned.id: planned.component for planned in self.plan.nodes}
        path_to_model = line(pipeline, node.id)
        states = {
            node_id: self._state(node_id)
            for node_id in path_to_model
            if isinstance(components[node_id], LearnedTransform)
        }
        rows = self._table(*origin(pipeline, node.id))
        serving, frozen = make_slice(pipeline, node.id, components, states, rows.schema())
        lookups = {name: self._table(*place) for name, place in frozen.items()}
        facts = write_model(folder, component, trained, serving, rows, lookups, self.backend)
        return {"rows": {"predictions": pq.read_metadata(path).num_rows}, "model": facts}

    def _evaluate(self, node: PlannedNode, component: Evaluation[Any], folder: Path) -> dict[str, Any]:
        given = node.inputs[0]
        model = self._model_behind(given.node)
        if model is None:
            raise DataError("There is no model before this evaluation.", hint="Connect a model's output.")
        table = self._table(given.node, "predictions" if given.port == "model" else given.node_port)
        facts = self._entries[model].meta["model"]
        report = component.report(read_predictions(table, self.backend, facts))
        (folder / REPORT).write_text(json.dumps(report))
        return {"rows": {}, "report": report}

    def _model_behind(self, node_id: str) -> str | None:
        """The nearest model on the way that a table came."""
        on_line = reversed(line(self.plan.placement.pipeline, node_id))
        return next((found for found in on_line if isinstance(self.plan.by_id[found].component, Estimator)), None)

    def _write_tables(self, node: PlannedNode, folder: Path) -> dict[str, int]:
        """Write what is materialised; a fused node keeps its rows, so their number is known."""
        written = {
            port: self.backend.write(self._table(node.id, port), folder / f"{port}.parquet")
            for port in node.materialised
        }
        rows_in = self._rows_in(node)
        return written or ({"table": rows_in} if rows_in is not None else {})

    def _write_preview(self, node: PlannedNode, folder: Path) -> None:
        if not node.is_fused or not any(port.kind == "table" for port in node.component.spec.outputs):
            return
        port = node.component.spec.outputs[0].name
        self.backend.write(self._table(node.id, port).limit(PREVIEW_ROWS), folder / f"{PREVIEW}.parquet")

    def _check_demands(self, node: PlannedNode, component: Transform[Any]) -> None:
        demands = component.demands(*self._input_tables(node))
        if not demands:
            return
        some = self._input_tables(node)[0]
        counted = some.aggregate([scalar.name(f"d{i}") for i, scalar in enumerate(demands.values())])
        row = counted.to_pyarrow().to_pylist()[0]
        for i, message in enumerate(demands):
            offending = row[f"d{i}"]
            if offending:
                rows = "1 row" if offending == 1 else f"{offending:,} rows"
                raise DataError(f"{message.rstrip('.')} ({rows}).", hint="Correct the data or change this node.")

    # --- tables, built only when something asks for them -------------------------------------------------------

    def _table(self, node_id: str, port: str) -> ir.Table:
        if (node_id, port) not in self._tables:
            self._build(self.plan.by_id[node_id], port)
        return self._tables[node_id, port]

    def _build(self, node: PlannedNode, port: str) -> None:
        entry = self._entries.get(node.id)
        if entry is not None and entry.path(port).exists():
            self._tables[node.id, port] = self.backend.read([entry.path(port)])
            return
        match node.component:
            case Source():
                made: Any = self._read_source(node.component)
            case LearnedTransform() as learned:
                made = learned.transform(self._input_tables(node)[0], self._state(node.id))
            case Split() as split:
                made = with_roles(split, self._input_tables(node)[0])
            case Transform() as transform:
                made = transform.transform(*self._input_tables(node))
            case _:
                raise RunError(
                    "The model's predictions were deleted during the run.", hint="Run it again.", node_id=node.id
                )
        ports = made if isinstance(made, Mapping) else {node.component.spec.outputs[0].name: made}
        self._tables |= {(node.id, name): table for name, table in ports.items()}

    def _read_source(self, source: Source[Any]) -> ir.Table:
        table = source.table()
        if isinstance(table, StoredTable):
            return self.backend.read(self._files(table))
        return self.backend.register(table.add_column(0, ROW, pa.array(range(table.num_rows), pa.int64())))

    def _state(self, node_id: str) -> State:
        if node_id not in self._states:
            learned = self.plan.by_id[node_id].component
            assert isinstance(learned, LearnedTransform)  # noqa: S101  nothing else has a state
            text = (self._entries[node_id].folder / STATE).read_text()
            self._states[node_id] = learned.state_type().model_validate_json(text)
        return self._states[node_id]

    def _input_tables(self, node: PlannedNode) -> list[ir.Table]:
        kinds = {port.name: port.kind for port in node.component.spec.inputs}
        return [self._table(given.node, given.node_port) for given in node.inputs if kinds[given.port] == "table"]

    def _rows_in(self, node: PlannedNode) -> int | None:
        return next((rows for rows in map(self._rows_of, node.inputs) if rows is not None), None)

    def _rows_of(self, given: Input) -> int | None:
        entry = self._entries.get(given.node)
        return entry.meta["rows"].get(given.node_port) if entry else None

    def _tell(self, result: NodeResult, done: int) -> None:
        self.results[result.node_id] = result
        self._listener(Event(result, done / max(len(self.plan.nodes), 1)))


def _told(error: MemoryError | OSError) -> CanvasbackError:
    if isinstance(error, MemoryError):
        return LimitReached("This step needs more memory than it may use.", hint="Take fewer rows or columns.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LimitReached("The disk is full; earlier results are kept.", hint="Free some space and run it again.")
    return RunError(
        f"A kept result could not be read or written: {error.strerror or error}.",
        hint="Run it again; what was deleted meanwhile is computed anew.",
    )


def _result(node: PlannedNode, status: Any, entry: Entry) -> NodeResult:
    rows = entry.meta["rows"]
    return NodeResult(
        node_id=node.id,
        component=node.component.spec.key,
        status=status,
        fingerprint=node.fingerprint,
        rows_in=entry.meta.get("rows_in"),
        rows_out=next(iter(rows.values()), None),
        bytes=entry.meta.get("bytes"),
        report=entry.meta.get("report"),
        model=entry.meta.get("model"),
        outputs={port: {"rows": count} for port, count in rows.items()},
    )
