"""How far predicted chances are from what happened."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from components.base import FIGURES, Predictions, Report
from components.evaluate.outcomes import Array, outcomes, wilson
from components.evaluate.pictures import Plot, bars, line, lines, percent, plain

MOST_CLASSES = 10


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


def binned(p: Predictions, bins: int, strategy: str, label: Any = None) -> Bins:
    """Rows put together by their chance, as `sklearn.calibration.calibration_curve` does."""
    found = outcomes(p, label)
    edges = np.linspace(0, 1, bins + 1)
    edges = np.percentile(found.chance, edges * 100) if strategy == "quantile" else edges
    places = np.searchsorted(edges[1:-1], found.chance)
    rows = np.bincount(places, minlength=bins)
    there = rows > 0
    mean = [np.bincount(places, weights=w, minlength=bins)[there] / rows[there] for w in (found.chance, found.actual)]
    brier = float(np.mean((found.chance - found.actual) ** 2))
    borders = np.column_stack([edges[:-1], edges[1:]])[there]
    return Bins(found.label, borders, mean[0], mean[1], rows[there], brier)


def _curve(found: list[Bins]) -> Plot:
    first = found[0]
    low, high = wilson(first.actual * first.rows, first.rows)
    drawn = [line("well calibrated", [0, 1], [0, 1], style="dotted")]
    drawn.append(line(str(first.label), first.predicted, first.actual, low=low, high=high))
    drawn += [line(str(each.label), each.predicted, each.actual, style="other") for each in found[1:]]
    worst = int(first.gaps.argmax())
    where = f"where the model says {percent(first.predicted[worst])}, it is {percent(first.actual[worst])}"
    read = (
        f"Chances of {first.label!r} are {100 * first.mean_gap:.1f} percentage points away from what happened, on "
        f"average; {where}. "
        "Below the dotted line the model promises too much, above it too little."
    )
    return lines("Calibration", read, drawn, across="predicted chance", up="actual share")


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
