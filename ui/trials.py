"""What was tried to find a model: a chart and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from engine.service.scores import LOWER_IS_BETTER
from ui import charts
from ui.words import metric, number

Trial = Mapping[str, Any]


def show_trials(search: Mapping[str, Any], key: str) -> None:
    """How the trials of a search went, the best one named."""
    st.subheader("Trials", anchor=False)
    trials: Sequence[Trial] = search["trials"]
    _chart(search, key)
    order = sorted(range(len(trials)), key=lambda place: _rank(search, trials[place]))
    table = pd.DataFrame([_row(place, trials[place], search) for place in order])
    st.dataframe(table, hide_index=True, alt=f"{count(len(trials), 'trial')}, the best first", key=f"{key}_table")
    better = "lower" if search["metric"] in LOWER_IS_BETTER else "higher"
    st.caption(
        f"{metric(search['metric'])} is the mean over train rows that were held out in turn, ± its standard deviation; "
        f"{better} is better. The search ended because {search['ended']}."
    )


def _chart(search: Mapping[str, Any], key: str) -> None:
    import plotly.graph_objects as go

    scored = [(place + 1, trial) for place, trial in enumerate(search["trials"]) if trial["score"] is not None]
    if not scored:
        return
    dots = go.Scatter(
        x=[place for place, _ in scored],
        y=[trial["score"] for _, trial in scored],
        error_y={"type": "data", "array": [trial["spread"] for _, trial in scored], "thickness": 1},
        mode="markers",
        marker={"color": charts.blue(), "size": 7, "symbol": [_symbol(trial) for _, trial in scored]},
        text=[f"{trial['model']}<br>{settings(trial)}" for _, trial in scored],
        hovertemplate="%{text}<br>%{y:.4g}<extra></extra>",
    )
    figure = go.Figure(dots).update_xaxes(title="trial").update_yaxes(title=metric(search["metric"]))
    best = search["best"]
    sentence = f"{count(len(scored), 'trial')} scored; open circles were given up early."
    if best is not None:
        trial = search["trials"][best]
        figure.add_hline(trial["score"], line={"dash": "dot", "color": charts.ORANGE})
        found = f"{trial['model']} with {settings(trial)}: {number(trial['score'])}"
        sentence = f"Trial {best + 1} was best, {found}, the dotted line; open circles were given up early."
    charts.show(figure, sentence, f"{key}_chart")


def _symbol(trial: Trial) -> str:
    return "circle-open" if trial["note"] else "circle"


def _rank(search: Mapping[str, Any], trial: Trial) -> tuple[bool, int, float]:
    """Whole trials first, those on more rows before others, then the best."""
    if trial["score"] is None or trial["note"]:
        return (True, 0, 0.0)
    return (False, -trial["rows"], trial["score"] if search["metric"] in LOWER_IS_BETTER else -trial["score"])


def _row(place: int, trial: Trial, search: Mapping[str, Any]) -> dict[str, Any]:
    answers = trial["answer_seconds"]
    return {
        "Trial": place + 1,
        "Model": trial["model"],
        "Settings": settings(trial),
        metric(search["metric"]): number(trial["score"]),
        "±": number(trial["spread"]),
        "Rows": trial["rows"],
        "Seconds to fit": number(trial["seconds"]),
        "Seconds for 1,000 answers": number(answers),
        "Note": "kept" if place == search["best"] else trial["note"],
    }


def settings(trial: Trial) -> str:
    """What was tried, in words.

    >>> settings({"params": {"max_depth": 3, "min_samples_leaf": 2}}), settings({"params": {}})
    ('max depth 3, min samples leaf 2', 'the settings as drawn')
    """
    said = [f"{name.replace('_', ' ')} {_value(value)}" for name, value in trial["params"].items()]
    return ", ".join(said) or "the settings as drawn"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return number(value) if isinstance(value, float) else str(value)
