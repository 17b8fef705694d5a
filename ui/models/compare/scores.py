"""Scores side by side with the best marked, and whether the best one is ahead beyond chance."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling.model_answers import AnswersView, MetricView, StandingView
from engine.service.modelling.model_comparison import ModelComparisonView, chance_words
from engine.service.scores import better
from ui import charts, places
from ui.models.compare.tables import side_table
from ui.words import escaped, measured, metric, number, signed

BEST = "★"


def choose_metric(found: AnswersView) -> None:
    """What decides which model is best; it is in the address."""
    chosen = st.selectbox(
        "Decided by", found.offered, index=found.offered.index(found.metric),
        format_func=lambda it: f"Decided by {metric(it)}", key=f"by_{found.metric}", label_visibility="collapsed",
        width=300,
    )  # fmt: skip
    if chosen != found.metric:
        places.ask(by=chosen)
        st.rerun()


def show_scores(_home: Workspace, found: ModelComparisonView) -> None:
    names = [side.name for side in found.sides]
    if found.answers is None:
        st.info(escaped(found.why_not), icon=":material/info:")
        st.markdown("**Scores of each model on its own test rows**")
        _metrics(found.metrics, names)
        return
    st.markdown(f"**Scores on {count(found.answers.rows, 'row')} that none of them saw**")
    _metrics(found.answers.metrics, names)
    if found.answers.changed:
        st.caption(
            f"{count(found.answers.changed, 'more row is', 'more rows are')} left out: a value is not the same for all."
        )
    _standing(found.answers)
    with st.expander("Scores of each model on its own test rows", icon=":material/table:"):
        rows = ", ".join(
            f"{side.name} {held:,}" for side, held in zip(found.sides, found.answers.held_out, strict=True)
        )
        st.caption(f"These are not the same rows, so that small differences say little. Held out and kept: {rows}.")
        _metrics(found.metrics, names)


def _metrics(metrics: Sequence[MetricView], names: Sequence[str]) -> None:
    rows = [
        (
            _name(it),
            [
                f"{BEST} {measured(it.metric, value)}" if place in it.best else measured(it.metric, value)
                for place, value in enumerate(it.values)
            ],
        )
        for it in metrics
    ]
    side_table("Metric", names, rows, alt="Metrics of the models; a star marks the best", right=True)
    st.caption(f"{BEST} is the best of its line; an arrow says which way a metric is better.")


def _name(it: MetricView) -> str:
    return f"{metric(it.metric)} { {'lower': '↓', 'higher': '↑'}.get(better(it.metric), '') }".rstrip()


def _standing(found: AnswersView) -> None:
    best, others = found.best, found.standings[1:]
    st.markdown(f"**Is {escaped(best.name)} ahead beyond chance?**")
    _intervals(found)
    rows = [_line(it, best) for it in others]  # of full width: a narrow page would cut what it is about
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Every model beside the best one", height="content")
    st.caption(_meaning(found, others))


def _line(it: StandingView, best: StandingView) -> dict[str, str]:
    is_sure = it.chance is not None and it.chance < 0.05
    row = {
        "Model": it.name,
        "Difference": signed(it.difference),
        "95 % interval": f"{signed(it.difference_low)} to {signed(it.difference_high)}",
        "p": chance_words(it.chance or 0.0).removeprefix("= "),
        "Beyond chance": "yes" if is_sure else "no",
    }
    if it.mcnemar is None:
        return row
    told = f"{it.only_best_right:,} : {it.only_this_right:,}"
    return row | {f"Only {best.name} right : only this": told, "McNemar p": chance_words(it.mcnemar).removeprefix("= ")}


def _meaning(found: AnswersView, others: Sequence[StandingView]) -> str:
    told = "The same rows are drawn again and again for all models; the interval holds 95 % of the differences. "
    if any(it.mcnemar is not None for it in others):
        told += "McNemar’s test looks at the rows where just one of the two is right. "
    return told + ("P-values are corrected for the number of models (Holm)." if len(others) > 1 else "")


def _intervals(found: AnswersView) -> None:
    """Scores with what chance leaves open."""
    import plotly.graph_objects as go

    names = [it.name for it in found.standings]
    error = {
        "type": "data", "symmetric": False, "thickness": 1.5, "color": charts.blue(),
        "array": [it.high - it.value for it in found.standings],
        "arrayminus": [it.value - it.low for it in found.standings],
    }  # fmt: skip
    dots = go.Scatter(
        x=[it.value for it in found.standings], y=names, mode="markers", error_x=error,
        marker={"color": charts.blue(), "size": 9, "symbol": ["star", *["circle"] * (len(names) - 1)]},
    )  # fmt: skip
    figure = go.Figure(dots).update_xaxes(title=metric(found.metric), automargin=True)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    told = ", ".join(f"{it.name} {number(it.value)} ({number(it.low)} to {number(it.high)})" for it in found.standings)
    charts.show(figure, f"{metric(found.metric)}: {told}.", "standing", height=max(180, 44 * len(names) + 80))
