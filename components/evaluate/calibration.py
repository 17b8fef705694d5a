"""How far predicted chances are from what happened."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from components.base import FIGURES, Predictions, Report
from components.evaluate.outcomes import Array, outcomes, wilson
from components.evaluate.pictures import Plot, bars, line, lines, percent, plain, short

MOST_CLASSES = 10
ANSWER = "the predicted class"


@dataclass(frozen=True)
class Bins:
    """The bins that have rows, for one class."""

    label: Any
    edges: Array
    predicted: Array
    actual: Array
    rows: Array
    brier: float

    @property
    def gaps(self) -> Array:
        return np.asarray(np.abs(self.predicted - self.actual))

    @property
    def mean_gap(self) -> float:
        """The expected calibration error: gaps weighed by rows."""
        return float((self.gaps * self.rows).sum() / self.rows.sum())


def calibration(p: Predictions, bins: int, strategy: str, positive: Any) -> Report:
    """The report of the calibration curve."""
    labels = [positive] if positive is not None or len(p.classes) == 2 else list(p.classes[:MOST_CLASSES])
    found = [binned(p, bins, strategy, label) for label in labels]
    metrics = {
        "brier": float(np.mean([each.brier for each in found])),
        "calibration_error": float(np.mean([each.mean_gap for each in found])),
        "largest_calibration_error": float(max(each.gaps.max() for each in found)),
    }
    notes = []
    if len(p.classes) > MOST_CLASSES and positive is None:
        notes.append(f"Shown are {MOST_CLASSES} of {len(p.classes)} classes; name one under 'positive' to see another.")
    return {
        "task": p.task,
        "rows": len(p.truth),
        "metrics": metrics,
        "plots": {"calibration": _curve(found), "predicted_chances": _spread(found[0], len(p.truth))},
        "notes": notes,
        FIGURES: [row for each in found for row in _rows(each)],
    }


def calibration_plots(p: Predictions, bins: int) -> dict[str, Plot]:
    """The curve and how sure the model is: of the positive class of two, or of whatever it answers among several.

    Source: Guo, Pleiss, Sun & Weinberger, *On Calibration of Modern Neural Networks* (2017), for several classes.
    """
    if len(p.classes) < 2:
        return {}
    if len(p.classes) == 2:
        found = binned(p, bins, "uniform")
    else:
        chance = np.asarray(p.probabilities, dtype=float).max(axis=1)
        found = _binned(ANSWER, np.asarray(p.truth) == np.asarray(p.prediction), chance, bins, "uniform")
    return {"calibration_curve": _curve([found]), "predicted_chances": _spread(found, len(p.truth))}


def binned(p: Predictions, bins: int, strategy: str, label: Any = None) -> Bins:
    """Rows put together by their chance, as `sklearn.calibration.calibration_curve` does."""
    found = outcomes(p, label)
    return _binned(found.label, found.actual, found.chance, bins, strategy)


def _binned(label: Any, actual: Array, chance: Array, bins: int, strategy: str) -> Bins:
    edges = np.linspace(0, 1, bins + 1)
    edges = np.percentile(chance, edges * 100) if strategy == "quantile" else edges
    places = np.searchsorted(edges[1:-1], chance)
    rows = np.bincount(places, minlength=bins)
    there = rows > 0
    mean = [np.bincount(places, weights=w, minlength=bins)[there] / rows[there] for w in (chance, actual)]
    brier = float(np.mean((chance - actual) ** 2))
    borders = np.column_stack([edges[:-1], edges[1:]])[there]
    return Bins(label, borders, mean[0], mean[1], rows[there], brier)


def _curve(found: list[Bins]) -> Plot:
    first = found[0]
    low, high = wilson(first.actual * first.rows, first.rows)
    drawn = [line("well calibrated", [0, 1], [0, 1], style="dotted")]
    drawn.append(line(str(first.label), first.predicted, first.actual, low=low, high=high))
    drawn += [line(str(each.label), each.predicted, each.actual, style="other") for each in found[1:]]
    worst = int(first.gaps.argmax())
    where = f"where the model says {percent(first.predicted[worst])}, it is {percent(first.actual[worst])}"
    read = (
        f"Chances of {_told(first.label)} are {100 * first.mean_gap:.1f} percentage points away from what happened, on "
        f"average, Brier score {short(first.brier)}; {where}. "
        "Below the dotted line the model promises too much, above it too little."
    )
    return lines("Calibration", read, drawn, across="predicted chance", up="actual share")


def _told(label: Any) -> str:
    return ANSWER if label == ANSWER else repr(label)


def _spread(found: Bins, rows: int) -> Plot:
    names = [f"{low:.2f} to {high:.2f}" for low, high in found.edges]
    outer = int(found.rows[[0, -1]].sum()) if len(found.rows) > 1 else int(found.rows[0])
    read = f"The outermost bars hold {percent(outer / rows)} of the rows: those the model is surest about."
    return bars("Predicted chances", read, names, found.rows, across="rows")


def _rows(found: Bins) -> list[dict[str, Any]]:
    low, high = wilson(found.actual * found.rows, found.rows)
    columns = (found.edges[:, 0], found.edges[:, 1], found.predicted, found.actual, low, high, found.rows)
    names = ("from", "to", "predicted", "actual", "low", "high", "rows")
    return [
        {"class": str(found.label), **dict(zip(names, row, strict=True))}
        for row in zip(*map(plain, columns), strict=True)
    ]
