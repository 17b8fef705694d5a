"""A model learned again from some of its train rows, on the matrix that all of them prepared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from components.base import Estimator, Predictions, Relearned
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.train.loading import load_rows
from engine.train.matrix import Matrix, MatrixSpec, check_size
from engine.train.order import ties
from engine.train.predict import truth
from engine.train.room import Room
from engine.train.target import Classes
from engine.train.training import answer, learn_again

MOST_TEST_ROWS = 20_000
MOST_SCORED = 20_000
"""Of the rows that it has learned from, so many are scored."""


@dataclass(frozen=True)
class Learned:
    """A model that was trained, and where its rows are.

    Parameters
    ----------
    table
        What it learned from.
    predictions
        What it said, with the test rows.
    """

    component: Estimator[Any]
    spec: MatrixSpec
    classes: Classes | None
    positive: Any
    table: ir.Table
    predictions: ir.Table


def relearned(model: Learned, backend: Backend, room: Room, most: int) -> Relearned:
    """A model that can be learned again.

    Parameters
    ----------
    most
        Train rows that are used; of more, so many are drawn, always the same ones.

    Raises
    ------
    LimitReached
        When their matrix does not fit.
    """
    component, classes, spec = model.component, model.classes, model.spec
    target, names = component.params.target, [feature.name for feature in spec.features]
    train = model.table.filter((model.table[ROLE] == "train") & model.table[target].notnull())
    test = model.predictions.filter((model.predictions[ROLE] == "test") & model.predictions[target].notnull())
    train_rows, test_rows = backend.rows(train), backend.rows(test)
    used, scored = min(train_rows, most), min(test_rows, MOST_TEST_ROWS)
    check_size(used + scored, spec, room.memory_mb)
    with room.take(spec.memory_mb(used + scored)):
        own = load_rows(component, _drawn(train, names, used, train_rows), spec, used, backend)
        held = load_rows(component, _drawn(test, names, scored, test_rows), spec, scored, backend)
    labels, true = truth(own.labels, classes), truth(held.labels, classes)
    known = true >= 0 if classes else np.ones(len(true), dtype=bool)
    matrix, tested, true = own.matrix, held.matrix[known], true[known]

    def learn(places: npt.NDArray[np.int64]) -> tuple[Predictions, Predictions]:
        beside = {name: values[places] for name, values in own.beside().items()}
        estimator = learn_again(component, matrix[places], labels[places], **beside)
        some = places[np.unique(np.linspace(0, len(places) - 1, min(len(places), MOST_SCORED)).round().astype(int))]
        return _said(estimator, matrix[some], labels[some], model), _said(estimator, tested, true, model)

    return Relearned(component.task, labels, learn, train_rows, len(true))


def _drawn(table: ir.Table, names: Sequence[str], count: int, rows: int) -> ir.Table:
    """Some rows, always the same ones."""
    if count >= rows:
        return table
    digest = (table[ROW].cast("string") + "relearned").hexdigest("md5")
    return table.order_by([digest, table[ROW], *ties(table, names)]).limit(count)


def _said(estimator: Any, matrix: Matrix, true: npt.NDArray[Any], model: Learned) -> Predictions:
    found, chances = answer(estimator, matrix, is_classification=model.classes is not None)
    if model.classes is None:
        return Predictions("regression", true, found)
    labels = np.array(model.classes.labels, dtype=object)
    return Predictions("classification", labels[true], labels[found], chances, model.classes.labels, model.positive)
