"""An endpoint as people see it who come by link: what it does, how good it is, and a form to try it."""

import streamlit as st

from engine.service.scores import SHARES
from engine.service.serving import endpoint_pages
from engine.service.serving.endpoint_pages import ScoreView, SharedView
from ui import places, session
from ui.endpoints.answer import show_prediction
from ui.frame import empty
from ui.models.explain.form import row_form
from ui.trouble import errors_shown
from ui.words import escaped, measured, metric, percent

MOST_NAMED = 6
MANY_FIELDS = 24
"""A form with more of them scrolls for itself."""
CAN_BE_SHARES = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "f1", *SHARES})
MEANINGS = {
    "roc_auc": "Of two cases of which one is what it looks for, this share of times it ranks the right one higher; "
    "50 % is guessing.",
    "balanced_accuracy": "The share of each class that it gets right, on average over the classes.",
    "accuracy": "The share of cases that it gets right.",
    "r2": "The share of the differences between cases that it explains; 0 % is always saying the mean.",
    "rmse": "By how much it is off, with large misses weighing more.",
    "mae": "By how much it is off on average.",
    "silhouette": "How well the groups are told apart: 1 is perfect, 0 is not at all.",
}
home = session.workspace()
key = places.asked("key")


def show(page: SharedView, key: str) -> None:
    st.title(escaped(page.endpoint), anchor=False)
    if not page.answers:
        st.info("Nothing answers here at the moment.", icon=":material/info:")
        return
    if page.words:
        st.text(page.words)
    left, right = st.columns([3, 2], gap="large")
    with left:
        if page.can_try:
            show_form(page, key)
        else:
            st.caption("Trying is switched off on this page.")
    with right:
        show_about(page)


def show_form(page: SharedView, key: str) -> None:
    st.subheader("Try it", anchor=False)
    with st.form("shared", border=False):
        with st.container(height=560 if len(page.inputs) > MANY_FIELDS else "content", border=False):
            record = row_form(page.inputs, page.example, "shared")
        sent = st.form_submit_button("Predict", type="primary", icon=":material/bolt:")
    if sent:
        with errors_shown():
            show_prediction(endpoint_pages.try_page(home, key, record), "shared")
    st.caption("Filled in is a typical case. What you try is not kept.")


def show_about(page: SharedView) -> None:
    st.subheader("What it does", anchor=False)
    st.markdown(escaped(_purpose(page)))
    if page.leans_on:
        st.markdown(escaped(f"It leans most on {_listed(page.leans_on)}."))
    if page.score is not None:
        st.subheader("How good it is", anchor=False)
        show_score(page.score)
    for title, text in page.card.items():
        st.subheader(escaped(title), anchor=False)
        st.text(text)
    trained = f", trained {page.trained_at:%d %b %Y}" if page.trained_at else ""
    st.caption(escaped(f"Answered by {page.model}{trained}."))


def show_score(score: ScoreView) -> None:
    st.metric(metric(score.metric), _written(score, score.value), border=True)
    if score.low is not None and score.high is not None:
        st.markdown(
            f"Measured on other cases, it would lie between **{_written(score, score.low)}** and "
            f"**{_written(score, score.high)}** in 95 of 100 times."
        )
    if score.metric in MEANINGS:
        st.markdown(MEANINGS[score.metric])
    beside = (
        f" Saying the same of every case reaches {_written(score, score.baseline)}."
        if score.baseline is not None
        else ""
    )
    rows = f"{score.rows:,} cases" if score.rows else "cases"
    st.caption(f"Measured on {rows} that it had not seen.{beside}")


def _purpose(page: SharedView) -> str:
    fields = _listed(page.fields)
    match page.task:
        case "classification":
            return f"It predicts {page.target} ({_listed(page.classes, 'or')}) of a case, from {fields}."
        case "regression":
            return f"It predicts the number {page.target}, from {fields}."
        case "anomaly":
            return f"It says how strange a case is beside those of the training, from {fields}."
    return f"It says to which group a case belongs, from {fields}."


def _listed(names: list[str], word: str = "and") -> str:
    named = [*names[:MOST_NAMED], *([f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else [])]
    return f" {word} ".join(part for part in (", ".join(named[:-1]), named[-1] if named else "nothing") if part)


def _written(score: ScoreView, value: float) -> str:
    return percent(value) if score.metric in CAN_BE_SHARES | {"roc_auc", "r2"} else measured(score.metric, value)


if key is None:
    empty(":material/link_off:", "No page", "This page needs a whole link: ask whoever sent it for a new one.")
else:
    show(endpoint_pages.open_page(home, key), key)
