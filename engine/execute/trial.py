"""What a node does to a few sample rows, while it is being drawn: nothing is kept, and nothing large is touched."""

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from components import expressions
from components.base import Component, Cut, LearnedTransform, Source, Split, Transform
from components.ports import RESERVED_PREFIX, ROLE, ROW
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.checks import Review
from engine.errors import CanvasbackError
from engine.graph import Pipeline
from engine.schemas import NodeSchemas, with_roles

LIMITS = Limits(memory_mb=256, threads=1, temp_mb=64)
MOST_SECONDS = 3.0
MOST_NODES = 60
"""Further from its sources, a node is not tried: every step before it would have to be taken again."""

RESULT = f"{RESERVED_PREFIX}result"
"""The column with what an expression gives."""

Sample = Callable[[Source[Any]], pa.Table]
"""A few rows of a source, with their ids."""


class NotTried(CanvasbackError):
    """Sample rows cannot show what the node does."""

    code = "not_tried"


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Parameters
    ----------
    before, after
        The rows at the first input, and at the first output.
    expressions
        For each param that holds an expression, its values and the columns that it reads.
    offending
        What would stop a run, found in the sample.
    """

    before: pa.Table | None = None
    after: pa.Table | None = None
    expressions: Mapping[str, pa.Table] = field(default_factory=dict)
    offending: tuple[str, ...] = ()


def try_node(review: Review, node_id: str, sample: Sample) -> Trial:
    """Run the sample rows through everything before a node, and through it.

    Raises
    ------
    NotTried
        When a step before it has errors or works on whole tables only.
    """
    placed = review.placement.pipeline
    order = [name for name in placed.order() if name in placed.ancestors(node_id) and name != node_id]
    if len(order) > MOST_NODES:
        raise NotTried("Too many steps come before this node to show it on sample rows.", hint="Run to here instead.")
    with _database() as backend:
        made: dict[tuple[str, str], ir.Table] = {}
        for name in order:
            known = review.schemas.get(name, NodeSchemas())
            made |= {(name, port): table for port, table in _outputs(known, placed, name, made, backend, sample)}
        known = review.schemas.get(node_id, NodeSchemas())
        inputs = _inputs(known, placed, node_id, made)
        if isinstance(known.component, Source):
            return Trial(after=sample(known.component))
        return _tried(known.component, inputs, backend)


def try_component(component: Component[Any], table: pa.Table) -> Trial:
    """What a component that is bound to a table does to it; every input gets the same rows.

    Raises
    ------
    NotTried
    """
    with _database() as backend:
        rows = backend.register(table)
        ports = [port for port in component.spec.inputs if port.kind == "table"]
        return _tried(component, [rows] * len(ports), backend)


def _tried(component: Component[Any] | None, inputs: list[ir.Table], backend: DuckDBBackend) -> Trial:
    if component is None or not inputs:
        return Trial(before=_rows(inputs[0], backend) if inputs else None)
    before = _rows(inputs[0], backend)
    values = {name: _values(text, inputs[0], backend) for name, text in component.params.expressions().items()}
    if not component.is_lazy:
        return Trial(before, None, values)
    found = next(iter(_applied(component, inputs, backend).values()))
    counts = component.demands(*inputs) if isinstance(component, Transform) else {}
    offending = tuple(message for message, count in counts.items() if backend.row(inputs[0].aggregate(n=count))["n"])
    return Trial(before, None if offending else _rows(found, backend), values, offending)


def _outputs(
    known: NodeSchemas,
    placed: Pipeline,
    node_id: str,
    made: Mapping[tuple[str, str], ir.Table],
    backend: DuckDBBackend,
    sample: Sample,
) -> Iterator[tuple[str, ir.Table]]:
    component = known.component
    label = placed.by_id[node_id].label
    if component is None:
        raise NotTried(f"{label} comes before and is not set up yet.", hint="Set it up first.")
    if isinstance(component, Source):
        yield "table", backend.register(sample(component))
    elif component.is_lazy:
        yield from _applied(component, _inputs(known, placed, node_id, made), backend).items()
    else:
        raise NotTried(f"{label} comes before and needs a whole run.", hint="Run to here to see rows.")


def _applied(component: Component[Any], inputs: list[ir.Table], backend: DuckDBBackend) -> dict[str, ir.Table]:
    match component:
        case LearnedTransform():
            (table,) = inputs
            rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
            state = component.measured(backend.measured(rows, component.measures(rows)))
            return {"table": component.transform(table, state)}
        case Split():
            (table,) = inputs
            cuts = component.cuts(table)
            found = [] if cuts is None else [Cut(**row) for row in backend.collect(cuts).to_pylist()]
            return {"table": with_roles(component, table, found)}
        case Transform():
            given = component.transform(*inputs)
            return dict(given) if isinstance(given, Mapping) else {component.spec.outputs[0].name: given}
        case _:
            raise NotTried(f"{component.spec.title} needs a whole run.", hint="Run to here to see rows.")


def _inputs(
    known: NodeSchemas, placed: Pipeline, node_id: str, made: Mapping[tuple[str, str], ir.Table]
) -> list[ir.Table]:
    """What arrives at the ports, in their order."""
    ends = {edge.target_port: (edge.source, edge.source_port) for edge in placed.into(node_id)}
    return [made[ends[port]] for port in known.inputs]


def _values(text: str, table: ir.Table, backend: DuckDBBackend) -> pa.Table:
    """The columns that an expression reads, and last what it gives."""
    names = expressions.read_columns(text, table.schema())
    ids = [ROW] if ROW in table.columns else []
    shown = table.select(*ids, *names, **{RESULT: expressions.to_ibis(text, table)})
    return _rows(shown, backend)


def _rows(table: ir.Table, backend: DuckDBBackend) -> pa.Table:
    return backend.collect(table)


@contextmanager
def _database() -> Iterator[DuckDBBackend]:
    """A database that reads no files, and is stopped when it takes too long."""
    with tempfile.TemporaryDirectory(prefix="canvasback-trial-") as folder:
        backend = DuckDBBackend(LIMITS, [], Path(folder))
        bell = threading.Timer(MOST_SECONDS, backend.stopper())
        bell.start()
        try:
            with backend.plain_errors():
                yield backend
        finally:
            bell.cancel()
            backend.close()
