"""Two outcomes: the class that is looked for, and everything else."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from components.base import Predictions
from components.errors import UnfitData
from components.evaluate.positive import positive_class

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Outcomes:
    """Predictions seen as alarms.

    Parameters
    ----------
    label : the class that is looked for
    actual : ndarray of bool, shape (n_rows,)
    said : ndarray of bool, shape (n_rows,)
    chance : ndarray of shape (n_rows,)
        The probability of the class.
    """

    label: Any
    actual: Array
    said: Array
    chance: Array


def outcomes(p: Predictions, wanted: Any = None) -> Outcomes:
    """Predictions as those of one class against the rest.

    Parameters
    ----------
    wanted
        The class; None for the positive one of two.

    Raises
    ------
    UnfitData
        When there is no such class, or none was named among several.
    """
    label = _label(p, wanted)
    chance = np.asarray(p.probabilities, dtype=float)[:, list(p.classes).index(label)]
    return Outcomes(label, np.asarray(p.truth) == label, np.asarray(p.prediction) == label, chance)


def _label(p: Predictions, wanted: Any) -> Any:
    if wanted is None and len(p.classes) > 2:
        listed = ", ".join(map(str, p.classes[:10]))
        raise UnfitData(
            f"The model knows {len(p.classes)} classes: {listed}.",
            hint="Name the one to look for under 'positive'; the others count as the rest.",
            field="positive",
        )
    try:
        return positive_class(p.classes, p.positive if wanted is None else wanted)
    except ValueError as error:
        raise UnfitData(str(error), hint="Choose one of these.", field="positive") from error


def wilson(hits: Any, rows: Any) -> tuple[Array, Array]:
    """The 95 % interval of a share, also near 0 and 1; NaN where there are no rows.

    Source: Wilson, *Probable Inference, the Law of Succession, and Statistical Inference* (1927).
    """
    hits, rows = np.asarray(hits, dtype=float), np.asarray(rows, dtype=float)
    z = 1.959963984540054
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / rows
        middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
        half = z * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2)) / (1 + z**2 / rows)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
