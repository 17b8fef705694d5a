"""The threshold and cost explorer: what errors cost, and where an alarm begins to pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.service.modelling.thresholds import Costs, WeighedView, best_threshold, thresholds_of, weigh
from ui.charts import PLOTS
from ui.pictured import show_pictured
from ui.trouble import guarded
from ui.words import escaped, number, percent

MOST_COST = 1e9


@st.fragment
@guarded
def show_thresholds(trade_offs: Sequence[Mapping[str, Any]], key: str) -> None:
    """Weigh false alarms against misses, live."""
    st.markdown("**Thresholds and costs**")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        chosen = _choose_class(trade_offs, key)
        label = chosen["label"]
        costs = Costs(
            _cost("False alarm costs", 1.0, f"{key}_alarm", f"An alarm for a row that is not {label}."),
            _cost("Miss costs", 1.0, f"{key}_miss", f"A row of {label} that raises no alarm."),
            _cost("Hit brings in", 0.0, f"{key}_hit", f"A row of {label} that raises one."),
        )
    threshold = _choose_threshold(chosen, costs, key)
    found = weigh(chosen, costs, threshold)
    st.markdown(escaped(found.sentence))
    _tiles(found)
    left, right = st.columns(2, gap="medium")
    with left:
        show_pictured(found.plot, f"{key}_cost_plot")
    with right:
        PLOTS["confusion_matrix"]({**found.confusion, "title": "At this threshold"}, f"{key}_at_threshold")
    st.caption(
        "Chosen and counted on the same test rows, so new rows will cost a little more. The node Tune threshold judges "
        "its choice on other rows."
    )


def _choose_class(trade_offs: Sequence[Mapping[str, Any]], key: str) -> Mapping[str, Any]:
    if len(trade_offs) == 1:
        return trade_offs[0]
    by_label = {it["label"]: it for it in trade_offs}
    chosen = st.selectbox("Class to find", list(by_label), key=f"{key}_class", help="It counts against all others.")
    return by_label.get(chosen, trade_offs[0])


def _cost(label: str, value: float, key: str, told: str) -> float:
    return st.number_input(label, min_value=0.0, max_value=MOST_COST, value=value, key=key, help=escaped(told))


def _choose_threshold(chosen: Mapping[str, Any], costs: Costs, key: str) -> float:
    """What was typed; the nearest of the report is weighed."""
    # Other costs have another best threshold: the field then begins there again.
    asked = f"{key}_{chosen['label']}_{costs.false_alarm}_{costs.miss}_{costs.hit}"
    every = thresholds_of(chosen)
    return st.number_input(
        "Alarm from this chance on", min_value=min(0.0, every[0]), max_value=max(1.0, every[-1]),
        value=best_threshold(chosen, costs), step=0.01, format="%.4f", key=asked, width=240,
        help="It begins at the cheapest threshold; of those that the test rows tell, the nearest is taken.",
    )  # fmt: skip


def _tiles(found: WeighedView) -> None:
    with st.grid(4, min_column_width=150, gap="small"):
        gains = found.cost < 0
        st.metric("Brings in" if gains else "Cost", number(abs(found.cost)), border=True)
        st.metric("Precision", "–" if found.precision is None else percent(found.precision), border=True)
        st.metric("Recall", percent(found.recall), border=True)
        st.metric("Best threshold", number(found.best), border=True)
