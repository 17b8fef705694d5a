"""Reports on models: what to look at first, the figures, the plots, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.service.amounts import count
from engine.service.modelling.verdicts import in_words
from ui.charts import PLOTS
from ui.pictured import is_pictured, show_pictured
from ui.scores import show_scores
from ui.thresholds import show_thresholds
from ui.words import escaped

ORDER = (
    *("confusion_matrix", "per_class", "roc_curve", "roc_curves", "precision_recall_curve", "precision_recall_curves"),
    *("calibration_curve", "predicted_chances", "gain", "lift"),
    *("predicted_against_actual", "residual_histogram", "residuals_by_prediction", "error_by_quantile"),
    *("prediction_intervals", "interval_coverage"),
    *("group_sizes", "silhouettes", "group_profile", "projection", "score_histogram"),
)
"""What is read first; other plots come after these."""


def show_report(title: str, report: Mapping[str, Any], key: str, of: str = "") -> None:
    """A report as a whole.

    Parameters
    ----------
    of
        The models that it is about.
    """
    kind = report.get("counted") or ("test row" if report.get("unseen", True) else "row")
    about = f" of {escaped(of)}" if of else ""
    st.markdown(f"**{escaped(title)}**{about} · {count(report.get('rows'), kind)}")
    for warning in report.get("warnings", ()):
        st.warning(escaped(warning), icon=":material/warning:")
    if report.get("metrics") and ({"notes", "intervals"} & set(report) or not has_plots(report)):
        # A report with notes says there what its baseline is.
        explains = "notes" not in report
        show_scores(report["metrics"], report.get("baseline", {}), report.get("intervals"), explains=explains)
    show_judgement(report, key)
    for note in report.get("notes", ()):
        st.caption(escaped(note))


def show_judgement(report: Mapping[str, Any], key: str) -> None:
    """Everything that a report tells of a model: what it is worth, its plots, and what each threshold costs."""
    verdict = in_words(report)
    if verdict:
        st.markdown(escaped(verdict))
    profiles = report.get("profiles", ())
    for profile in profiles:
        st.markdown(f"{'- ' if len(profiles) > 1 else ''}{escaped(profile)}")
    show_plots(report, key)
    if report.get("trade_offs"):
        show_thresholds(report["trade_offs"], f"{key}_thresholds")


def show_plots(report: Mapping[str, Any], key: str) -> None:
    """Every plot of a report, two in a row."""
    plots: Mapping[str, Any] = report.get("plots", report)
    there = [name for name in dict.fromkeys([*ORDER, *plots]) if _can_draw(name, plots.get(name))]
    for first in range(0, len(there), 2):
        for cell, name in zip(st.columns(2, gap="medium"), there[first : first + 2], strict=False):
            with cell:
                draw = show_pictured if is_pictured(plots[name]) else PLOTS[name]
                draw(plots[name], f"{key}_{name}")


def _can_draw(name: str, plot: Any) -> bool:
    return bool(plot) and (name in PLOTS or is_pictured(plot))


def has_plots(report: Mapping[str, Any]) -> bool:
    """Whether a report has anything to draw."""
    plots = report.get("plots", report)
    return any(_can_draw(name, plot) for name, plot in plots.items())
