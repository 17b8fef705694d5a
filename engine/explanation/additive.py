"""Shapley values straight from the inside of a model, for trees and lines: exact, and quicker than asking."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa

from components.evaluate.shapley import TOLERANCE
from components.libraries import SHAP
from engine.explanation.origins import origins
from engine.explanation.outputs import numbers
from engine.serve.scorer import Scorer

Array = np.ndarray[Any, Any]
Spread = Callable[[Array], Array]
"""Takes a matrix of shape (n_rows, width); gives what each of its columns adds, (n_rows, width, n_outputs)."""

MOSTLY = 0.9
"""Trees are followed in single precision: a row at the edge of a split may go another way, and is asked about."""
MOST_WORK = 40_000_000
"""Nodes of trees × background rows: beyond it, asking is quicker."""


@dataclass(frozen=True)
class Inside:
    """A model whose own parts tell what columns add.

    Parameters
    ----------
    columns
        Original column → the parts of the matrix that are made from it.
    span
        How far apart answers for background rows are.
    """

    scorer: Scorer
    spread: Spread
    base: Array
    span: float
    columns: Mapping[str, Sequence[slice]]
    how: str

    def shares(self, rows: pa.Table) -> tuple[Array, Array]:
        """What each column adds, (n_rows, n_columns, n_outputs), and for which rows that sums to the answer."""
        values = self.spread(_dense(self.scorer, rows))
        summed = np.stack(
            [
                sum((values[:, place].sum(axis=1) for place in places), np.zeros_like(values[:, 0]))
                for places in self.columns.values()
            ],
            axis=1,
        )
        wanted = numbers(self.scorer, rows) - self.base
        off = np.abs(summed.sum(axis=1) - wanted).max(axis=1)
        return _closed(summed, wanted), off <= TOLERANCE * self.span


def inside(scorer: Scorer, background: pa.Table) -> Inside | None:
    """The inside of a model, where its sums are its answers and each feature comes from one column; else None."""
    made_from = origins(scorer.model)
    if made_from is None or any(len(found) > 1 for found in made_from.values()):
        return None
    columns: dict[str, list[slice]] = {field.name: [] for field in scorer.fields}
    for feature, place in scorer.model.matrix.slices():
        for name in made_from[feature.name]:
            columns[name].append(place)
    matrix = _dense(scorer, background)
    said = numbers(scorer, background)
    span = max(float(np.ptp(said)), float(np.finfo(float).eps))
    best, most = None, MOSTLY
    for how, spread in _candidates(scorer.estimator, matrix):
        found = Inside(scorer, spread, said.mean(axis=0), span, columns, how)
        share = _adds_up(found, background)
        if share == 1.0:
            return found
        if share >= most:
            best, most = found, share
    return best


def _closed(values: Array, wanted: Array) -> Array:
    """Rounding of single precision is shared out, so that sums are the answers."""
    sizes = np.abs(values)
    weights = np.maximum(sizes.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return np.asarray(values + (wanted - values.sum(axis=1))[:, None] * sizes / weights)


def _adds_up(found: Inside, background: pa.Table) -> float:
    """For which share of rows the sums are the answers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return float(found.shares(background)[1].mean())
        # An explainer may stumble anywhere over a model it was not written for; the model is asked then.
        except Exception:  # noqa: BLE001
            return 0.0


def _candidates(estimator: Any, matrix: Array) -> Iterator[tuple[str, Spread]]:
    if hasattr(estimator, "coef_"):
        yield "by its coefficients", _line(np.atleast_2d(estimator.coef_), matrix.mean(axis=0))
    if SHAP.is_there:
        for scale, is_raised in product(("raw", "probability"), (False, True)):
            spread = _trees(estimator, matrix, scale, is_raised=is_raised)
            if spread is not None:
                yield "by following its trees", spread


def _line(coefficients: Array, middle: Array) -> Spread:
    return lambda matrix: (matrix - middle)[:, :, None] * coefficients.T[None]


def _trees(estimator: Any, matrix: Array, scale: str, *, is_raised: bool) -> Spread | None:
    """SHAP's explainer; its thresholds raised by the rounding of single precision, where that is what keeps sums off.

    It compares in single precision: a value that is a threshold, which the model sends to the left, may go right.
    """
    import shap

    try:
        explainer = shap.TreeExplainer(estimator, matrix, feature_perturbation="interventional", model_output=scale)
    except Exception:  # noqa: BLE001  as above: what is no tree is asked
        return None
    if explainer.model.values.shape[0] * explainer.model.values.shape[1] * len(matrix) > MOST_WORK:
        return None

    if is_raised:
        borders = explainer.model.thresholds
        explainer.model.thresholds = np.nextafter(borders.astype(np.float32), np.float32(np.inf)).astype(borders.dtype)

    def spread(rows: Array) -> Array:
        found = np.asarray(explainer.shap_values(rows, check_additivity=False), dtype=float)
        if found.ndim == 3:
            return found
        is_binary = hasattr(estimator, "classes_")
        return np.stack([-found, found] if is_binary else [found], axis=2)

    return spread


def _dense(scorer: Scorer, rows: pa.Table) -> Array:
    matrix = scorer.matrix(scorer.features(rows))
    return matrix if isinstance(matrix, np.ndarray) else np.asarray(matrix.toarray())
