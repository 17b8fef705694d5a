"""Intervals around predicted numbers that hold the truth as often as they say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from components.base import Predictions
from components.evaluate.outcomes import wilson
from components.evaluate.pictures import Plot, line, lines, listing, percent, short, thinned

LEVELS = (0.8, 0.9, 0.95)
SHOWN = 0.9
LEAST_ROWS = 40
"""Of fewer rows half would not do for an interval of 95 %."""
PARTS, LEAST_IN_PART = 5, 100
DOTS = 500

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Conformal:
    """Half widths of intervals, by the size of what is predicted.

    Parameters
    ----------
    borders : ndarray of shape (n_parts - 1,)
        Between predictions that have a half width of their own.
    widths
        Level → ndarray of shape (n_parts,).
    """

    borders: Floats
    widths: Mapping[float, Floats]

    def around(self, prediction: Any, level: float) -> tuple[Floats, Floats]:
        """The interval of each prediction.

        Parameters
        ----------
        level
            One of `widths`.
        """
        said = np.asarray(prediction, dtype=float)
        half = self.widths[level][np.searchsorted(self.borders, said, side="right")]
        return said - half, said + half

    def as_data(self) -> dict[str, Any]:
        """As JSON; `from_data` reads it."""
        return {
            "borders": self.borders.tolist(),
            "widths": {str(level): widths.tolist() for level, widths in self.widths.items()},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        widths = {float(level): np.array(widths, dtype=float) for level, widths in data["widths"].items()}
        return cls(np.array(data["borders"], dtype=float), widths)


def calibrated(truth: Any, prediction: Any, levels: tuple[float, ...] = LEVELS) -> Conformal:
    """Half widths from rows that the model has not learned from.

    A new row of the same kind lies within with at least the probability of the level, whatever the model is and however
    errors are distributed. Small and large predictions have half widths of their own where there are rows enough, so
    that intervals are wide only where the model is often wrong.

    Source: Lei, G'Sell, Rinaldo, Tibshirani & Wasserman, *Distribution-Free Predictive Inference for Regression*
    (2018); Vovk, Lindsay, Nouretdinov & Gammerman, *Mondrian Confidence Machine* (2003).
    """
    said = np.asarray(prediction, dtype=float)
    errors = np.abs(np.asarray(truth, dtype=float) - said)
    borders = _borders(said)
    parts = np.searchsorted(borders, said, side="right")
    widths = {
        level: np.array([_quantile(errors[parts == part], level) for part in range(len(borders) + 1)])
        for level in levels
    }
    return Conformal(borders, widths)


def prediction_intervals(p: Predictions, seed: int = 0) -> dict[str, Any]:
    """What intervals would be worth: learned from half of the rows, checked on the other; kept are those from all.

    Returns
    -------
    dict
        ``levels``, a list of ``level``, ``half_width`` (mean), ``coverage``, ``low`` and ``high`` (its 95 % interval);
        ``checked`` rows; ``rows``; and ``kept``, which `Conformal.from_data` reads. Empty for too few rows.
    """
    rows = len(p.truth)
    if p.task != "regression" or rows < LEAST_ROWS:
        return {}
    truth, said = np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)
    order = np.random.default_rng(seed).permutation(rows)
    learned, checked = order[: rows // 2], order[rows // 2 :]
    half, whole = calibrated(truth[learned], said[learned]), calibrated(truth, said)
    return {
        "rows": rows,
        "checked": len(checked),
        "levels": [_checked(half, whole, level, truth[checked], said[checked]) for level in LEVELS],
        "kept": whole.as_data(),
    }


def interval_plots(p: Predictions, found: Mapping[str, Any]) -> dict[str, Plot]:
    """What `prediction_intervals` found, drawn."""
    if not found:
        return {}
    return {"prediction_intervals": _band(p, found), "interval_coverage": _coverage(found)}


def _band(p: Predictions, found: Mapping[str, Any]) -> Plot:
    truth, said = np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)
    conformal = Conformal.from_data(found["kept"])
    ordered = np.sort(said)
    # Both sides of a border, so that the band steps instead of sloping.
    steps = np.concatenate([conformal.borders, np.nextafter(conformal.borders, -np.inf)])
    at = np.unique(np.concatenate([ordered[thinned(len(ordered))], steps]))
    low, high = conformal.around(at, SHOWN)
    dots = thinned(len(truth), DOTS)
    level = next(it for it in found["levels"] if it["level"] == SHOWN)
    read = (
        f"In the band, ± {short(level['half_width'])} on average, should lie {percent(SHOWN)} of new rows; of "
        f"{found['checked']:,} rows on which that was checked it held {percent(level['coverage'])}."
    )
    drawn = [line("prediction", at, at, low=low, high=high)]
    return lines("Prediction intervals", read, drawn, across="predicted", up="actual",
                 cloud=("test rows", said[dots], truth[dots]))  # fmt: skip


def _coverage(found: Mapping[str, Any]) -> Plot:
    off = [it for it in found["levels"] if it["high"] < it["level"]]
    promised = percent(off[0]["level"]) if off else ""
    read = (
        f"Intervals of {promised} hold fewer rows than they promise: these rows are not of one kind."
        if off
        else "Intervals hold as many rows as they promise, as far as so many rows can tell."
    )
    columns = ("level", "± on average", "held", "from", "to")
    rows = [
        (percent(it["level"]), short(it["half_width"]), *(percent(it[name]) for name in ("coverage", "low", "high")))
        for it in found["levels"]
    ]
    return listing("How often intervals hold the truth", read, columns, rows)


def _checked(half: Conformal, whole: Conformal, level: float, truth: Floats, said: Floats) -> dict[str, Any]:
    low, high = half.around(said, level)
    held = int(((truth >= low) & (truth <= high)).sum())
    least, most = wilson(held, len(truth))
    final_low, final_high = whole.around(said, level)
    return {
        "level": level,
        "half_width": float((final_high - final_low).mean() / 2),
        "coverage": held / len(truth),
        "low": float(least),
        "high": float(most),
    }


def _borders(said: Floats) -> Floats:
    parts = min(PARTS, len(said) // LEAST_IN_PART)
    if parts < 2:
        return np.empty(0)
    borders = np.unique(np.quantile(said, np.linspace(0, 1, parts + 1)[1:-1]))
    rows = np.bincount(np.searchsorted(borders, said, side="right"), minlength=len(borders) + 1)
    # Many equal predictions would leave a part with hardly any rows.
    return borders if rows.min() >= LEAST_IN_PART / 2 else np.empty(0)


def _quantile(errors: Floats, level: float) -> float:
    """The smallest error that so many rows, and a new one, stay below; the largest where there are too few."""
    place = math.ceil((len(errors) + 1) * level)
    return float(np.sort(errors)[min(place, len(errors)) - 1])
