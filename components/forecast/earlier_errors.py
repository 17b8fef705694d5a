"""Intervals of forecasts from how far those of earlier windows were off."""

import math
from collections.abc import Sequence
from typing import Any


def half_widths(errors: Any, scale: Any, unknown: Sequence[int], level: float) -> Any:
    """Half widths of intervals, from nothing but errors that were known when each forecast was made.

    Split conformal prediction: a true value lies within the interval with at least the probability of the level, if the
    errors to come are like those before. Each step ahead goes by its own errors, of all series in shares of their
    scale; where there are too few for the level, by those of every step. NaN where these are too few as well, as in
    the first window.

    Source: Lei, G'Sell, Rinaldo, Tibshirani & Wasserman, *Distribution-Free Predictive Inference for Regression*
    (2018); Stankevičiūtė, Alaa & van der Schaar, *Conformal Time-Series Forecasting* (2021).

    Parameters
    ----------
    errors : ndarray of shape (n_windows, n_series, horizon)
        Absolute errors of one method.
    scale : ndarray of the same shape
        What an error counts in; NaN where a series has none.
    unknown
        How many of the last values are unknown in each window, the earliest window first.

    Returns
    -------
    ndarray of the same shape
    """
    import numpy as np

    unit = np.where(np.isfinite(scale), scale, 1.0)
    shares, steps = errors / unit, np.arange(1, errors.shape[-1] + 1)
    widths = np.full(errors.shape, np.nan)
    for window in range(1, len(unknown)):
        # What an earlier window forecast is known by now up to the step at which this one begins.
        by_step: list[Any] = [[] for _ in steps]
        for earlier in range(window):
            for place in np.flatnonzero(steps <= unknown[earlier] - unknown[window]).tolist():
                by_step[place].append(shares[earlier, :, place])
        everything = _quantile([part for parts in by_step for part in parts], level)
        for place, parts in enumerate(by_step):
            own = _quantile(parts, level)
            widths[window, :, place] = everything if math.isnan(own) else own
    return widths * unit


def _quantile(parts: Sequence[Any], level: float) -> float:
    """The error that so many, and a new one, stay below; NaN where there are too few to say."""
    import numpy as np

    errors = np.sort(np.concatenate(parts)) if parts else np.empty(0)
    place = math.ceil((len(errors) + 1) * level - 1e-9)  # 0.9 of 10 is 9, whatever the computer makes of 0.9
    return float(errors[place - 1]) if place <= len(errors) else float("nan")
