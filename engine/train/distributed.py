"""Train where the rows are: what an engine's workers learn together from a matrix that one machine cannot hold."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from components.base import FEATURES, LABEL, MOST_CLASSES, Estimator
from components.ports import ROW
from components.prepare.packed import FIELD
from engine.backends.backend import Backend
from engine.train.fill import check_values
from engine.train.matrix import Feature, MatrixSpec
from engine.train.target import Classes, Prior, learn_classes, plain

MISSING = ibis.literal(float("nan"), "float32")


@dataclass(frozen=True)
class Answers:
    """The target of train rows that stay where they are.

    Parameters
    ----------
    label : column of numbers
        What is learned: positions of classes, or numbers.
    prior
        How many rows each class has; for a regression, the mean.
    classes
        Of a classification.
    """

    label: ir.NumericColumn
    prior: Prior
    classes: Classes | None = None


def count_answers(component: Estimator[Any], rows: ir.Table, backend: Backend) -> Answers:
    """Look at the target of train rows where it is known.

    Raises
    ------
    UnfitForTraining
        For a target that is no classification.
    """
    column = rows[component.params.target]
    if component.task == "regression":
        label = column.cast("float64")
        found = backend.row(rows.aggregate(mean=label.mean(), rows=rows.count()))
        return Answers(label, Prior(np.array([found["mean"]]), np.array([found["rows"]])))
    counted = rows.group_by(value=column).aggregate(rows=rows.count()).limit(MOST_CLASSES + 1)
    found = backend.collect(counted)
    classes = learn_classes(plain(found.column("value")), component.params.target)
    places = classes.encode(plain(found.column("value")))
    cases = zip(found.column("value").to_pylist(), places.tolist(), strict=True)
    label = column.cases(*((ibis.literal(value, column.type()), place) for value, place in cases)).cast("float64")
    labels = np.array(classes.labels, dtype=object)[places]
    return Answers(label, Prior(labels, found.column("rows").to_numpy()), classes)


def fit_distributed(
    component: Estimator[Any], rows: ir.Table, spec: MatrixSpec, answers: Answers, backend: Backend
) -> Any:
    """The estimator that `Estimator.fit` would give, learned by the workers of the backend's cluster.

    Raises
    ------
    ComponentError
        When the installed library cannot learn there.
    UnfitForTraining
        For values that the model cannot take.
    """
    cluster = backend.cluster
    assert cluster is not None  # noqa: S101  the caller has looked
    workers = cluster.workers()
    learn = component.distributed(workers, connect=cluster.connect)
    _check_values(component, rows, spec, backend)
    table = rows.select(rows[ROW], answers.label.name(LABEL), vector(rows, spec).name(FEATURES))
    with cluster.spread(table, [ROW, LABEL, FEATURES], workers) as frame:
        return learn(frame)


def vector(rows: ir.Table, spec: MatrixSpec) -> ir.ArrayColumn:
    """A row of the matrix in each row: NaN where a number is missing, zeros and ones for a one-hot column."""
    parts = []
    for is_one_hot, features in groupby(spec.features, lambda feature: feature.kind == "one_hot"):
        if is_one_hot:
            parts += [_expanded(rows, feature) for feature in features if feature.categories]
        else:
            parts.append(ibis.array([rows[f.name].cast("float32").fill_null(MISSING) for f in features]))
    return parts[0].concat(*parts[1:]) if len(parts) > 1 else parts[0]


def _expanded(rows: ir.Table, feature: Feature) -> ir.ArrayColumn:
    chosen = rows[feature.name][FIELD]
    return ibis.array(list(feature.categories)).map(lambda one: (one == chosen).fill_null(False).cast("float32"))


def _check_values(component: Estimator[Any], rows: ir.Table, spec: MatrixSpec, backend: Backend) -> None:
    """What filling a matrix would look at, counted by the engine."""
    names = [feature.name for feature in spec.features if feature.kind != "one_hot"]
    if not names:
        return
    numbers = {name: rows[name].cast("float32") for name in names}
    missing = {f"m{i}": (numbers[name].isnull() | numbers[name].isnan()).sum() for i, name in enumerate(names)}
    infinite = {f"i{i}": numbers[name].isinf().sum() for i, name in enumerate(names)}
    found = backend.row(rows.aggregate(**missing, **infinite))
    counts = ({name: int(found[f"{kind}{i}"] or 0) for i, name in enumerate(names)} for kind in "mi")
    check_values(*counts, takes_missing=component.takes_missing)
