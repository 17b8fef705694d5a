"""How surely the rates of groups are known, and whether their differences may be chance.

Intervals: 95 % of bootstrap draws of each group's rows (Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993).
Chance: how often groups that are dealt out anew lie as far apart (a permutation test); rates among the rows that have
the class, or have it not, are dealt out among these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.outcomes import outcomes

Array = np.ndarray[Any, Any]

DRAWS = 1_000
INTERVAL = (2.5, 97.5)
SEED = 7
RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy", "base_rate")
ERRORS = ("mean_prediction", "mean_error", "mean_absolute_error")
_CELLS = np.array([[a, s, r] for a in (0, 1) for s in (0, 1) for r in (0, 1)], dtype=bool)
"""What a row can be: has the class, is said to have it, is answered rightly."""


@dataclass(frozen=True)
class Sureness:
    """Intervals and chances of the rates of groups.

    Parameters
    ----------
    intervals
        Group → rate → the ends of its 95 % interval; without those that the group has not.
    chances
        Measure → the share of random groupings that lie as far apart.
    """

    intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    chances: Mapping[str, float]


def sureness(p: Predictions, names: Array, compared: Sequence[str], positive: Any = None) -> Sureness:
    """Bootstrap intervals for all groups, and chances of the differences between those that are compared.

    Parameters
    ----------
    names
        The group of each row.
    compared
        Groups that are large enough.
    """
    rng = np.random.default_rng(SEED)
    groups = sorted(set(names.tolist()))
    if p.task == "classification":
        cells = _cells(p, positive)
        counts = {group: np.bincount(cells[names == group], minlength=len(_CELLS)) for group in groups}
        intervals = {group: _of_counts(found, rng) for group, found in counts.items()}
        chances = _rate_chances(np.array([counts[group] for group in compared]), rng) if len(compared) > 1 else {}
        return Sureness(intervals, chances)
    truth, said = np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)
    intervals = {group: _of_errors(truth[names == group], said[names == group], rng) for group in groups}
    inside = np.isin(names, list(compared))
    chances = _error_chances((said - truth)[inside], names[inside], rng) if len(compared) > 1 else {}
    return Sureness(intervals, chances)


def _cells(p: Predictions, positive: Any) -> Array:
    seen = outcomes(p, positive)
    right = np.asarray(p.truth) == np.asarray(p.prediction)
    return np.asarray(4 * seen.actual.astype(int) + 2 * seen.said.astype(int) + right.astype(int))


def _of_counts(counts: Array, rng: Any) -> dict[str, tuple[float, float]]:
    drawn = rng.multinomial(counts.sum(), counts / counts.sum(), size=DRAWS)
    return {name: ends for name, values in _rates(drawn).items() if (ends := _ends(values)) is not None}


def _rates(counts: Array) -> dict[str, Array]:
    """The rates of counts of shape (…, n_cells); NaN where there is nothing to have a rate of."""
    actual, said, right = _CELLS.T

    def share(part: Array, whole: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(counts[..., part].sum(axis=-1) / counts[..., whole].sum(axis=-1))

    every = np.ones(len(_CELLS), dtype=bool)
    return {
        "selection_rate": share(said, every),
        "true_positive_rate": share(said & actual, actual),
        "false_positive_rate": share(said & ~actual, ~actual),
        "precision": share(said & actual, said),
        "accuracy": share(right, every),
        "base_rate": share(actual, every),
    }


def _rate_chances(counts: Array, rng: Any) -> dict[str, float]:
    """For each measure of parity, how often random groups of the same sizes are as far apart."""
    actual, said, _ = _CELLS.T
    every = np.ones(len(_CELLS), dtype=bool)
    parity = _dealt(counts[:, said].sum(axis=1), counts[:, every].sum(axis=1), rng)
    opportunity = _dealt(counts[:, said & actual].sum(axis=1), counts[:, actual].sum(axis=1), rng)
    alarms = _dealt(counts[:, said & ~actual].sum(axis=1), counts[:, ~actual].sum(axis=1), rng)
    seen = max(opportunity[0], alarms[0])
    odds = float((np.maximum(opportunity[1], alarms[1]) >= seen - 1e-12).mean())
    return {
        "demographic_parity_difference": _chance(*parity),
        "demographic_parity_ratio": _chance(*parity),
        "equal_opportunity_difference": _chance(*opportunity),
        "equalized_odds_difference": (odds * DRAWS + 1) / (DRAWS + 1),
    }


def _dealt(hits: Array, sizes: Array, rng: Any) -> tuple[float, Array]:
    """How far apart the shares of hits are, and how far they are when hits are dealt out to the groups by chance."""
    there = sizes > 0
    hits, sizes = hits[there], sizes[there]
    if len(sizes) < 2:
        return 0.0, np.zeros(DRAWS)
    drawn = rng.multivariate_hypergeometric(sizes, int(hits.sum()), size=DRAWS, method="marginals")
    return float(np.ptp(hits / sizes)), np.ptp(drawn / sizes, axis=1)


def _chance(seen: float, dealt: Array) -> float:
    return float(((dealt >= seen - 1e-12).sum() + 1) / (len(dealt) + 1))


def _of_errors(truth: Array, said: Array, rng: Any) -> dict[str, tuple[float, float]]:
    error = said - truth
    places = rng.integers(0, len(error), size=(DRAWS, len(error))) if len(error) <= 2_000 else None
    found = {}
    for name, values in zip(ERRORS, (said, error, np.abs(error)), strict=True):
        # The mean of very many rows is normal: drawing them would take long and tell the same.
        means = values[places].mean(axis=1) if places is not None else _normal(values, rng)
        ends = _ends(means)
        if ends is not None:
            found[name] = ends
    return found


def _normal(values: Array, rng: Any) -> Array:
    return np.asarray(rng.normal(values.mean(), values.std() / np.sqrt(len(values)), DRAWS))


def _error_chances(error: Array, names: Array, rng: Any) -> dict[str, float]:
    _, groups = np.unique(names, return_inverse=True)
    sizes = np.bincount(groups)

    def apart(dealt: Array) -> float:
        return float(np.ptp(np.bincount(groups, weights=dealt) / sizes))

    dealt = np.array([apart(rng.permutation(error)) for _ in range(DRAWS // 5)])
    return {"mean_error_difference": _chance(apart(error), dealt)}


def _ends(values: Array) -> tuple[float, float] | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.percentile(known, INTERVAL)
    return float(low), float(high)
