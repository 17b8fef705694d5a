"""How far a metric could be off by the luck of which rows it was measured on."""

from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.scores import dummy
from components.evaluate.weighted import Metrics, Weighted, weightings

LEVEL = 0.95
MOST, LEAST = 1_000, 200
CELLS = 5_000_000
"""Rows times draws times curves: about a second's work. More rows get fewer draws."""
MOST_ROWS = 20_000
LEAST_ROWS = 20
"""Of fewer rows, draws say little."""


def intervals(p: Predictions, seed: int = 0) -> dict[str, Any]:
    """Percentile bootstrap intervals of every metric of some predictions, and of how much each beats the baseline.

    Both are measured on the same draws, so that what they have in common does not widen the difference.

    Source: Efron & Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13.

    Returns
    -------
    dict
        ``level``; ``resamples``; ``rows`` that were drawn from; ``of``, by metric ``[low, high]``; and ``gains``, by
        metric the same of its difference to a baseline, where it is known what the model learned from. Empty for too
        few rows.
    """
    rows = len(p.truth)
    if rows < LEAST_ROWS:
        return {}
    some = _spread(p)
    model, base = Weighted(some), Weighted(dummy(p.learned, some)) if _is_known(p) else None
    cells = len(some.truth) * (model.curves + (base.curves if base else 0))
    count = int(np.clip(CELLS // cells, LEAST, MOST))
    drawn = [
        (model.metrics(weights), base.metrics(weights) if base else {})
        for weights in weightings(len(some.truth), count, seed)
    ]
    own, others = ({name: np.concatenate([part[side][name] for part in drawn]) for name in drawn[0][side]}
                   for side in (0, 1))  # fmt: skip
    gains = {name: own[name] - others[name] for name in own if name in others}
    told = {"level": LEVEL, "resamples": count, "rows": len(some.truth), "of": _spans(own)}
    return {**told, "gains": _spans(gains)} if base else told


def _is_known(p: Predictions) -> bool:
    return p.learned is not None and len(p.learned) > 0


def _spread(p: Predictions) -> Predictions:
    from components.evaluate.metrics import part

    rows = len(p.truth)
    return p if rows <= MOST_ROWS else part(p, np.linspace(0, rows - 1, MOST_ROWS).round().astype(int))


def _spans(found: Metrics) -> dict[str, list[float]]:
    """Of metrics that almost every draw defines."""
    spans = {}
    for name, values in found.items():
        there = values[np.isfinite(values)]
        if len(there) >= 0.9 * len(values):
            low, high = np.quantile(there, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            spans[name] = [float(low), float(high)]
    return spans
