"""What a node does to sample rows, while it is being drawn: nothing large is touched, nothing is written."""

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
from components.base import Component, Learner, Source, Transform
from components.ports import RESERVED_PREFIX, ROLE, ROW
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.checks import Review
from engine.errors import RunError
from engine.execute.looks import such_as
from engine.execute.sample_run import NotTried, SampleRun, Samples, applied, is_tried
from engine.execute.shelf import Shelf

__all__ = ["RESULT", "NotTried", "Samples", "Shelf", "Trial", "is_tried", "try_component", "try_node"]

LIMITS = Limits(memory_mb=256, threads=1, temp_mb=64)
MOST_SECONDS = 3.0
AGAIN_SECONDS = 0.05
EXPRESSION_ROWS = 200

RESULT = f"{RESERVED_PREFIX}result"
"""The column with what an expression gives."""


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Parameters
    ----------
    arriving, leaving
        The rows at each input and at each output; nothing leaves where the node needs a whole run.
    learned_from
        How many rows it learned from, where it learns.
    expressions
        For each param that holds an expression, its values and the columns that it reads.
    offending
        What would stop a run, found in the sample.
    """

    arriving: Mapping[str, pa.Table] = field(default_factory=dict)
    leaving: Mapping[str, pa.Table] = field(default_factory=dict)
    learned_from: int | None = None
    expressions: Mapping[str, pa.Table] = field(default_factory=dict)
    offending: tuple[str, ...] = ()

    @property
    def before(self) -> pa.Table | None:
        """The rows at the first input."""
        return next(iter(self.arriving.values()), None)

    @property
    def after(self) -> pa.Table | None:
        """The rows at the first output."""
        return next(iter(self.leaving.values()), None)


def try_node(review: Review, node_id: str, samples: Samples, shelf: Shelf) -> Trial:
    """Run the sample rows through everything before a node, and through it.

    Raises
    ------
    NotTried
        When a step before it has errors or works on whole tables only, or all of it takes too long.
    CanvasbackError, ComponentError, StorageError
    """
    with _database() as backend:
        run = SampleRun(review, samples, shelf, backend)
        component = run.known(node_id).component
        if isinstance(component, Source):
            return Trial(leaving=run.outputs(node_id))
        arriving = run.inputs(node_id)
        if not arriving:
            raise NotTried("Nothing reaches this node yet.", hint="Connect a table to it.")
        if component is None:
            return Trial(arriving)
        tables = [backend.lend(table) for table in arriving.values()]
        values = _expressions(component, tables[0], backend)
        if not is_tried(component):
            return Trial(arriving, expressions=values)
        offending = _offending(component, tables, backend)
        leaving = {} if offending else run.outputs(node_id)
        return Trial(arriving, leaving, _learned_from(component, arriving), values, offending)


def try_component(component: Component[Any], table: pa.Table) -> Trial:
    """What a component that is bound to a table does to it; every input gets the same rows.

    Raises
    ------
    NotTried
    """
    with _database() as backend:
        ports = [port.name for port in component.spec.inputs if port.kind == "table"]
        arriving, tables = dict.fromkeys(ports, table), [backend.register(table)] * len(ports)
        if not ports:
            return Trial()
        values = _expressions(component, tables[0], backend)
        if not component.is_lazy:
            return Trial(arriving, expressions=values)
        offending = _offending(component, tables, backend)
        made = {} if offending else applied(component, tables, backend)
        leaving = {port: backend.collect(rows) for port, rows in made.items()}
        return Trial(arriving, leaving, _learned_from(component, arriving), values, offending)


def _offending(component: Component[Any], inputs: list[ir.Table], backend: DuckDBBackend) -> tuple[str, ...]:
    if not isinstance(component, Transform):
        return ()
    counts = component.demands(*inputs)
    failed = (message for message, count in counts.items() if backend.row(inputs[0].aggregate(n=count))["n"])
    return tuple(f"{it.rstrip('.')}{such_as(component, it, inputs, backend)}." for it in failed)


def _learned_from(component: Component[Any], arriving: Mapping[str, pa.Table]) -> int | None:
    if not isinstance(component, Learner):
        return None
    (table,) = arriving.values()
    roles = table.column(ROLE).to_pylist() if ROLE in table.column_names else []
    return roles.count("train") if roles else len(table)


def _expressions(component: Component[Any], table: ir.Table, backend: DuckDBBackend) -> dict[str, pa.Table]:
    some = table.limit(EXPRESSION_ROWS)
    return {name: _values(text, some, backend) for name, text in component.params.expressions().items()}


def _values(text: str, table: ir.Table, backend: DuckDBBackend) -> pa.Table:
    """The columns that an expression reads, and last what it gives."""
    names = expressions.read_columns(text, table.schema())
    ids = [ROW] if ROW in table.columns else []
    return backend.collect(table.select(*ids, *names, **{RESULT: expressions.to_ibis(text, table)}))


@contextmanager
def _database() -> Iterator[DuckDBBackend]:
    """A database that reads no files, and is stopped when it takes too long."""
    with tempfile.TemporaryDirectory(prefix="canvasback-trial-") as folder:
        backend = DuckDBBackend(LIMITS, [], Path(folder))
        rang, done, stop = threading.Event(), threading.Event(), backend.stopper()
        bell = threading.Timer(MOST_SECONDS, _ring, (rang, done, stop))
        bell.start()
        try:
            with backend.plain_errors():
                yield backend
        except (RunError, OSError) as error:  # a stream that is stopped says so as an OSError
            if not rang.is_set():
                raise
            message = f"This took more than {MOST_SECONDS:.0f} seconds on the sample rows and was stopped."
            raise NotTried(message, hint="Run to here to see rows.") from error
        finally:
            done.set()
            bell.cancel()
            bell.join()
            backend.close()


def _ring(rang: threading.Event, done: threading.Event, stop: Callable[[], None]) -> None:
    """Stop the query that is going on, and every one that would follow."""
    rang.set()
    while not done.wait(AGAIN_SECONDS):
        stop()
