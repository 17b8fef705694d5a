"""The usual metrics of the same rows under many weightings at once: what a bootstrap asks for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from components.base import Predictions
from components.evaluate.positive import positive_class

Floats = npt.NDArray[np.float64]
Metrics = dict[str, Floats]

MOST_CURVES = 30
"""Of more classes, the areas under curves are not weighted: they would take seconds."""


class Weighted:
    """What `components.evaluate.scores` says of rows, each of which counts several times or not at all.

    What does not depend on the weights is worked out once: who is right, errors, the order of the chances.

    Parameters
    ----------
    p
        Of at least one row.
    """

    def __init__(self, p: Predictions) -> None:
        self._is_classes = p.task == "classification"
        if self._is_classes:
            self._matches = _Matches(p)
            self._chances = None if p.probabilities is None else _Chances(p)
        else:
            self._errors = _Errors(p)

    @property
    def curves(self) -> int:
        """How often the rows have to be put in order: what the work grows with."""
        return max(1, len(self._chances.curves)) if self._is_classes and self._chances else 1

    def metrics(self, weights: Floats) -> Metrics:
        """Every metric, and ``brier`` of two classes, for each column of the weights.

        Parameters
        ----------
        weights : ndarray of shape (n_rows, n_weightings)
            Whole numbers that add up to n_rows in each column.

        Returns
        -------
        dict
            Arrays of shape (n_weightings,); NaN where a metric is not defined.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            if not self._is_classes:
                return self._errors.metrics(weights)
            found = self._matches.metrics(weights)
            return found | (self._chances.metrics(weights) if self._chances else {})


class _Matches:
    """Which answers are right."""

    def __init__(self, p: Predictions) -> None:
        labels = {label: place for place, label in enumerate(dict.fromkeys([*p.classes, *p.truth, *p.prediction]))}
        truth, said = (np.array([labels[label] for label in values], dtype=int) for values in (p.truth, p.prediction))
        right = np.flatnonzero(truth == said)
        self._rows = len(truth)
        self._support, self._claims = _members(truth, len(labels)), _members(said, len(labels))
        self._hits = _members(truth[right], len(labels), right, len(truth))
        self._positive = labels[positive_class(p.classes, p.positive)] if len(p.classes) == 2 else None

    def metrics(self, weights: Floats) -> Metrics:
        support, claims, hits = (members @ weights for members in (self._support, self._claims, self._hits))
        recall = hits / support
        found = {"accuracy": hits.sum(axis=0) / self._rows, "balanced_accuracy": _mean(recall)}
        # Without an alarm there is no precision: scikit-learn counts it as 0.
        shares = {
            "precision": np.where(claims > 0, hits / claims, 0.0),
            "recall": np.where(support > 0, recall, 0.0),
            "f1": np.where(claims + support > 0, 2 * hits / (claims + support), 0.0),
        }
        if self._positive is not None:
            return found | {name: share[self._positive] for name, share in shares.items()}
        there = claims + support > 0
        return found | {name: _mean(np.where(there, share, np.nan)) for name, share in shares.items()}


class _Chances:
    """Areas under curves, and how far chances are from what happened."""

    def __init__(self, p: Predictions) -> None:
        truth, chances = np.asarray(p.truth), np.asarray(p.probabilities, dtype=float)
        is_class = np.column_stack([truth == label for label in p.classes])
        is_binary = len(p.classes) == 2
        asked = [list(p.classes).index(positive_class(p.classes, p.positive))] if is_binary else range(len(p.classes))
        self.curves = [_Curve(is_class[:, k], chances[:, k]) for k in asked] if len(asked) <= MOST_CURVES else []
        self._parts: dict[str, Floats] = {}
        if is_class.any(axis=1).all() and len(p.classes) > 1:
            self._parts["log_loss"] = -np.log(np.clip(chances[is_class], np.finfo(float).eps, 1))
        if is_binary:
            self._parts["brier"] = (chances[:, asked[0]] - is_class[:, asked[0]]) ** 2

    def metrics(self, weights: Floats) -> Metrics:
        areas = [curve.areas(weights) for curve in self.curves]
        found = {name: part @ weights / len(weights) for name, part in self._parts.items()}
        for place, name in enumerate(("roc_auc", "average_precision")):
            if areas:
                found[name] = _mean(np.stack([area[place] for area in areas]))
        return found


class _Curve:
    """One class against the rest."""

    def __init__(self, actual: npt.NDArray[np.bool_], chance: Floats) -> None:
        self._order = np.argsort(-chance, kind="stable")
        ordered = chance[self._order]
        self._starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        self._actual = actual[self._order].astype(float)[:, None]

    def areas(self, weights: Floats) -> tuple[Floats, Floats]:
        """Under the ROC curve, and the average precision; rows of the same chance count as one step."""
        ordered = weights[self._order]
        hits = np.add.reduceat(ordered * self._actual, self._starts, axis=0)
        alarms = np.add.reduceat(ordered, self._starts, axis=0)
        found, raised = np.cumsum(hits, axis=0), np.cumsum(alarms, axis=0)
        positives, rows = found[-1], raised[-1]
        pairs = ((alarms - hits) * (found - hits / 2)).sum(axis=0)
        precision = np.divide(found, raised, out=np.zeros_like(found), where=raised > 0)
        is_defined = (positives > 0) & (positives < rows)
        roc = np.where(is_defined, pairs / (positives * (rows - positives)), np.nan)
        return roc, np.where(is_defined, (hits * precision).sum(axis=0) / positives, np.nan)


class _Errors:
    """How far numbers are off."""

    def __init__(self, p: Predictions) -> None:
        truth, said = np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)
        error = np.abs(truth - said)
        self._order = np.argsort(error, kind="stable")
        self._sorted = error[self._order]
        self._truth = truth - truth.mean()
        self._parts = {"mae": error, "mse": error**2}
        if (truth != 0).all():
            self._parts["mape"] = error / np.maximum(np.abs(truth), np.finfo(float).eps)

    def metrics(self, weights: Floats) -> Metrics:
        rows = len(weights)
        found = {name: part @ weights / rows for name, part in self._parts.items()}
        mse = found.pop("mse")
        spread = self._truth**2 @ weights / rows - (self._truth @ weights / rows) ** 2
        return found | {
            "rmse": np.sqrt(mse),
            "r2": np.where(spread > 1e-12 * (self._truth**2).mean(), 1 - mse / spread, np.nan),
            "median_ae": self._median(weights),
        }

    def _median(self, weights: Floats) -> Floats:
        """The mean of the middle two, or the middle one."""
        passed, rows = np.cumsum(weights[self._order], axis=0), len(weights)
        low, high = ((passed > place).argmax(axis=0) for place in ((rows - 1) // 2, rows // 2))
        return np.asarray((self._sorted[low] + self._sorted[high]) / 2)


def weightings(rows: int, count: int, seed: int, most_cells: int = 1_000_000) -> Iterator[Floats]:
    """How often each row is drawn when as many are drawn with replacement: so many draws, some at a time.

    Yields
    ------
    ndarray of shape (rows, some)
    """
    generator = np.random.default_rng(seed)
    some = max(1, most_cells // rows)
    for first in range(0, count, some):
        width = min(some, count - first)
        drawn = generator.integers(0, rows, size=(rows, width)) * width + np.arange(width)
        yield np.bincount(drawn.ravel(), minlength=rows * width).reshape(rows, width).astype(float)


def _members(
    codes: npt.NDArray[np.int_], groups: int, places: npt.NDArray[np.intp] | None = None, rows: int | None = None
) -> Any:
    """Groups by rows, 1 where a row belongs to a group: a sparse matrix that adds up weights."""
    from scipy import sparse

    where = np.arange(len(codes)) if places is None else places
    shape = (groups, len(codes) if rows is None else rows)
    return sparse.csr_array((np.ones(len(codes)), (codes, where)), shape=shape)


def _mean(parts: Floats) -> Floats:
    """Over the classes, those without a value left out; NaN where none has one."""
    there = ~np.isnan(parts)
    return np.asarray(np.where(there, parts, 0.0).sum(axis=0) / there.sum(axis=0))
