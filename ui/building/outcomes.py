"""What a node of the latest run found out, small enough to stand beside the canvas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.service.scores import better, main_metric
from engine.service.views import NodeRunView, RunView
from ui.words import improvement, measured, metric, number, signed

MOST_METRICS = 6
MOST_NOTES = 3
MOST_LABELS = 5
MOST_POINTS = 60
CURVES = {
    "roc_curve": ("ROC curve", "false_positive_rate", "true_positive_rate"),
    "precision_recall_curve": ("Precision and recall", "recall", "precision"),
}
"""Plots that are one line from 0 to 1: their title and what goes across and up."""


def outcome_of(run: RunView, node: NodeRunView) -> dict[str, Any] | None:
    """Key metrics beside the baseline, a small plot, what left the pipeline, and where to read on; None without any."""
    report = node.report or {}
    metrics, baseline = _metrics(node, report)
    rows = list(_metric_rows(metrics, baseline))
    plots = report.get("plots", report)
    matrix, curve = _matrix(plots.get("confusion_matrix")), _curve(plots)
    notes = [str(note) for note in (*report.get("warnings", ()), *report.get("notes", ()))][:MOST_NOTES]
    made = node.made.get("message") if node.made else None
    if not (rows or matrix or curve or notes or made):
        return None
    return {
        "run": run.number,
        "metrics": rows,
        "matrix": matrix,
        "curve": curve,
        "notes": [*([str(made)] if made else []), *notes],
        "page": _page(run, node),
    }


def _metrics(node: NodeRunView, report: Mapping[str, Any]) -> tuple[Mapping[str, float], Mapping[str, float]]:
    told: Mapping[str, Any] = node.model or report
    found, base = told.get("metrics"), told.get("baseline")
    return (found if isinstance(found, Mapping) else {}), (base if isinstance(base, Mapping) else {})


def _metric_rows(metrics: Mapping[str, float], baseline: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    first = main_metric(metrics)
    names = [name for name in (first, *(other for other in metrics if other != first)) if name]
    for name in names[:MOST_METRICS]:
        value, base = metrics[name], baseline.get(name)
        gain = improvement(name, value, base) if base is not None and better(name) else 0.0
        yield {
            "label": metric(name),
            "value": measured(name, value),
            "baseline": None if base is None else number(base),
            "difference": None if base is None else signed(value - base),
            "is": "better" if gain > 0 else "worse" if gain < 0 else "same",
        }


def _matrix(plot: Any) -> dict[str, Any] | None:
    """How often each class was taken for each other one; of many classes nothing, because it would not fit."""
    if not isinstance(plot, Mapping) or not 2 <= len(plot.get("labels", ())) <= MOST_LABELS:
        return None
    return {"labels": [str(label) for label in plot["labels"]], "counts": plot["counts"]}


def _curve(plots: Mapping[str, Any]) -> dict[str, Any] | None:
    for name, (title, across, up) in CURVES.items():
        plot = plots.get(name)
        if isinstance(plot, Mapping) and plot.get(across) and plot.get(up):
            points = _thinned([*zip(plot[across], plot[up], strict=True)])
            return {"title": title, "across": _words(across), "up": _words(up), "points": points}
    return None


def _thinned(points: list[Any]) -> list[Any]:
    step = max(1, -(-len(points) // MOST_POINTS))
    return [*points[:-1:step], *points[-1:]]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _page(run: RunView, node: NodeRunView) -> dict[str, str]:
    if node.model:
        name, version = str(node.model["model"]), str(node.model["version"])
        return {"path": "models", "label": f"Open {name} v{version}", "model": name, "version": version}
    return {"path": "runs", "label": f"Open run {run.number}", "run": run.id}
