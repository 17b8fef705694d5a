"""Reports on models: what to look at first, the figures, the plots, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.service.amounts import count
from ui.charts import PLOTS
from ui.pictured import is_pictured, show_pictured
from ui.scores import show_scores
from ui.words import escaped


def show_report(title: str, report: Mapping[str, Any], key: str) -> None:
    """A report as a whole."""
    kind = "test row" if report.get("unseen", True) else "row"
    st.markdown(f"**{escaped(title)}** · {count(report.get('rows'), kind)}")
    for warning in report.get("warnings", ()):
        st.warning(escaped(warning), icon=":material/warning:")
    if report.get("metrics") and ("notes" in report or not has_plots(report)):
        show_scores(report["metrics"], {})
    show_plots(report, key)
    for note in report.get("notes", ()):
        st.caption(escaped(note))


def show_plots(report: Mapping[str, Any], key: str) -> None:
    """Every plot of a report, two in a row."""
    plots: Mapping[str, Any] = report.get("plots", report)
    drawn = [(name, draw) for name, draw in PLOTS.items() if plots.get(name)]
    drawn += [(name, show_pictured) for name, plot in plots.items() if is_pictured(plot)]
    for first in range(0, len(drawn), 2):
        for cell, (name, draw) in zip(st.columns(2, gap="medium"), drawn[first : first + 2], strict=False):
            with cell:
                draw(plots[name], f"{key}_{name}")


def has_plots(report: Mapping[str, Any]) -> bool:
    """Whether a report has anything to draw."""
    plots = report.get("plots", report)
    return any(plots.get(name) for name in PLOTS) or any(map(is_pictured, plots.values()))
