"""A model on disk: what it is, the estimator, golden rows and frozen lookups; each file known by its sha256."""

import importlib.metadata
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from components.base import Component, MatrixTransform, Model, Search, unbound
from components.catalog import component
from components.ensembles.decided import threshold_of
from components.libraries import Library
from components.ports import ROLE, ROW, visible
from engine.backends.backend import Backend
from engine.errors import ServingError
from engine.schemas import PREDICTION
from engine.serve.evidence import EVIDENCE, evidence
from engine.serve.slice import ServingSlice, transformer_file
from engine.serve.stretches import stretches, transform_steps
from engine.train.matrix import MatrixSpec
from engine.train.training import HeldOut, Trained
from engine.train.transforms import Fitted

MODEL, GOLDEN = "model.json", "golden.parquet"
GOLDEN_ROWS = 500
GOLDEN_PREFIX = "__cb_golden_"
"""Before the name of an answer, so that no input can have the same."""
FACTS = frozenset(
    ("component", "task", "target", "classes", "positive", "inputs", "metrics", "baseline", "importance", "warnings")
) | {"rows", "search", "spread", "threshold", "held_out"}
TIMED = {"search": {"trials": {"__all__": {"seconds", "answer_seconds"}}}}
"""What the clock said is for the run to tell: the same model has the same bytes, however long it took."""
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
    """Empty for a model without one."""
    target_type: str
    """Of what it answers."""
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
    held_out: HeldOut | None = None
    """How the rows were prepared that it held out within its training, where that mattered."""
    threshold: float | None = None
    """The probability from which on the positive class is said; None where the likeliest class is."""
    members: tuple[str, ...] = ()
    """The components of the models that it is made of."""
    takes_missing: bool | None = None
    """None in older files: as its component says."""
    rows: dict[str, int]
    libraries: dict[str, str]


@dataclass(frozen=True)
class Others:
    """What is kept with a model so that its slice can be replayed.

    Parameters
    ----------
    lookups
        The other sides of joins, by name.
    transformers
        Files of fitted scikit-learn transformers, by the name that they get among the model's.
    """

    lookups: Mapping[str, ir.Table]
    transformers: Mapping[str, Path]


def write_model(
    folder: Path,
    estimator: Model[Any],
    trained: Trained,
    serving: ServingSlice,
    rows: tuple[ir.Table, ir.Table],
    others: Others,
    backend: Backend,
) -> dict[str, Any]:
    """Write a model's files into a folder that already holds what it said of rows.

    Parameters
    ----------
    rows
        As they are at the origin, and as they arrive at the model.

    Returns
    -------
    dict
        The facts that the run shows and the registry keeps.
    """
    lookups = {name: table.select(list(visible(table.schema()))) for name, table in others.lookups.items()}
    origin, arrived = rows
    told = backend.read([path for name in trained.files if (path := folder / name).exists()])
    needed = needed_columns(serving, [feature.name for feature in trained.spec.features], lookups)
    model = ModelFile(
        component=estimator.spec.key,
        version=estimator.spec.version,
        params=estimator.params.model_dump(mode="json"),
        task=estimator.task,
        target=estimator.target,
        target_type=str(told[trained.answers[PREDICTION]].type()),
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
        held_out=trained.held_out,
        threshold=threshold_of(trained.estimator),
        members=trained.members,
        takes_missing=trained.takes_missing,
        rows=trained.rows,
        libraries=_libraries(estimator, trained.members),
    )
    (folder / MODEL).write_text(model.model_dump_json(exclude=TIMED))
    estimator.save(trained.estimator, folder / estimator.file)
    for name, table in lookups.items():
        backend.write(table, folder / f"{name}.parquet")
    for name, path in others.transformers.items():
        shutil.copyfile(path, folder / name)
    backend.write(_golden(origin, told, needed, trained.answers), folder / GOLDEN)
    said = backend.read([folder / trained.judged_on])
    backend.write(evidence(origin, arrived, said, trained.answers, estimator.target), folder / EVIDENCE)
    facts = json.loads(model.model_dump_json(include=set(FACTS)))
    frozen = [*(f"{name}.parquet" for name in lookups), *others.transformers]
    return {**facts, "files": [MODEL, estimator.file, GOLDEN, EVIDENCE, *frozen]}


def load_estimator(files: Mapping[str, Path], model: ModelFile) -> Any:
    """Load a saved estimator from its (already verified) file, allowing only the types that its components declare.

    Raises
    ------
    ServingError
        When the file holds anything else, or a library is missing.
    """
    kind, *members = (model_kind(key) for key in (model.component, *model.members))
    return _load(kind, files[kind.file], members)


def load_transformers(files: Mapping[str, Path], serving: ServingSlice) -> dict[str, Fitted]:
    """Load the fitted transformers of a slice, by node, from their (already verified) files.

    Raises
    ------
    ServingError
        As for an estimator.
    """
    return {
        step.node: Fitted(
            kind, _load(type(kind), files[transformer_file(step.node)]), MatrixSpec.model_validate(step.state)
        )
        for step, kind in transform_steps(serving)
    }


def takes_missing(model: ModelFile) -> bool:
    """Whether a model answers for rows with missing numbers."""
    known = model.takes_missing
    return model_kind(model.component).takes_missing if known is None else known


def model_kind(key: str) -> type[Model[Any]]:
    """What a model file says that it is."""
    kind = component(key)
    assert issubclass(kind, Model)  # noqa: S101  only model nodes write model files
    return kind


def _load(
    kind: type[Model[Any]] | type[MatrixTransform[Any]], path: Path, members: Sequence[type[Model[Any]]] = ()
) -> Any:
    from skops.io.exceptions import UntrustedTypesFoundException

    for library in _needed([kind, *members]):
        if not library.is_there:
            raise ServingError(f"This model needs {library.name}, which is not installed.", hint=f"{library.hint}.")
    try:
        if issubclass(kind, MatrixTransform):
            return kind.load(path)
        return kind.load(path, [trusted for member in members for trusted in member.trusted_types])
    except UntrustedTypesFoundException as error:
        raise ServingError(
            f"The model file holds a type that {kind.spec.key!r} may not: {error}", hint="Train the model again."
        ) from error


def _needed(kinds: Iterable[type[Component[Any]]]) -> tuple[Library, ...]:
    return tuple(dict.fromkeys(library for kind in kinds for library in kind.spec.requires))


def needed_columns(serving: ServingSlice, features: list[str], lookups: Mapping[str, ir.Table]) -> list[str]:
    """The origin's columns that the features are computed from."""
    others = {name: unbound(table.schema(), name) for name, table in lookups.items()}
    _, needed = stretches(serving, serving.origin_schema(), features, others.__getitem__)
    return [name for name in serving.columns if name in needed]


def _libraries(estimator: Model[Any], members: Iterable[str]) -> dict[str, str]:
    """The versions of what the model was made with."""
    used = dict.fromkeys((*estimator.libraries(), *_needed(model_kind(key) for key in members)))
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


def _golden(origin: ir.Table, told: ir.Table, needed: list[str], answers: Mapping[str, str]) -> ir.Table:
    """Rows as they come in, with what the model said of them: test rows first, always the same.

    A row that became several, by a join with several matches, has no one answer and is left out.
    """
    golden = {f"{GOLDEN_PREFIX}{name}": column for name, column in answers.items() if column in told.columns}
    single = told.group_by(ROW).aggregate(
        __cb_rows=told.count(),
        __cb_role=told[ROLE].min() if ROLE in told.columns else ibis.literal(""),
        **{name: told[column].arbitrary() for name, column in golden.items()},
    )
    single = single.filter(single["__cb_rows"] == 1)
    drawn = (single[ROW].cast("string") + "golden").hexdigest("md5")
    chosen = single.order_by([single[ROLE], drawn]).limit(GOLDEN_ROWS).select(ROW, *golden)
    joined = origin.select(ROW, *needed).inner_join(chosen, ROW).order_by(ROW)
    return joined.select(ROW, *needed, *golden)
