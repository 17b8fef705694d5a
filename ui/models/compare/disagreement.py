"""The rows of which the models say different things: how many, who is right there, which rows, in which segments."""

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling.model_answers import AnswersView
from engine.service.modelling.model_comparison import ModelComparisonView, chance_words
from ui.grid import show_rows
from ui.words import escaped, number, percent


def show_disagreement(_home: Workspace, found: ModelComparisonView) -> None:
    answers = found.answers
    if answers is None:
        st.info(escaped(found.why_not), icon=":material/info:")
        return
    told = answers.disagreement
    st.markdown(f"**{_sentence(answers)}**")
    if told.tolerance:
        st.caption(f"Numbers count as different when they are more than {number(told.tolerance)} apart.")
    if not told.rows:
        return
    left, right = st.columns([2, 5], gap="medium")  # the segments have five columns
    with left:
        _who(found, answers)
    with right:
        _segments(answers)
    names = [side.name for side in found.sides]
    if len(names) > 2:
        _pairs(names, answers)
    st.markdown("**Rows they disagree on**")
    show_rows(told.sample, alt="Rows on which the models disagree", marked=["actual", *names])
    more = f" of {told.rows:,}" if told.rows > len(told.sample.rows) else ""
    st.caption(
        f"{count(len(told.sample.rows), 'row')}{more}, those where the models are furthest apart first, with the "
        "columns as they were before any preparation."
    )


def _sentence(answers: AnswersView) -> str:
    told = answers.disagreement
    if not told.rows:
        return f"They say the same of all {count(answers.rows, 'row')}."
    share = percent(told.rows / answers.rows)
    return f"They say different things of {told.rows:,} of {count(answers.rows, 'row')} ({share})."


def _who(found: ModelComparisonView, answers: AnswersView) -> None:
    told = answers.disagreement
    is_number = told.tolerance > 0
    st.markdown(f"**Who is {'nearest' if is_number else 'right'} there**")
    rows = [
        {"Model": name, "Rows": f"{right:,}", "Share": percent(right / told.rows)} for name, right in told.right.items()
    ]
    if not is_number and told.nobody_right:
        rows.append(
            {"Model": "none of them", "Rows": f"{told.nobody_right:,}", "Share": percent(told.nobody_right / told.rows)}
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Who is right where they disagree", height="content")
    if len(found.sides) > 2:
        st.caption("Several may be right in the same row.")


def _segments(answers: AnswersView) -> None:
    st.markdown("**Where they disagree most**")
    found = answers.disagreement.segments
    if not found:
        st.caption("In no segment of rows do they disagree more often than elsewhere, beyond chance.")
        return
    rows = [
        {
            "Segment": it.words,
            "They disagree": percent(it.share),
            "Elsewhere": percent(it.elsewhere),
            "Rows": f"{it.rows:,}",
            "p": chance_words(it.chance).removeprefix("= "),
        }
        for it in found
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Segments in which they disagree most", height="content")
    st.caption("Found on one half of the rows, told from the other; p is corrected for how many were tried.")


def _pairs(names: list[str], answers: AnswersView) -> None:
    with st.expander("In how many rows two of them differ", icon=":material/grid_on:"):
        table = [
            {
                "Model": name,
                **{
                    other: "–" if place == nth else f"{value:,}"
                    for nth, (other, value) in enumerate(zip(names, line, strict=True))
                },
            }
            for place, (name, line) in enumerate(zip(names, answers.disagreement.pairs, strict=True))
        ]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt="Rows in which two models differ", height="content")
