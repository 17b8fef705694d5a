"""What was tried to find a model: a chart and a leaderboard, from which any trial opens as a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from engine.service.running.searches import Ranked, leaderboard
from engine.service.scores import LOWER_IS_BETTER
from ui import charts
from ui.words import metric, number

Trial = Mapping[str, Any]
Open = Callable[[Ranked], None]
"""Opens a trial as a pipeline."""

ANEW = "All that learned, also nodes before the search, learned nothing from the rows that the trials are scored on."
SHARED = (
    "The model and its own preparation, named in the table, learned nothing from the rows that they are scored on. "
    "Nodes drawn before the search that learn, such as Impute or Encode, learned from all train rows, these too: the "
    "scores rank the trials, and may be a little too good. No test row was seen by either."
)
"""What the scores of trials rest on, said where they stand."""

FEW = 12
"""So many trials have a number each under the chart."""

FIGURES: dict[str, Any] = {
    "Place": st.column_config.NumberColumn(width="small", pinned=True),
    "Trial": st.column_config.NumberColumn(width="small", help="In the order in which they were made."),
    "Model": st.column_config.TextColumn(width=170),
    "±": st.column_config.NumberColumn(format="%.4f", help="Standard deviation over the parts that were held out."),
    "Note": st.column_config.TextColumn(width="medium"),
    "Rows": st.column_config.NumberColumn(format="localized", help="Rows that it was scored on."),
    "To train": st.column_config.NumberColumn(format="%.2f s", help="One fit, in seconds."),
    "Per row": st.column_config.NumberColumn(format="%.4f ms", help="To answer for one row, asked among many."),
    "Size": st.column_config.NumberColumn(format="bytes", help="Of the fitted model."),
    "Settings": st.column_config.TextColumn(width="large"),
}


def show_trials(search: Mapping[str, Any], key: str, open_trial: Open | None = None) -> None:
    """How the trials of a search went, the best one named."""
    st.subheader("Leaderboard", anchor=False)
    ranked = leaderboard(search)
    _chart(search, key)
    show_leaderboard(search, ranked, key, open_trial)
    better = "lower" if search["metric"] in LOWER_IS_BETTER else "higher"
    ended = f" The search ended because {search['ended']}." if search["ended"] else ""
    st.caption(
        f"{metric(search['metric'])} is the mean over train rows that were held out in turn, ± its standard deviation; "
        f"{better} is better. {_rests_on(search)}What is made of several trials was chosen by "
        f"these rows, so its score is a little too good: compare scores on test rows.{ended}"
    )


def _rests_on(search: Mapping[str, Any]) -> str:
    """Known once a search has ended; before, nothing is said of it."""
    if not search["ended"]:
        return ""
    return f"{ANEW if search.get('anew') else SHARED} "


def show_leaderboard(
    search: Mapping[str, Any], ranked: Sequence[Ranked], key: str, open_trial: Open | None = None
) -> None:
    """Every trial with its figures; a chosen one opens as a pipeline."""
    kept = "kept" if search["ended"] else "best so far"
    rows = pd.DataFrame([_row(order, one, search["metric"], kept) for order, one in enumerate(ranked, 1)])
    if not any(one.preparation for one in ranked):
        rows = rows.drop(columns="Preparation")
    score = metric(search["metric"])
    figures = {**FIGURES, score: st.column_config.NumberColumn(format="%.4f")}
    alt = f"{count(len(ranked), 'trial')}, the best first"
    if open_trial is None:
        st.dataframe(rows, hide_index=True, alt=alt, placeholder="–", key=f"{key}_table", column_config=figures)
        return
    chosen = st.dataframe(
        rows, hide_index=True, alt=alt, placeholder="–", key=f"{key}_table", column_config=figures, on_select="rerun",
        selection_mode="single-row",
    )  # fmt: skip
    places = chosen["selection"]["rows"]
    one = ranked[places[0]] if places else None
    with st.container(horizontal=True, vertical_alignment="center"):
        is_open = st.button(
            "Open as a pipeline", icon=":material/account_tree:", key=f"{key}_open",
            disabled=one is None or not one.can_open,
        )  # fmt: skip
        if one is None:
            st.caption("Choose a row to open what was tried as nodes of a new pipeline.", width="content")
        elif not one.can_open:
            st.caption(f"Trial {one.place + 1} came to no score, so there is nothing to open.", width="content")
        else:
            st.caption(f"Trial {one.place + 1}: {one.model}", width="content")
    if is_open and one is not None:
        open_trial(one)


def _chart(search: Mapping[str, Any], key: str) -> None:
    import plotly.graph_objects as go

    scored = [(place + 1, trial) for place, trial in enumerate(search["trials"]) if trial["score"] is not None]
    if not scored:
        return
    apart = [(place, trial) for place, trial in scored if trial["spread"] is None]
    spread = [(place, trial) for place, trial in scored if trial["spread"] is not None]
    dots = [_dots(some, with_spread=some is spread) for some in (spread, apart) if some]
    whole = {"dtick": 1} if len(search["trials"]) <= FEW else {}  # there is no trial one and a half
    figure = (
        go.Figure(dots)
        .update_layout(showlegend=False)
        .update_xaxes(title="trial", **whole)
        .update_yaxes(title=metric(search["metric"]))
    )
    best = search["best"]
    left = "; open circles were given up early" if any(trial["note"] for _, trial in scored) else ""
    sentence = f"{count(len(scored), 'trial')} scored{left}."
    if best is not None:
        trial = search["trials"][best]
        figure.add_hline(trial["score"], line={"dash": "dot", "color": charts.ORANGE})
        settings = f"with {in_words(trial['params'])}" if trial["params"] else "as it comes"
        found = f"{trial['model']} {settings}: {number(trial['score'])}"
        sentence = f"Trial {best + 1} was best, {found}, the dotted line{left}."
    charts.show(figure, sentence, f"{key}_chart")


def _dots(scored: Sequence[tuple[int, Trial]], *, with_spread: bool) -> Any:
    """Trials, with whiskers where they have a spread: of none, only a cap would be drawn."""
    import plotly.graph_objects as go

    error = {"type": "data", "array": [trial["spread"] for _, trial in scored], "thickness": 1}
    return go.Scatter(
        x=[place for place, _ in scored],
        y=[trial["score"] for _, trial in scored],
        error_y=error if with_spread else None,
        mode="markers",
        marker={"color": charts.blue(), "size": 7, "symbol": [_symbol(trial) for _, trial in scored]},
        text=[f"{trial['model']}<br>{in_words(trial['params'])}" for _, trial in scored],
        hovertemplate="%{text}<br>%{y:.4g}<extra></extra>",
    )


def _symbol(trial: Trial) -> str:
    return "circle-open" if trial["note"] else "circle"


def _row(order: int, one: Ranked, score: str, kept: str) -> dict[str, Any]:
    return {
        "Place": order,
        "Trial": one.place + 1,
        "Model": one.model,
        metric(score): one.score,
        "±": one.spread,
        "Note": kept if one.is_kept else one.note,
        "To train": one.seconds if one.score is not None else None,
        "Per row": None if one.seconds_per_row is None else one.seconds_per_row * 1_000,
        "Size": one.size,
        "Preparation": one.preparation or "–",
        "Settings": ", ".join(one.made_of) or in_words(one.settings),
        "Rows": one.rows,
    }


def in_words(settings: Mapping[str, Any]) -> str:
    """What was tried.

    >>> in_words({"max_depth": 3, "min_samples_leaf": 2}), in_words({})
    ('max depth 3, min samples leaf 2', 'as it comes')
    """
    said = [f"{name.replace('_', ' ')} {_value(value)}" for name, value in settings.items()]
    return ", ".join(said) or "as it comes"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return number(value) if isinstance(value, float) else str(value)
