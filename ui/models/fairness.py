"""What a model means for groups of people: a sentence for each column, then rates, differences and limits."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling import fairness
from engine.service.modelling.fairness import (
    LARGEST_DIFFERENCE,
    LEAST_ROWS,
    SMALLEST_RATIO,
    FairnessView,
    GroupView,
    RateView,
)
from engine.service.views import ModelView
from ui import charts
from ui.models.explain import asked
from ui.models.explain.classes import known_classes, pick_class
from ui.trouble import errors_shown
from ui.words import escaped, number, percent

JUDGED = {
    "fine": ("Within the limits", ":material/check_circle:", "green"),
    "chance": ("May be chance", ":material/help:", "gray"),
    "warning": ("Beyond a limit", ":material/warning:", "orange"),
    None: ("Not judged", ":material/remove:", "gray"),
}
RATES = {
    "selection_rate": "Selection rate",
    "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate",
    "precision": "Precision",
    "accuracy": "Accuracy",
    "base_rate": "Actual share",
    "mean_prediction": "Mean prediction",
    "mean_error": "Mean error",
    "mean_absolute_error": "Mean absolute error",
}
DRAWN = {
    "classification": ("selection_rate", "true_positive_rate", "false_positive_rate"),
    "regression": ("mean_error", "mean_absolute_error"),
}
HOW = (
    "Lines are 95 % intervals: of a thousand groups drawn anew from the same rows. “May be chance” means that more "
    "than 5 % of random groupings of the same sizes are as far apart. A model can be within these limits and still be "
    "unfair, and fair beyond them: what must be equal is for people to say."
)


def show_fairness(home: Workspace, model: ModelView) -> None:
    if not model.target:
        told = "Without a target there is no right answer, so that groups cannot be compared by it."
        st.info(f"{told} Look at what the groups have in common under Results.", icon=":material/info:")
        return
    with errors_shown():
        offered = fairness.group_choices(home, model.model, model.version)
        columns = st.multiselect(
            "Compare the groups of", offered.columns, default=offered.suggested, key=f"groups_{model.version_id}",
            help="Also columns that the model does not look at. Numbers are cut into four ranges of equally many rows.",
            placeholder="Choose columns such as gender or age",
        )  # fmt: skip
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            label = pick_class(model, "fair_class", "Rates of the answer") if known_classes(model) else None
            difference = st.number_input(
                "Largest difference", 0.0, 1.0, LARGEST_DIFFERENCE, 0.05, key="fair_difference", width=170,
                help="Warn when rates of two groups are further apart.",
            )  # fmt: skip
            ratio = st.number_input(
                "Smallest ratio", 0.0, 1.0, SMALLEST_RATIO, 0.05, key="fair_ratio", width=170,
                help="Warn when the lowest selection rate is a smaller part of the highest; 0.8: four-fifths rule.",
            )  # fmt: skip
            least = st.number_input(
                "Rows at least", 1, 10_000, LEAST_ROWS, key="fair_rows", width=150,
                help="Smaller groups are shown, not judged.",
            )  # fmt: skip
        if not columns:
            st.caption("Choose a column that says which group a row belongs to; several give an overview.")
            return
        found = asked.groups(home, asked.keyed(model), tuple(columns), label, difference, ratio, int(least))
        for view in found:
            _verdict(view)
        if len(found) > 1:
            _overview(found, model)
        chosen = found[0] if len(found) == 1 else _pick(found, model)
        show_groups(chosen, model.version_id)
        st.caption(HOW)


def _verdict(view: FairnessView) -> None:
    word, icon, color = JUDGED[view.judgement]
    st.markdown(f":{color}-badge[{icon} {word}] {escaped(view.verdict)}")


def _overview(found: list[FairnessView], model: ModelView) -> None:
    lines = []
    for view in found:
        measured = {measure.title: number(measure.value) for measure in view.measures}
        uses = "yes" if view.is_used else "no"
        lines.append({"Column": view.column, "Groups": len(view.groups), "Model looks at it": uses, **measured})
    st.dataframe(
        pd.DataFrame(lines), hide_index=True, key=f"fair_overview_{model.version_id}",
        alt="Columns with how far their groups are apart",
    )  # fmt: skip


def _pick(found: list[FairnessView], model: ModelView) -> FairnessView:
    names = [view.column for view in found]
    chosen = st.segmented_control(
        "Groups of", names, default=names[0], key=f"fair_column_{model.version_id}", required=True
    )
    return found[names.index(str(chosen))] if chosen in names else found[0]


def show_groups(view: FairnessView, key: str | None) -> None:
    """Rates of each group, how far they are apart, and the figures."""
    rates = DRAWN["classification" if view.task == "classification" else "regression"]
    for cell, rate in zip(st.columns(len(rates), gap="medium"), rates, strict=True):
        with cell:
            _bars(view, rate, key)
    _measures(view)
    frame = pd.DataFrame([_line(group, view) for group in view.groups])
    st.dataframe(
        frame,
        hide_index=True,
        key=f"groups_{key}_{view.column}",
        alt=f"Rates of the groups of {view.column}",
    )
    for note in view.notes:
        st.caption(escaped(note))


def _measures(view: FairnessView) -> None:
    if not view.measures:
        return
    for cell, measure in zip(st.columns(len(view.measures), gap="small"), view.measures, strict=True):
        word, icon, color = JUDGED[measure.judgement]
        border = "at least" if measure.is_ratio else "at most"
        with cell, st.container(border=True, gap="xsmall", height="stretch"):
            st.caption(measure.title)
            st.markdown(f"**{number(measure.value)}** · {border} {measure.limit:g}")
            st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]
            st.caption(f"of the {measure.about}")


def _bars(view: FairnessView, rate: str, key: str | None) -> None:
    import plotly.graph_objects as go

    shown = [group for group in view.groups if group.rates[rate].value is not None]
    if not shown:
        st.caption(f"{RATES[rate]}: no group has one.")
        return
    is_share = view.task == "classification"
    names = [group.name if group.is_compared else f"{group.name} (few rows)" for group in shown]
    found = [group.rates[rate] for group in shown]
    bars = go.Bar(
        x=[it.value for it in found], y=names, orientation="h",
        marker={"color": charts.blue(), "opacity": [1.0 if group.is_compared else 0.35 for group in shown]},
        error_x={"type": "data", "symmetric": False, "thickness": 1.5, "color": charts.ink(),
                 "array": [_gap(it.high, it.value) for it in found],
                 "arrayminus": [_gap(it.value, it.low) for it in found]},
        customdata=[[_told(it, is_share=is_share), group.rows] for it, group in zip(found, shown, strict=True)],
        hovertemplate="%{y}: %{customdata[0]}, %{customdata[1]:,} rows<extra></extra>",
    )  # fmt: skip
    figure = go.Figure(bars).update_layout(title=RATES[rate])
    figure.update_xaxes(tickformat=".0%" if is_share else None, rangemode="tozero", automargin=True)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    charts.show(figure, _sentence(view, rate, is_share=is_share), f"{rate}_{key}_{view.column}",
                height=max(190, 34 * len(shown) + 90))  # fmt: skip


def _gap(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else max(high - low, 0.0)


def _sentence(view: FairnessView, rate: str, *, is_share: bool) -> str:
    known = [(group.rates[rate].value or 0.0, group.name) for group in view.groups
             if group.is_compared and group.rates[rate].value is not None]  # fmt: skip
    if len(known) < 2:
        return f"{RATES[rate]}: fewer than two groups have rows enough to be compared."
    low, high = min(known), max(known)
    told = percent if is_share else number
    return f"From {told(low[0])} ({low[1]}) to {told(high[0])} ({high[1]})."


def _line(group: GroupView, view: FairnessView) -> dict[str, str]:
    is_share = view.task == "classification"
    rates = {RATES[name]: _told(rate, is_share=is_share) for name, rate in group.rates.items()}
    rows = count(group.rows, "row") + ("" if group.is_compared else ", too few to judge")
    return {view.column: group.name, "Rows": f"{rows} ({percent(group.share)})", **rates}


def _told(rate: RateView, *, is_share: bool) -> str:
    if rate.value is None:
        return "–"
    words = percent if is_share else number
    ends = "" if rate.low is None or rate.high is None else f" ({words(rate.low)} – {words(rate.high)})"
    return f"{words(rate.value)}{ends}"
