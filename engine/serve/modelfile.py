"""A model on disk: what it is, the estimator, golden rows and frozen lookups; each file known by its sha256."""

import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from components.base import Estimator
from components.catalog import component
from components.ports import ROLE, ROW, visible
from engine.backends.duckdb import DuckDBBackend
from engine.errors import ServingError
from engine.schemas import PREDICTION, PROBABILITIES
from engine.serve.slice import ServingSlice
from engine.train.matrix import MatrixSpec
from engine.train.training import Trained

MODEL, ESTIMATOR, GOLDEN = "model.json", "estimator.skops", "golden.parquet"
GOLDEN_ROWS = 500
LIBRARIES = ("canvasback", "duckdb", "ibis-framework", "numpy", "pandas", "pyarrow", "scikit-learn", "skops")


class ModelFile(BaseModel):
    """Everything but the estimator: enough to serve, to explain and to make it again."""

    model_config = ConfigDict(frozen=True)

    format: int = 1
    component: str
    version: int
    params: dict[str, Any]
    task: str
    target: str
    target_type: str
    classes: tuple[Any, ...] = ()
    positive: Any = None
    matrix: MatrixSpec
    slice: ServingSlice
    inputs: dict[str, bool]
    """The endpoint's fields: name → whether it may be null."""
    metrics: dict[str, float]
    baseline: dict[str, float]
    importance: list[dict[str, Any]]
    rows: dict[str, int]
    libraries: dict[str, str]


def write_model(
    folder: Path,
    estimator: Estimator[Any],
    trained: Trained,
    serving: ServingSlice,
    origin: ir.Table,
    lookups: Mapping[str, ir.Table],
    backend: DuckDBBackend,
) -> dict[str, Any]:
    """Write a model's files into a folder that already holds its predictions.

    Returns
    -------
    dict
        The facts that the run shows and the registry keeps.
    """
    import skops.io

    needed = needed_columns(serving, [feature.name for feature in trained.spec.features], lookups)
    model = ModelFile(
        component=estimator.spec.key,
        version=estimator.spec.version,
        params=estimator.params.model_dump(mode="json"),
        task=estimator.task,
        target=estimator.params.target,
        target_type=str(origin.schema().get(estimator.params.target, "string")),
        classes=trained.classes.labels if trained.classes else (),
        positive=trained.positive,
        matrix=trained.spec,
        slice=serving,
        inputs=_nullable(origin, needed),
        metrics=trained.metrics,
        baseline=trained.baseline,
        importance=trained.importance,
        rows=trained.rows,
        libraries={name: importlib.metadata.version(name) for name in LIBRARIES},
    )
    (folder / MODEL).write_text(model.model_dump_json())
    skops.io.dump(trained.estimator, folder / ESTIMATOR, compression=8)
    for name, table in lookups.items():
        backend.write(table.select(list(visible(table.schema()))), folder / f"{name}.parquet")
    _write_golden(folder, origin, needed, backend, is_classification=trained.classes is not None)
    kept = ("component", "task", "target", "classes", "positive", "inputs", "metrics", "baseline", "importance", "rows")
    facts = json.loads(model.model_dump_json(include=set(kept)))
    return {**facts, "files": [MODEL, ESTIMATOR, GOLDEN, *(f"{name}.parquet" for name in lookups)]}


def load_estimator(path: Path, key: str) -> Any:
    """Load a saved estimator, allowing only the types that its component declares.

    Raises
    ------
    ServingError
        When the file holds anything else.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    kind = component(key)
    assert issubclass(kind, Estimator)  # noqa: S101  only model nodes write model files
    try:
        return skops.io.load(path, trusted=list(kind.trusted_types))
    except UntrustedTypesFoundException as error:
        raise ServingError(
            f"The model file holds a type that {key!r} may not: {error}", hint="Train the model again."
        ) from error


def needed_columns(serving: ServingSlice, features: list[str], lookups: Mapping[str, ir.Table]) -> list[str]:
    """The origin's columns that reach the model, found by asking DuckDB what the query would read."""
    import duckdb
    import ibis

    names = {name: f"c{i}" for i, name in enumerate(serving.columns)}
    table = ibis.table(serving.origin_schema(), name="input")
    others = {name: ibis.table(other.schema(), name=f"l{i}") for i, (name, other) in enumerate(lookups.items())}
    query = serving.apply(table, others.__getitem__).select(features)
    connection = duckdb.connect(":memory:")
    try:
        for unbound_table in (table, *others.values()):
            columns = ", ".join(f"{_quoted(n)} {_sql_type(t)}" for n, t in unbound_table.schema().items())
            connection.execute(f"CREATE TABLE {unbound_table.get_name()} ({columns})")
        # A row, so that the optimiser cannot reason the table away.
        connection.execute("INSERT INTO input DEFAULT VALUES")
        plan = connection.execute("EXPLAIN (FORMAT json) " + ibis.to_sql(query, dialect="duckdb")).fetchall()[0][1]
    finally:
        connection.close()
    read = _scanned(json.loads(plan), "input")
    return [name for name in names if name in read]


def _scanned(nodes: list[dict[str, Any]], table: str) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        facts = node.get("extra_info", {})
        if facts.get("Table", "").split(".")[-1].strip('"') == table:
            read = facts.get("Projections", [])
            found |= {_unquoted(name) for name in ([read] if isinstance(read, str) else read)}
        found |= _scanned(node.get("children", []), table)
    return found


def _nullable(origin: ir.Table, names: list[str]) -> dict[str, bool]:
    if not names:
        return {}
    counts = origin.aggregate([origin[name].isnull().any().name(f"n{i}") for i, name in enumerate(names)])
    row = counts.to_pyarrow().to_pylist()[0]
    return {name: bool(row[f"n{i}"]) for i, name in enumerate(names)}


def _write_golden(
    folder: Path, origin: ir.Table, needed: list[str], backend: DuckDBBackend, *, is_classification: bool
) -> None:
    """Rows as they come in, with what the model said of them: test rows first, each id once, always the same."""
    predictions = backend.read([folder / "predictions.parquet"])
    answers = [PREDICTION, *([PROBABILITIES] if is_classification else [])]
    single = predictions.group_by(ROW).aggregate(
        n=predictions.count(),
        role=predictions[ROLE].min(),
        **{f"__cb_golden_{name}": predictions[name].arbitrary() for name in answers},
    )
    single = single.filter(single.n == 1)
    chosen = single.order_by([single.role, (single[ROW].cast("string") + "golden").hexdigest("md5")]).limit(GOLDEN_ROWS)
    inputs = origin.select(ROW, *needed)
    joined = inputs.inner_join(chosen, ROW).order_by(ROW)
    backend.write(joined.select(ROW, *needed, *(f"__cb_golden_{name}" for name in answers)), folder / GOLDEN)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') and name.endswith('"') else name


def _sql_type(dtype: Any) -> str:
    from ibis.backends.sql.datatypes import DuckDBType

    return str(DuckDBType.from_ibis(dtype).sql(dialect="duckdb"))
