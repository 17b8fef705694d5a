"""What a report says a model is worth, in a sentence."""

from collections.abc import Mapping
from typing import Any

from components.evaluate.metrics import words
from components.evaluate.pictures import short
from engine.service.scores import better, main_metric


def in_words(report: Mapping[str, Any]) -> str:
    """Whether a model beats knowing nothing by more than chance; empty where that is not known."""
    intervals, metrics, baseline = (report.get(name) or {} for name in ("intervals", "metrics", "baseline"))
    gains = intervals.get("gains") or {}
    name = main_metric({it: value for it, value in metrics.items() if it in gains and it in baseline})
    if name is None or name not in gains:
        return ""
    low, high = _towards_better(name, gains[name])
    span = intervals["of"].get(name)
    beside = f" ({short(span[0])} to {short(span[1])})" if span else ""
    told = f"{words(name)[:1].upper()}{words(name)[1:]} is {short(metrics[name])}{beside}"
    nearly = baseline[name] if better(name) == "lower" else round(baseline[name], 3) + 0.0  # no minus before a nought
    told += f", that of the baseline {short(nearly)}"
    if low > 0:
        return f"The model is better than the baseline, and by more than chance: {told}."
    if high < 0:
        return f"The model is worse than the baseline, and by more than chance: {told}. Look at its features first."
    return f"Whether the model is better than the baseline these rows cannot tell: {told}. More test rows would."


def _towards_better(name: str, gain: list[float]) -> tuple[float, float]:
    low, high = gain
    return (-high, -low) if better(name) == "lower" else (low, high)
