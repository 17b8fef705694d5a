"""A model on disk: what it is, the estimator, golden rows and frozen lookups; each file known by its sha256."""

import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from components.base import Estimator, Search, unbound
from components.catalog import component
from components.libraries import Library
from components.ports import ROLE, ROW, visible
from engine.backends.backend import Backend
from engine.errors import ServingError
from engine.schemas import PREDICTION, PROBABILITIES, reads
from engine.serve.slice import ServingSlice
from engine.train.matrix import MatrixSpec
from engine.train.training import MORE, PREDICTIONS, Trained

MODEL, GOLDEN = "model.json", "golden.parquet"
GOLDEN_ROWS = 500
GOLDEN_PREFIX = "__cb_golden_"
"""Before the name of an answer, so that no input can have the same."""
INPUT = "input"
FACTS = frozenset(
    ("component", "task", "target", "classes", "positive", "inputs", "metrics", "baseline", "importance", "warnings")
) | {"rows", "search", "spread"}
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
    spread: dict[str, float] = {}
    baseline: dict[str, float]
    importance: list[dict[str, Any]]
    warnings: tuple[str, ...] = ()
    search: Search | None = None
    members: tuple[str, ...] = ()
    """The components of the models that it is made of."""
    takes_missing: bool | None = None
    """None in older files: as its component says."""
    rows: dict[str, int]
    libraries: dict[str, str]


def write_model(
    folder: Path,
    estimator: Estimator[Any],
    trained: Trained,
    serving: ServingSlice,
    rows: tuple[ir.Table, ir.Table],
    lookups: Mapping[str, ir.Table],
    backend: Backend,
) -> dict[str, Any]:
    """Write a model's files into a folder that already holds its predictions.

    Parameters
    ----------
    rows
        As they are at the origin, and as they arrive at the model.
    lookups
        The other sides of joins, frozen with the model.

    Returns
    -------
    dict
        The facts that the run shows and the registry keeps.
    """
    lookups = {name: table.select(list(visible(table.schema()))) for name, table in lookups.items()}
    origin, arrived = rows
    own = (MORE,) if "folds" in trained.rows else (PREDICTIONS, MORE)  # by folds, other models made the predictions
    predictions = backend.read([folder / name for name in own if (folder / name).exists()])
    needed = needed_columns(serving, [feature.name for feature in trained.spec.features], lookups)
    model = ModelFile(
        component=estimator.spec.key,
        version=estimator.spec.version,
        params=estimator.params.model_dump(mode="json"),
        task=estimator.task,
        target=estimator.params.target,
        target_type=str(predictions[PREDICTION].type()),
        classes=trained.classes.labels if trained.classes else (),
        positive=trained.positive,
        matrix=trained.spec,
        slice=serving,
        inputs=_nullable(origin, arrived, needed, trained.seen, backend),
        metrics=trained.metrics,
        spread=trained.spread,
        baseline=trained.baseline,
        importance=trained.importance,
        warnings=trained.warnings,
        search=trained.search,
        members=trained.members,
        takes_missing=trained.takes_missing,
        rows=trained.rows,
        libraries=_libraries(estimator, trained.members),
    )
    (folder / MODEL).write_text(model.model_dump_json())
    estimator.save(trained.estimator, folder / estimator.file)
    for name, table in lookups.items():
        backend.write(table, folder / f"{name}.parquet")
    backend.write(_golden(origin, predictions, needed), folder / GOLDEN)
    facts = json.loads(model.model_dump_json(include=set(FACTS)))
    return {**facts, "files": [MODEL, estimator.file, GOLDEN, *(f"{name}.parquet" for name in lookups)]}


def load_estimator(files: Mapping[str, Path], model: ModelFile) -> Any:
    """Load a saved estimator from its (already verified) file, allowing only the types that its components declare.

    Raises
    ------
    ServingError
        When the file holds anything else, or a library is missing.
    """
    from skops.io.exceptions import UntrustedTypesFoundException

    kind, *members = (_model_kind(key) for key in (model.component, *model.members))
    for library in _needed([kind, *members]):
        if not library.is_there:
            raise ServingError(f"This model needs {library.name}, which is not installed.", hint=f"{library.hint}.")
    try:
        return kind.load(files[kind.file], [trusted for member in members for trusted in member.trusted_types])
    except UntrustedTypesFoundException as error:
        raise ServingError(
            f"The model file holds a type that {model.component!r} may not: {error}", hint="Train the model again."
        ) from error


def takes_missing(model: ModelFile) -> bool:
    """Whether a model answers for rows with missing numbers."""
    known = model.takes_missing
    return _model_kind(model.component).takes_missing if known is None else known


def _model_kind(key: str) -> type[Estimator[Any]]:
    kind = component(key)
    assert issubclass(kind, Estimator)  # noqa: S101  only model nodes write model files
    return kind


def _needed(kinds: Iterable[type[Estimator[Any]]]) -> tuple[Library, ...]:
    return tuple(dict.fromkeys(library for kind in kinds for library in kind.spec.requires))


def needed_columns(serving: ServingSlice, features: list[str], lookups: Mapping[str, ir.Table]) -> list[str]:
    """The origin's columns that the features are computed from."""
    others = {name: unbound(table.schema(), name) for name, table in lookups.items()}
    made = serving.apply(unbound(serving.origin_schema(), INPUT), others.__getitem__)
    needed = {name for table, name in reads(made, features) if table == INPUT}
    return [name for name in serving.columns if name in needed]


def _libraries(estimator: Estimator[Any], members: Iterable[str]) -> dict[str, str]:
    """The versions of what the model was made with."""
    used = dict.fromkeys((*estimator.libraries(), *_needed(_model_kind(key) for key in members)))
    own = {library.module: library.version for library in used}
    return {name: importlib.metadata.version(name) for name in LIBRARIES} | own


def _nullable(origin: ir.Table, arrived: ir.Table, names: list[str], seen: int, backend: Backend) -> dict[str, bool]:
    """Which fields are missing somewhere among the rows that the model was made from."""
    gaps = _gaps(origin, names, backend)
    if not any(gaps.values()) or backend.rows(origin) == seen:
        return gaps
    doubtful = [name for name, has_gaps in gaps.items() if has_gaps]
    return gaps | _gaps(origin.select(ROW, *doubtful).semi_join(arrived.select(ROW), ROW), doubtful, backend)


def _gaps(rows: ir.Table, names: list[str], backend: Backend) -> dict[str, bool]:
    if not names:
        return {}
    row = backend.row(rows.aggregate([rows[name].isnull().any().name(f"n{i}") for i, name in enumerate(names)]))
    return {name: bool(row[f"n{i}"]) for i, name in enumerate(names)}


def _golden(origin: ir.Table, predictions: ir.Table, needed: list[str]) -> ir.Table:
    """Rows as they come in, with what the model said of them: test rows first, always the same.

    A row that became several, by a join with several matches, has no one answer and is left out.
    """
    answers = {f"{GOLDEN_PREFIX}{name}": name for name in (PREDICTION, PROBABILITIES) if name in predictions.columns}
    single = predictions.group_by(ROW).aggregate(
        __cb_rows=predictions.count(),
        __cb_role=predictions[ROLE].min(),
        **{golden: predictions[name].arbitrary() for golden, name in answers.items()},
    )
    single = single.filter(single["__cb_rows"] == 1)
    drawn = (single[ROW].cast("string") + "golden").hexdigest("md5")
    chosen = single.order_by([single[ROLE], drawn]).limit(GOLDEN_ROWS).select(ROW, *answers)
    joined = origin.select(ROW, *needed).inner_join(chosen, ROW).order_by(ROW)
    return joined.select(ROW, *needed, *answers)
