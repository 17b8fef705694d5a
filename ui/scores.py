"""A model's scores beside the baseline, the same wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.service.scores import better, main_metric
from ui.words import escaped, improvement, measured, metric, number, percent, signed

BASELINE = "The baseline is a dummy model that looks at no column: it always says the most frequent class, or the mean."

TILE = 220
"""Pixels that a tile needs for the longest name of a metric."""


def score_line(metrics: Mapping[str, float], baseline: Mapping[str, float]) -> str:
    """The main metric beside the baseline, in one line."""
    name = main_metric(metrics)
    if name is None:
        return "–"
    beside = f" · baseline {measured(name, baseline[name])}" if name in baseline else ""
    return f"{metric(name)} **{measured(name, metrics[name])}**{beside}"


def show_scores(
    metrics: Mapping[str, float],
    baseline: Mapping[str, float],
    intervals: Mapping[str, Any] | None = None,
    most: int = 8,
    *,
    explains: bool = True,
) -> None:
    """Tiles of metrics with their difference to the baseline and how far they are uncertain, the main one first."""
    first = main_metric(metrics)
    names = [name for name in (first, *(other for other in metrics if other != first)) if name][:most]
    with st.grid(4, min_column_width=TILE, gap="small"):
        for name in names:
            _tile(name, metrics[name], baseline.get(name), _span(intervals, name))
    told = [f"Scored on test rows, which the model has not seen. {BASELINE}"] if baseline and explains else []
    told += [about_intervals(intervals)] if intervals else []
    if told:
        st.caption(" ".join(told))


def about_intervals(intervals: Mapping[str, Any]) -> str:
    """Where they come from, in a sentence."""
    return (
        f"Ranges hold the middle {percent(intervals['level'])} of what {intervals['resamples']:,} random draws of the "
        f"same {intervals['rows']:,} rows gave (bootstrap)."
    )


def _span(intervals: Mapping[str, Any] | None, name: str) -> str | None:
    """The interval of a metric, as people write it."""
    found = ((intervals or {}).get("of") or {}).get(name)
    return f"{number(found[0])} to {number(found[1])}" if found else None


def _tile(name: str, value: float, base: float | None, span: str | None) -> None:
    wanted = better(name)
    told = f"{wanted.capitalize()} is better." if wanted else "It describes; neither more nor less is better."
    beside: dict[str, Any] = {}
    if base is not None:
        gain = improvement(name, value, base)
        beside = {
            "delta": signed(value - base),
            "delta_color": "gray" if gain == 0 else "green" if gain > 0 else "red",
            "delta_arrow": "off" if value == base else "up" if value > base else "down",
            "delta_description": f"baseline {measured(name, base)}",
        }
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(metric(name), measured(name, value), help=told, **beside)
        if span:  # on a line of its own: beside the name it would be cut
            st.caption(escaped(span))


def score_rows(
    metrics: Mapping[str, float], baseline: Mapping[str, float], intervals: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The same as a table."""
    return [
        {
            "Metric": metric(name),
            "Model": measured(name, value),
            **({"95 % interval": _span(intervals, name) or "–"} if intervals else {}),
            "Baseline": measured(name, baseline.get(name)),
            "Difference": signed(value - baseline[name]) if name in baseline else "–",
            "Better is": better(name) or "–",
        }
        for name, value in metrics.items()
    ]
