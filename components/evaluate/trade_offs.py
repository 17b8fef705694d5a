"""What every threshold brings, small enough to be weighed on a screen by any costs."""

from typing import Any

import numpy as np
import numpy.typing as npt

from components.base import Predictions
from components.evaluate.outcomes import Outcomes, outcomes
from components.evaluate.pictures import thinned
from components.evaluate.plots import most_frequent
from components.evaluate.scores import positive
from components.evaluate.thresholds import Counted, counted

POINTS = 150


def trade_offs(p: Predictions) -> list[dict[str, Any]]:
    """For each class against the rest, false alarms and misses by threshold; of two classes, the positive one first.

    Whatever a false alarm, a miss and a hit cost, the cheapest threshold lies at a corner of the convex hull of the ROC
    curve; every corner is kept, so that the best threshold is exact although not every threshold is.

    Source: Provost & Fawcett, *Robust Classification for Imprecise Environments* (2001).

    Returns
    -------
    list of dict
        ``label``, ``positives``, ``negatives``, and lists of the same length, by falling threshold: ``threshold``
        (an alarm from this chance on), ``false_alarms``, ``misses``. Classes that no row, or every row, has are left
        out.
    """
    if p.probabilities is None or len(p.classes) < 2:
        return []
    labels = [positive(p), *(it for it in p.classes if it != positive(p))] if len(p.classes) == 2 else most_frequent(p)
    found = [outcomes(p, label) for label in labels]
    return [_told(one) for one in found if 0 < one.actual.sum() < len(one.actual)]


def _told(one: Outcomes) -> dict[str, Any]:
    every = counted(one.actual, one.chance)
    kept = np.union1d(thinned(len(every.thresholds), POINTS), _corners(every))
    return {
        "label": str(one.label),
        "positives": every.positives,
        "negatives": every.negatives,
        "threshold": [float(f"{value:.9g}") for value in _borders(every)[kept]],
        "false_alarms": every.false_alarms[kept].tolist(),
        "misses": every.misses[kept].tolist(),
    }


def _borders(every: Counted) -> npt.NDArray[np.float64]:
    """Thresholds half-way to the next lower chance, where a new row falls on the side of the nearer one.

    The first is above every chance; where one is 1, above 1.
    """
    top = every.thresholds[1]
    chances = np.concatenate([[1.0 if top < 1 else 1.0 + 1e-6], every.thresholds[1:], [0.0]])
    middles = (chances[:-1] + chances[1:]) / 2
    return np.asarray(np.where(chances[:-1] > 1, chances[:-1], middles))


def _corners(every: Counted) -> npt.NDArray[np.int_]:
    """Where the upper convex hull of hits by false alarms turns (Andrew's monotone chain)."""
    points = list(zip(every.false_alarms.tolist(), every.hits.tolist(), strict=True))
    hull: list[int] = []
    for place, point in enumerate(points):
        while len(hull) > 1 and _turns_left(points[hull[-2]], points[hull[-1]], point):
            hull.pop()
        hull.append(place)
    return np.array(hull, dtype=int)


def _turns_left(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) >= 0
