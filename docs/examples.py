"""What each component makes of the bundled table: really computed, as a run would."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import Source
from components.catalog import component
from components.example_table import example
from components.ports import ROLE, ROW, is_reserved
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.cache import Cache
from engine.checks import review
from engine.errors import PEOPLE_ERRORS
from engine.execute import Execution
from engine.graph import Edge, Node, Pipeline
from engine.plan import make_plan
from engine.service.building.trials import as_words, show_example

SHOWN_ROWS, SHOWN_COLUMNS = 4, 6
Shown = tuple[list[str], list[list[str | None]]]


def example_tables(key: str) -> tuple[Shown | None, Shown] | None:
    """The table before and after a component with its example; None where it makes no table of it."""
    told = show_example(key)
    if told is not None and told.before and told.after:
        return _first(told.before.columns, told.before.rows), _first(told.after.columns, told.after.rows)
    if issubclass(component(key), Source):
        return None
    made = _ran(key)
    return None if made is None else (None, _words(made, component(key).spec.example))


def _first(names: list[str], rows: list[list[str | None]]) -> Shown:
    return names[:SHOWN_COLUMNS], [row[:SHOWN_COLUMNS] for row in rows[:SHOWN_ROWS]]


def _words(table: pa.Table, params: Mapping[str, Any]) -> Shown:
    """What was added first, then what the params name."""
    known = set(example(0).column_names)
    shown = [name for name in table.column_names if not is_reserved(name)]
    named = {text for value in params.values() for text in (value if isinstance(value, list) else [value])}
    names = sorted(shown, key=lambda name: 0 if name not in known else 1 if name in named else 2)
    rows = [[as_words(row[name]) for name in names] for row in table.slice(0, SHOWN_ROWS).to_pylist()]
    return _first(names, rows)


def _ran(key: str) -> pa.Table | None:
    """The first table that a component makes, in a run of its own; None where it makes none or needs other inputs."""
    kind = component(key)
    tables = [port for port in kind.spec.outputs if port.kind == "table"]
    if not tables or any(port.kind != "table" and not port.optional for port in kind.spec.inputs):
        return None
    nodes = [Node(id="n", component=key, params=dict(kind.spec.example))]
    edges = []
    for port in kind.spec.inputs:
        nodes.append(Node(id=f"from_{port.name}", component="dataset", params={"dataset": "example"}))
        edges.append(Edge(source=f"from_{port.name}", source_port="table", target="n", target_port=port.name))
    drawn = Pipeline(name="example", nodes=tuple(nodes), edges=tuple(edges))
    with tempfile.TemporaryDirectory() as folder:
        try:
            return _execute(drawn, tables[0].name, Path(folder))
        except PEOPLE_ERRORS:
            return None


def _execute(drawn: Pipeline, port: str, folder: Path) -> pa.Table | None:
    path = folder / "example.parquet"
    pq.write_table(example().drop_null(), path)  # not every model takes missing values
    schema = sch.Schema.from_pyarrow(example(0).schema)
    plan = make_plan(review(drawn, lambda table: schema), lambda table: hashlib.sha256(b"example").hexdigest(), "n")
    cache = Cache(folder / "cache")
    backend = DuckDBBackend(Limits(500, 2), [path], cache.root)
    try:
        execution = Execution(plan, backend, cache, lambda table: _files(path), lambda event: None, 1_000)
        results = execution.run()
        written = execution.entry("n").path(port) if results["n"].status == "done" else None
        return pq.read_table(written).sort_by([(ROW, "ascending")]).drop_columns([ROLE]) if written else None
    except (KeyError, FileNotFoundError):
        return None
    finally:
        backend.close()


def _files(path: Path) -> list[Path]:
    return [path]
