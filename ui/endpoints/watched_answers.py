"""What a model answers now, beside what it answered for rows held out when it learned."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.service.monitoring.watch_reports import WatchReport
from ui.grid import fitting
from ui.profile_charts import sides
from ui.words import escaped, percent


def show_answers(report: WatchReport) -> None:
    """A chart for each thing it says, and mean probabilities."""
    measured = report.measured
    if not measured.answers.fields:
        st.caption("What this model said when it learned was not kept, so that its answers cannot be compared.")
        return
    then = "Held out" if report.point.against == "training" else "Other window"
    for cell, field in zip(
        st.columns(max(len(measured.answers.fields), 1), gap="medium"), measured.answers.fields, strict=True
    ):
        with cell, st.container(border=True):
            st.markdown(f"**{escaped(field.column.capitalize())}** · PSI {field.psi:.3f}")
            sides(field, then, "Now")
    if measured.chances:
        table = pd.DataFrame(
            [
                {"Answer": name, f"Mean probability, {then.lower()}": percent(before), "Now": percent(now)}
                for name, (before, now) in measured.chances.items()
            ]
        )
        st.dataframe(table, hide_index=True, alt="Mean probability of each answer", height=fitting(len(table), 400))
