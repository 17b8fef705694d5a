"""Whether a small model can tell the rows of a window from those of the reference, and by which fields.

Fields that each look as before may still go together differently; a classifier sees that, where no test of one field
does. Where it cannot tell the sides apart its ROC AUC is 0.5. Source: Rabanser, Günnemann and Lipton, *Failing Loudly*
(2019); Lopez-Paz and Oquab, *Revisiting Classifier Two-Sample Tests* (2017).
"""

# ruff: noqa: S608  (names are quoted)

from collections.abc import Sequence
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from components.base import Predictions
from components.evaluate.metrics import measure
from components.evaluate.scores import score
from engine.backends.backend import Backend
from engine.monitor.fields import Watched

SAMPLE_ROWS = 2_000
"""Of each side."""
LEAST_ROWS = 200
FOLDS, TREES, DRAWS, SEED = 3, 40, 400, 7
LEVEL = 0.99
TELLS_APART = 0.55
"""From this lower end of the interval on, the sides are different enough to matter."""
MOST_FIELDS, MOST_CATEGORIES = 10, 200

Array = np.ndarray[Any, Any]


class Domain(BaseModel):
    """What the classifier found.

    Parameters
    ----------
    auc, low, high
        ROC AUC over rows that each fold's classifier had not seen, with its 99 % bootstrap interval.
    fields
        Field → by how much the AUC falls when its values are shuffled; what tells most first.
    """

    model_config = ConfigDict(frozen=True)

    auc: float
    low: float
    high: float
    rows: tuple[int, int]
    fields: tuple[tuple[str, float], ...]

    @property
    def tells_apart(self) -> bool:
        """Whether it can tell the sides apart, beyond chance and enough to matter."""
        return self.low >= TELLS_APART


def tell_apart(sides: tuple[ir.Table, ir.Table], fields: Sequence[Watched], backend: Backend) -> Domain | None:
    """Let a classifier try; None where there are too few rows or no field.

    Parameters
    ----------
    sides
        At most `SAMPLE_ROWS` rows each: the reference, and the window.
    """
    if not fields:
        return None
    read = [_read(side, fields, backend) for side in sides]
    if min(table.num_rows for table in read) < LEAST_ROWS:
        return None
    is_now = np.repeat([0, 1], [table.num_rows for table in read])
    matrix, is_category = _matrix(pa.concat_tables(read), fields)
    chance, drops = _cross_validated(matrix, is_now, is_category)
    found = Predictions("classification", is_now, is_now, np.column_stack([1 - chance, chance]), (0, 1), 1)
    auc = score(found, "roc_auc") or 0.5
    low, high = _interval(found, is_now)
    order = np.argsort(-drops, kind="stable")[:MOST_FIELDS]
    told = tuple((fields[at].name, round(float(drops[at]), 4)) for at in order if drops[at] > 0)
    return Domain(auc=auc, low=low, high=high, rows=(read[0].num_rows, read[1].num_rows), fields=told)


def _read(side: ir.Table, fields: Sequence[Watched], backend: Backend) -> pa.Table:
    named = ", ".join(f"{field.value} AS f{at}" for at, field in enumerate(fields))
    return backend.around(side, lambda sql: f"SELECT {named} FROM ({sql}) AS side")


def _matrix(table: pa.Table, fields: Sequence[Watched]) -> tuple[Array, Array]:
    """Numbers as they are, categories as the place in their order of frequency, missing as NaN."""
    columns = []
    for at, field in enumerate(fields):
        column = table.column(at)
        if field.is_number:
            columns.append(column.to_numpy().astype(np.float64))
            continue
        counted = sorted(column.drop_null().value_counts().to_pylist(), key=lambda one: (-one["counts"], one["values"]))
        place = {one["values"]: min(nth, MOST_CATEGORIES) for nth, one in enumerate(counted)}
        columns.append(np.array([place.get(value, np.nan) for value in column.to_pylist()], dtype=np.float64))
    return np.column_stack(columns), np.array([not field.is_number for field in fields])


def _cross_validated(matrix: Array, is_now: Array, is_category: Array) -> tuple[Array, Array]:
    """Each row's chance of being from the window, and how much the AUC falls without each field."""
    import sklearn.ensemble  # noqa: F401  what it loads must be there before it can be limited

    with threadpool_limits(1):  # so few rows are learned from in no time; threads would only wait for each other
        return _learned(matrix, is_now, is_category)


def _learned(matrix: Array, is_now: Array, is_category: Array) -> tuple[Array, Array]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold

    random = np.random.default_rng(SEED)
    chance, drops = np.zeros(len(is_now)), np.zeros((FOLDS, matrix.shape[1]))
    matrix = np.where(np.isinf(matrix), np.sign(matrix) * np.finfo(np.float32).max, matrix)
    # The same request may come again and again: a row must not be known from a fold in which it was learned.
    _, same = np.unique(np.nan_to_num(matrix, nan=np.inf), axis=0, return_inverse=True)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(matrix, is_now, same.ravel())
    for fold, (learned, held) in enumerate(folds):
        model = HistGradientBoostingClassifier(
            max_iter=TREES, max_leaf_nodes=15, min_samples_leaf=30, categorical_features=is_category, random_state=SEED
        ).fit(matrix[learned], is_now[learned])
        rows = matrix[held]
        chance[held] = model.predict_proba(rows)[:, 1]
        known = roc_auc_score(is_now[held], chance[held])
        for at in range(matrix.shape[1]):
            shuffled = rows.copy()
            shuffled[:, at] = random.permutation(shuffled[:, at])
            drops[fold, at] = known - roc_auc_score(is_now[held], model.predict_proba(shuffled)[:, 1])
    return chance, drops.mean(axis=0)


def _interval(found: Predictions, is_now: Array) -> tuple[float, float]:
    """A percentile bootstrap; both sides keep their size."""
    area, random = measure("roc_auc", found), np.random.default_rng(SEED)
    sides = [np.flatnonzero(is_now == side) for side in (0, 1)]
    drawn = [area(np.concatenate([random.choice(side, len(side)) for side in sides])) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
