"""What an endpoint answered: the prediction, how sure it is, why, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from engine.service.modelling.what_if import ReasonsView, ReasonView
from ui import charts
from ui.asking import Asked
from ui.endpoints.asked import Entry, shown
from ui.models.explain.reasons import show_waterfall
from ui.trouble import show_error
from ui.words import number, percent

SHOWN, MOST_PIXELS = 6, 240
"""So many answers of one request are seen at once; further ones by scrolling."""


def show_entry(entry: Entry) -> None:
    """The answer to one request, or why there is none."""
    if entry.asked is None:
        show_error(entry.error or {})
    elif not entry.asked.is_answered:
        show_refusal(entry.asked)
    else:
        _show_answer(entry, entry.asked)


def show_refusal(asked: Asked) -> None:
    """What is wrong with a request, by record and field."""
    show_error(asked.error)
    if len(asked.mistakes) > 1:
        table = [
            {"Record": it.get("record"), "Field": it.get("field") or "–", "What is wrong": it.get("message")}
            for it in asked.mistakes
        ]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt="What is wrong, by record and field")
        st.caption("Records are counted from 0.")


def _show_answer(entry: Entry, asked: Asked) -> None:
    told: Sequence[Mapping[str, Any]] = asked.answer.get("predictions") or ()
    st.caption(f"By **{entry.by}** in {asked.milliseconds:,.0f} ms")
    if not told:
        st.caption("The answer holds no prediction.")
        return
    place = 0
    if len(told) > 1:
        _show_all(told)
        place = int(st.number_input("Record", 0, len(told) - 1, 0, key=f"record_{entry.number}", width=130))
    show_prediction(told[place], f"{entry.number}_{place}", wants_reasons=entry.wishes.explain)
    with st.expander("The whole answer", icon=":material/data_object:"):
        st.json(asked.answer)


def _show_all(told: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        {"Record": nth, "Prediction": shown(it.get("prediction")), "Probability": _chance(it), "Id": it.get("id")}
        for nth, it in enumerate(told)
    ]
    frame = pd.DataFrame(rows)
    if frame["Probability"].isna().all():
        frame = frame.drop(columns="Probability")
    config = {"Probability": st.column_config.NumberColumn(format="percent")}
    height: int | Literal["auto"] = MOST_PIXELS if len(rows) > SHOWN else "auto"
    st.dataframe(frame, hide_index=True, height=height, column_config=config, alt=count(len(told), "answer"))


def _chance(told: Mapping[str, Any]) -> float | None:
    chances = told.get("probabilities") or {}
    prediction = told.get("prediction")
    return max(chances.values()) if chances and str(prediction) not in chances else chances.get(str(prediction))


def show_prediction(found: Mapping[str, Any], key: str, *, wants_reasons: bool = False) -> None:
    """One prediction with everything that came with it."""
    st.metric("Prediction", shown(found.get("prediction")), border=True)
    interval = found.get("interval")
    if isinstance(interval, Mapping):
        level = percent(float(interval.get("level", 0.9)))
        st.caption(f"The true value lies between **{number(interval['low'])}** and **{number(interval['high'])}** "
                   f"in {level} of such cases.")  # fmt: skip
    if "score" in found:
        st.caption(f"Score {number(found['score'])}; above 0 it is an anomaly, the larger the stranger.")
    if found.get("probabilities"):
        charts.probabilities(found["probabilities"], f"chances_{key}")
    if "id" in found:
        st.caption("Id of the prediction, for feedback and receipts")
        st.code(found["id"], language=None)
    if "reasons" in found:
        st.markdown("**Why**")
        show_waterfall(_reasons(found["reasons"]), f"reasons_{key}")
    elif wants_reasons:
        st.caption("The API told no reasons.")


def _reasons(found: Mapping[str, Any]) -> ReasonsView:
    return ReasonsView(
        of=found.get("of"),
        unit=found["unit"],
        base=found["base"],
        answer=found["answer"],
        reasons=[ReasonView(**each) for each in found["contributions"]],
        how="",
    )
