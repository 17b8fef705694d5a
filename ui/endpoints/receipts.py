"""A prediction that was made, looked up by its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.service.serving.receipts import ReceiptView, RecomputedView, get_receipt
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import charts, places
from ui.frame import facts
from ui.trouble import errors_shown, guarded
from ui.words import escaped, number, percent

LOOKS = {
    "equal": (st.success, ":material/verified:"),
    "different": (st.error, ":material/difference:"),
    "impossible": (st.info, ":material/visibility_off:"),
}


@st.fragment
@guarded
def show_receipts(home: Workspace, endpoint: EndpointView) -> None:
    """A field for an id, and what is known of that prediction."""
    id = st.text_input(
        "Look up a prediction", key="prediction", placeholder="Id, such as 1a20236f3d069865f4bcb57f", max_chars=60,
        width=420, bind="query-params", help="Each prediction is answered with its id.",
    )  # fmt: skip
    if not str(id or "").strip():
        st.caption("What was asked and answered, by which versions, and whether the model still answers the same.")
        return
    with errors_shown():
        _show(get_receipt(home, endpoint.name, str(id).strip()))


def _show(found: ReceiptView) -> None:
    draw, icon = LOOKS[found.recomputed.state]
    draw(escaped(found.recomputed.words), icon=icon)
    left, middle, right = st.columns([2, 2.4, 2], gap="large")
    with left:
        st.markdown("**What was asked**")
        facts({name: _told(value) for name, value in found.record.items()})
        if found.masked:
            st.caption(f"Not kept, because the endpoint's settings say so: {escaped(', '.join(found.masked))}.")
    with middle:
        st.markdown("**What was answered**")
        _show_answer(found)
    with right:
        st.markdown("**By what**")
        _show_makers(found)
        if found.shadows:
            st.markdown("**What versions said that only listened**")
            facts({_version(it.model, it.version): _told(it.answer.prediction) for it in found.shadows})


def _show_answer(found: ReceiptView) -> None:
    said = found.answer.prediction
    st.metric("Prediction", number(said) if isinstance(said, float) else _told(said), border=True)
    if found.answer.score is not None:
        st.caption(f"Score {number(found.answer.score)}.")
    if found.answer.probabilities:
        charts.probabilities(found.answer.probabilities, "receipt_chances")
    truth = found.outcome
    st.caption(
        f"It turned out to be **{escaped(_told(truth.value))}** (told {truth.at:%Y-%m-%d %H:%M} UTC)."
        if truth
        else "What turned out to be true is not known yet."
    )
    _show_change(found.answer.probabilities, found.recomputed)


def _show_change(before: Mapping[str, float], again: RecomputedView) -> None:
    """What the model says now, where that is something else."""
    if again.state != "different" or again.answer is None:
        return
    chance = again.answer.probabilities.get(str(again.answer.prediction))
    was = before.get(str(again.answer.prediction))
    more = f", {percent(chance)} instead of {percent(was)}" if chance is not None and was is not None else ""
    st.caption(f"Now it says **{escaped(_told(again.answer.prediction))}**{more}.")


def _show_makers(found: ReceiptView) -> None:
    made = found.made_by
    data = ", ".join(f"{it.dataset} v{it.version}" for it in made.datasets) if made else ""
    told = {
        "Answered": f"{found.at:%Y-%m-%d %H:%M:%S} UTC",
        "Revision": found.revision,
        "Model": _version(found.model, found.version),
        "Pipeline": f"{made.pipeline} v{made.pipeline_version}, run {made.run}" if made and made.pipeline else "–",
        "Data": data or "–",
        "Key": f"{found.key}…" if found.key else "–",
        "Time": "–" if found.milliseconds is None else f"{found.milliseconds:.1f} ms",
    }
    facts(told)
    if found.model:
        places.link(places.MODELS, f"Open {_version(found.model, found.version)}", icon=":material/model_training:",
                    model=found.model, version=found.version)  # fmt: skip


def _version(model: str | None, version: int | None) -> str:
    return f"{model} v{version}" if model else "deleted since"


def _told(value: Any) -> str:
    """A value exactly as it was; what is missing is a dash."""
    if value is None:
        return "–"
    return str(value).lower() if isinstance(value, bool) else str(value)
