"""The curves of several models of the same rows, in one plot."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.pictures import Plot, line, lines, listing, percent, short, thinned
from components.evaluate.plots import named, precision_recall_curve, rates
from components.evaluate.scores import positive

DOTS = 300
"""Rows of each model."""


def overlaid(answers: Mapping[str, Predictions]) -> dict[str, Plot]:
    """Every plot that these answers allow, by name.

    Returns
    -------
    dict
        For two classes ``roc_curves`` and ``precision_recall_curves``; for more ``recalls``, of each class by each
        model; for numbers ``predicted_against_actual``, the same rows of every model.
    """
    first = next(iter(answers.values()))
    if first.task == "regression":
        return {"predicted_against_actual": against(answers)}
    if all(len(p.classes) == 2 and p.probabilities is not None for p in answers.values()):
        return named("roc_curves", rates(answers)) | named("precision_recall_curves", precision_recall_curves(answers))
    return {"recalls": recalls(answers)}


def precision_recall_curves(answers: Mapping[str, Predictions]) -> Plot | None:
    """Precision by recall of several models."""
    from sklearn import metrics

    drawn, areas = [], {}
    for name, p in answers.items():
        is_positive = np.asarray(p.truth) == positive(p)
        chance = np.asarray(p.probabilities)[:, list(p.classes).index(positive(p))]
        if not 0 < is_positive.sum() < len(is_positive):
            return None
        curve = precision_recall_curve(is_positive, chance)
        drawn.append(line(name, curve["recall"], curve["precision"], style="other"))
        areas[name] = float(metrics.average_precision_score(is_positive, chance))
    best, worst = max(areas, key=areas.__getitem__), min(areas, key=areas.__getitem__)
    read = f"Average precision is {short(areas[best])} for {best} and {short(areas[worst])} for {worst}."
    return lines("Precision and recall", read, drawn, across="recall", up="precision")


def recalls(answers: Mapping[str, Predictions]) -> Plot:
    """Which share of the rows of each class every model finds."""
    first = next(iter(answers.values()))
    truth = np.asarray(first.truth)
    classes = list(dict.fromkeys(label for p in answers.values() for label in p.classes))
    rows, apart = [], {}
    for label in classes:
        here = truth == label
        shares = [
            float((np.asarray(p.prediction)[here] == label).mean()) if here.any() else None for p in answers.values()
        ]
        known = [share for share in shares if share is not None]
        apart[str(label)] = max(known) - min(known) if known else 0.0
        rows.append([str(label), int(here.sum()), *shares])
    widest = max(apart, key=apart.__getitem__)
    read = f"They differ most in {widest!r}, of which one finds {percent(apart[widest])} more than another."
    return listing("Share of each class that is found", read, ["class", "rows", *answers], rows)


def against(answers: Mapping[str, Predictions]) -> Plot:
    """Predicted by actual, of the same rows for every model."""
    first = next(iter(answers.values()))
    truth = np.asarray(first.truth, dtype=float)
    kept = thinned(len(truth), DOTS)
    series: list[dict[str, Any]] = [
        {"name": name, "y": [float(value) for value in np.asarray(p.prediction, dtype=float)[kept]]}
        for name, p in answers.items()
    ]
    errors = {name: float(np.abs(np.asarray(p.prediction, dtype=float) - truth).mean()) for name, p in answers.items()}
    best, worst = min(errors, key=errors.__getitem__), max(errors, key=errors.__getitem__)
    read = f"On average {best} is off by {short(errors[best])}, {worst} by {short(errors[worst])}."
    return {
        "kind": "overlaid_dots", "title": "Predicted against actual", "read": read, "across": "actual",
        "up": "predicted", "x": [float(value) for value in truth[kept]], "series": series,
    }  # fmt: skip
