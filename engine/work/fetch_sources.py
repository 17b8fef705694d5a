"""Read the tables that lie elsewhere, before a run is planned: what they hold decides what is computed again."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import Source
from components.base.outside import OutsideTable
from components.errors import ComponentError
from engine.cache import bytes_in, digest
from engine.errors import CanvasbackError
from engine.execute.work import TABLE
from engine.graph import Pipeline
from engine.schemas import as_node_error, read_params
from engine.work.assignment import Assignment
from storage.errors import LostLease, StorageError
from storage.table_rules import stored_batch, stored_schema


@dataclass(frozen=True)
class Fetched:
    """The rows of a table as they were when the run began.

    Parameters
    ----------
    sha256
        Of columns and values: equal for equal rows.
    """

    path: Path
    sha256: str
    schema: sch.Schema
    rows: int

    @property
    def told(self) -> dict[str, Any]:
        """What the run's page says of it."""
        return {"kind": "fetched", "sha256": self.sha256, "rows": self.rows, "message": f"{self.rows:,} rows fetched"}


def fetch_sources(assignment: Assignment, pipeline: Pipeline) -> dict[OutsideTable, Fetched]:
    """Read every table that lies elsewhere, once for all nodes that read it.

    Raises
    ------
    CanvasbackError
        With the node that reads it.
    """
    found: dict[OutsideTable, Fetched] = {}
    for node in pipeline.nodes:
        try:
            component = read_params(node)
            table = component.table() if isinstance(component, Source) else None
            if isinstance(table, OutsideTable) and table not in found:
                assignment.tell(None, f"Fetching {node.label}", always=True)
                found[table] = _fetched(assignment, table, node.label)
        except LostLease:
            raise
        except (CanvasbackError, ComponentError, StorageError) as error:
            raise as_node_error(error, node) from error
    return found


def _fetched(assignment: Assignment, table: OutsideTable, label: str) -> Fetched:
    """Rows go into the cache under what they are, not under where they come from."""
    workspace = assignment.workspace
    with workspace.cache.writing() as folder:
        path = folder / f"{TABLE}.parquet"
        with workspace.outside.rows(table) as batches:
            schema, rows = _written(batches, path, assignment, label)
        sha256 = hashlib.sha256(f"{schema} {digest(path)}".encode()).hexdigest()
        meta = {"rows": {TABLE: rows}, "bytes": bytes_in(folder)}
        entry = workspace.cache.keep(f"outside-{sha256[:32]}", folder, meta)
    columns = workspace.outside.remember(table, schema, sha256)
    return Fetched(entry.path(TABLE), sha256, columns, rows)


def _written(
    batches: Iterator[pa.RecordBatch], path: Path, assignment: Assignment, label: str
) -> tuple[pa.Schema, int]:
    first = next(batches)
    schema = stored_schema(first.schema)
    numbered, rows = stored_batch(first, schema, 0), first.num_rows
    names = [numbered.column_names[-1], *schema.names]
    with pq.ParquetWriter(path, numbered.select(names).schema, compression="zstd") as writer:
        writer.write_table(numbered.select(names))
        for batch in batches:
            writer.write_table(stored_batch(batch, schema, rows).select(names))
            rows += batch.num_rows
            assignment.tell(None, f"Fetching {label}: {rows:,} rows")
    return schema, rows
