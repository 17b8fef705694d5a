"""How far predicted numbers are off, and where."""

from itertools import pairwise
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.pictures import Plot, bars, dots, short, thinned

SAMPLE = 500
MOST_BINS = 50
PARTS, LEAST_ROWS = 10, 5
"""Into how many equally large parts the truth is cut, and how many rows a part has at least."""

Array = np.ndarray[Any, Any]


def residual_plots(p: Predictions, bins: int) -> dict[str, Any]:
    """Every plot of predicted numbers, by name."""
    found: dict[str, Any] = {
        "residual_histogram": residual_histogram(p, bins),
        "predicted_against_actual": predicted_against_actual(p),
        "residuals_by_prediction": residuals_by_prediction(p),
    }
    by_quantile = error_by_quantile(p)
    return found | ({"error_by_quantile": by_quantile} if by_quantile else {})


def residual_histogram(p: Predictions, bins: int) -> dict[str, list[float]]:
    """How many rows have which residual (truth minus prediction); one more edge than counts."""
    truth, prediction = _numbers(p)
    residuals = truth - prediction
    counts, edges = np.histogram(residuals, bins=max(bins, min(_told_apart(residuals), MOST_BINS)))
    return {"counts": counts.tolist(), "edges": edges.tolist()}


def _told_apart(values: Array) -> int:
    """How many bars tell such values best (Freedman & Diaconis, 1981)."""
    low, first, third, high = np.quantile(values, [0, 0.25, 0.75, 1])
    width = 2 * (third - first) / len(values) ** (1 / 3)
    return int(min(np.ceil((high - low) / width), MOST_BINS)) if width > 0 else 1


def predicted_against_actual(p: Predictions) -> dict[str, list[float]]:
    """At most 500 rows, evenly taken."""
    truth, prediction = _numbers(p)
    kept = thinned(len(truth), SAMPLE)
    return {"actual": truth[kept].tolist(), "predicted": prediction[kept].tolist()}


def residuals_by_prediction(p: Predictions) -> Plot:
    """At most 500 rows, evenly taken."""
    truth, prediction = _numbers(p)
    kept = thinned(len(truth), SAMPLE)
    read = "Dots should lie alike above and below 0 everywhere; a bend or a funnel is what the model has not learned."
    up = "actual minus predicted"
    return dots(
        "Residuals by prediction", read, prediction[kept], (truth - prediction)[kept], across="predicted", up=up
    )


def error_by_quantile(p: Predictions) -> Plot | None:
    """The mean absolute error of rows with small and with large true values; None where they cannot be told apart."""
    truth, prediction = _numbers(p)
    edges = np.unique(np.quantile(truth, np.linspace(0, 1, min(PARTS, len(truth) // LEAST_ROWS) + 1)))
    if len(edges) < 3:
        return None
    places = np.clip(np.searchsorted(edges, truth, side="right") - 1, 0, len(edges) - 2)
    errors = [np.abs(truth - prediction)[places == place] for place in range(len(edges) - 1)]
    bias = [(prediction - truth)[places == place].mean() for place in range(len(edges) - 1)]
    means = np.array([part.mean() for part in errors])
    half = np.array([1.96 * part.std(ddof=1) / np.sqrt(len(part)) if len(part) > 1 else np.nan for part in errors])
    names = [f"{short(low)} to {short(high)}" for low, high in pairwise(edges)]
    worst = int(means.argmax())
    side = "too low" if bias[worst] < 0 else "too high"
    overall = float(np.abs(truth - prediction).mean())
    read = (
        f"Where the truth is {names[worst]}, the model is off by {short(means[worst])} on average, mostly {side}; over "
        f"all rows by {short(overall)}. Whiskers are 95 % intervals."
    )
    title = "Error by size of the true value"
    return bars(title, read, names, means, across="mean absolute error", low=np.maximum(means - half, 0),
                high=means + half)  # fmt: skip


def _numbers(p: Predictions) -> tuple[Array, Array]:
    return np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)
