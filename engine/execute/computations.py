"""Computations: collect what they need, compute, write what they give."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import Computation
from components.portable.row_ids import row_id
from components.ports import ROW
from engine.backends.backend import Backend
from engine.errors import DataError, LimitReached
from engine.train.room import Room

SHARE = 8
"""What is collected may take this part of the room: computing takes several times as much."""


def compute(
    component: Computation[Any], given: Sequence[ir.Table], backend: Backend, folder: Path, room: Room
) -> tuple[dict[str, int], dict[str, Any] | None, int]:
    """Write each output of a computation into a folder.

    Returns
    -------
    dict
        Output port → rows.
    dict or None
        The report.
    int
        Rows of the first input.

    Raises
    ------
    DataError, LimitReached, ComponentError
    """
    ports = [port.name for port in component.spec.inputs if port.kind == "table"]
    with room.take(room.memory_mb / 2):
        tables = [_collected(component, port, table, backend, room) for port, table in zip(ports, given, strict=True)]
        computed = component.compute(*tables)
        outlines = component.outline(*(table.schema() for table in given))
        rows = {
            port: _write(component, port, made, outlines[port].schema, backend, folder)
            for port, made in computed.tables.items()
        }
    return rows, None if computed.report is None else dict(computed.report), tables[0].num_rows


def _collected(component: Computation[Any], port: str, table: ir.Table, backend: Backend, room: Room) -> pa.Table:
    wanted = table.select(*component.needs(port, table.schema()))
    batches = list(_few(component, backend.batches(wanted), room))
    return pa.Table.from_batches(batches, schema=wanted.schema().to_pyarrow())


def _few(component: Computation[Any], batches: Iterator[pa.RecordBatch], room: Room) -> Iterator[pa.RecordBatch]:
    """The batches, as long as there are not too many of them."""
    rows, size = 0, 0
    for batch in batches:
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows > component.most_rows:
            raise DataError(
                f"{component.spec.title} can take {component.most_rows:,} rows, and more arrive.",
                hint=component.instead,
            )
        if size > room.memory_mb / SHARE * 1e6:
            raise LimitReached(
                f"The rows that arrive take more memory than {component.spec.title} may collect "
                f"({room.memory_mb / SHARE:,.0f} MB).",
                hint=f"{component.instead} Or raise the memory limit of the run.",
            )
        yield batch


def _write(
    component: Computation[Any], port: str, made: pa.Table, schema: sch.Schema, backend: Backend, folder: Path
) -> int:
    """Write one output with the types that its outline tells, each row with an id made from what it is."""
    keys = component.identity(port)
    types = {name: dtype for name, dtype in schema.items() if name != ROW or not keys}
    fields = pa.schema([(name, dtype.to_pyarrow()) for name, dtype in types.items()])
    raw, path = folder / f"{port}.raw.parquet", folder / f"{port}.parquet"
    plain = made.select(fields.names).cast(fields)
    if not keys:
        pq.write_table(plain, path, compression="zstd", compression_level=1)
        return int(made.num_rows)
    pq.write_table(plain, raw)
    stored = backend.read([raw])
    named = stored.mutate(**{ROW: row_id(*(stored[key] for key in keys))})
    rows = backend.write(named.select(*schema.names), path)
    raw.unlink()
    return rows
