"""Pipelines drawn in a few words and really run: Parquet in, DuckDB, a cache on disk."""

import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import StoredTable
from components.ports import ROW
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.cache import Cache
from engine.checks import Review, review
from engine.events import Event, NodeResult
from engine.execute import Execution
from engine.graph import Pipeline
from engine.plan import Plan, make_plan

Nodes = Mapping[str, tuple[str, Mapping[str, Any]] | str]


def draw(nodes: Nodes, *edges: str, name: str = "drawn") -> Pipeline:
    """A pipeline; every edge may be a chain: ``a -> b -> c``."""
    bodies = {
        node_id: {"component": body} if isinstance(body, str) else {"component": body[0], "params": dict(body[1])}
        for node_id, body in nodes.items()
    }
    wires = [f"{a} -> {b}" for edge in edges for a, b in itertools.pairwise(edge.split("->"))]
    return Pipeline.from_document({"name": name, "nodes": bodies, "edges": wires})


@dataclass
class Ran:
    """What a run left behind."""

    plan: Plan
    execution: Execution
    results: Mapping[str, NodeResult]
    events: list[Event]
    again: Callable[[str], "Ran"]

    def table(self, node: str, port: str = "table") -> pa.Table:
        """A node's output in the order of the row ids; a fused node is run up to first, which writes it down."""
        path = self.execution.entry(node).path(port)
        made = pq.read_table(path if path.exists() else self.again(node).execution.entry(node).path(port))
        return made.sort_by([(ROW, "ascending")]) if ROW in made.column_names else made

    def model(self, node: str = "model") -> dict[str, Any]:
        found = self.results[node].model
        assert found is not None
        return found

    def folder(self, node: str = "model") -> Path:
        return self.execution.entry(node).folder

    def statuses(self) -> dict[str, str]:
        return {node: result.status for node, result in self.results.items()}


@dataclass
class Bench:
    """A place to run pipelines over tables of one's own, read by ``dataset`` nodes."""

    root: Path
    tables: dict[str, list[Path]] = field(default_factory=dict)

    def store(self, name: str, table: pa.Table | Mapping[str, Any], parts: int = 1) -> None:
        """Keep a table as Parquet, with row ids, as an import does."""
        table = table if isinstance(table, pa.Table) else pa.table(dict(table))
        table = table.append_column(ROW, pa.array(range(table.num_rows), pa.int64()))
        size = max(1, -(-table.num_rows // parts))
        self.tables[name] = [self.root / f"{name}-{part}.parquet" for part in range(parts)]
        for part, path in enumerate(self.tables[name]):
            pq.write_table(table.slice(part * size, size), path)

    def schema(self, table: StoredTable) -> sch.Schema:
        return ibis.Schema.from_pyarrow(pq.read_schema(self.tables[table.dataset][0]))

    def digest(self, table: StoredTable) -> str:
        return hashlib.sha256(b"".join(path.read_bytes() for path in self.tables[table.dataset])).hexdigest()

    def review(self, pipeline: Pipeline) -> Review:
        return review(pipeline, self.schema)

    def plan(self, pipeline: Pipeline, target: str | None = None) -> Plan:
        return make_plan(self.review(pipeline.resolved()), self.digest, target)

    def cache(self) -> Cache:
        return Cache(self.root / "cache")

    def run(self, pipeline: Pipeline, target: str | None = None, *, threads: int = 2, memory_mb: int = 2_000) -> Ran:
        plan = self.plan(pipeline, target)
        files = [path for paths in self.tables.values() for path in paths]
        cache = self.cache()
        backend = DuckDBBackend(Limits(1_000, threads), files, cache.root)
        events: list[Event] = []
        try:
            execution = Execution(
                plan, backend, cache, lambda table: self.tables[table.dataset], events.append, memory_mb
            )
            return Ran(plan, execution, execution.run(), events, lambda node: self.run(pipeline, node, threads=threads))
        finally:
            backend.close()
