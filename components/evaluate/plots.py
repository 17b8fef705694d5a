"""The data of a report's plots, as JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.pictures import Plot, dots, line, lines, listing, percent, short, thinned
from components.evaluate.scores import positive

SAMPLE = 500
MOST_CLASSES = 10
"""Classes with a line of their own."""

Array = np.ndarray[Any, Any]


def plots(p: Predictions, bins: int = 10) -> dict[str, Any]:
    """Every plot that these predictions allow, by name.

    Returns
    -------
    dict
        For classes ``confusion_matrix`` and ``per_class``; with probabilities and two classes ``roc_curve``,
        ``precision_recall_curve``, ``calibration_curve`` and ``gain`` of the positive class, with more classes
        ``roc_curves`` of each against the rest. For numbers ``residual_histogram``, ``predicted_against_actual`` and
        ``residuals_by_prediction``.
    """
    if len(p.truth) == 0:
        return {}
    if p.task == "regression":
        return {
            "residual_histogram": residual_histogram(p, bins),
            "predicted_against_actual": predicted_against_actual(p),
            "residuals_by_prediction": residuals_by_prediction(p),
        }
    found: dict[str, Any] = {"confusion_matrix": confusion_matrix(p), "per_class": per_class(p)}
    if p.probabilities is None:
        return found
    if len(p.classes) != 2:
        against = {str(label): _against_rest(p, label) for label in p.classes[:MOST_CLASSES]}
        return found | named("roc_curves", roc_curves(against))
    is_positive, chance = _against_rest(p, positive(p))
    if 0 < is_positive.sum() < len(is_positive):
        found["roc_curve"] = roc_curve(is_positive, chance)
        found["precision_recall_curve"] = precision_recall_curve(is_positive, chance)
        found["gain"] = gain(is_positive, chance)
    return found | {"calibration_curve": calibration_curve(is_positive, chance, bins)}


def named(name: str, plot: Plot | None) -> dict[str, Plot]:
    """A plot under its name, where there is one."""
    return {name: plot} if plot else {}


def per_class(p: Predictions) -> Plot:
    """Precision, recall and F1 of every class."""
    from sklearn import metrics

    truth, prediction = _texts(p.truth), _texts(p.prediction)
    labels = [str(label) for label in p.classes]
    found = metrics.precision_recall_fscore_support(truth, prediction, labels=labels, zero_division=0)
    precision, recall, f1, support = (part.tolist() for part in found)
    worst = min(range(len(labels)), key=lambda i: (support[i] == 0, recall[i]))
    read = f"The model finds {percent(recall[worst])} of the rows of {labels[worst]!r}, which it overlooks most."
    rows = zip(labels, precision, recall, f1, support, strict=True)
    return listing("Classes", read, ("class", "precision", "recall", "F1", "rows"), rows)


def roc_curves(against: Mapping[str, tuple[Array, Array]]) -> Plot | None:
    """Several ROC curves in one plot: of classes against the rest, or of models."""
    from sklearn import metrics

    there = {name: pair for name, pair in against.items() if 0 < pair[0].sum() < len(pair[0])}
    if not there:
        return None
    drawn = [line("chance", [0, 1], [0, 1], style="dotted")]
    for name, (is_positive, chance) in there.items():
        curve = roc_curve(is_positive, chance)
        drawn.append(line(name, curve["false_positive_rate"], curve["true_positive_rate"], style="other"))
    areas = {name: float(metrics.roc_auc_score(*pair)) for name, pair in there.items()}
    best, worst = max(areas, key=areas.__getitem__), min(areas, key=areas.__getitem__)
    read = f"The area under the curve is {short(areas[best])} for {best} and {short(areas[worst])} for {worst}."
    return lines("ROC curves", read, drawn, across="false positive rate", up="true positive rate")


def rates(answers: Mapping[str, Predictions]) -> Plot | None:
    """The ROC curves of several models of two classes."""
    binary = {name: p for name, p in answers.items() if len(p.classes) == 2 and p.probabilities is not None}
    return roc_curves({name: _against_rest(p, positive(p)) for name, p in binary.items()})


def gain(is_positive: Array, chance: Array) -> Plot:
    """Which share of the positives is found in which share of the rows, taken by falling probability."""
    order = np.argsort(-chance, kind="stable")
    found = np.append(0, np.cumsum(is_positive[order])) / is_positive.sum()
    rows = np.arange(len(found)) / len(is_positive)
    kept = thinned(len(found))
    tenth = float(np.interp(0.1, rows, found))
    read = f"The tenth of the rows with the highest chances holds {percent(tenth)} of the positives; by chance, 10 %."
    drawn = [line("model", rows[kept], found[kept]), line("chance", [0, 1], [0, 1], style="dotted")]
    return lines("Gain", read, drawn, across="share of rows", up="share of positives found")


def residuals_by_prediction(p: Predictions) -> Plot:
    """At most 500 rows, evenly taken."""
    truth, prediction = _numbers(p)
    kept = thinned(len(truth), SAMPLE)
    read = "Dots should lie alike above and below 0 everywhere; a bend or a funnel is what the model has not learned."
    up = "actual minus predicted"
    return dots(
        "Residuals by prediction", read, prediction[kept], (truth - prediction)[kept], across="predicted", up=up
    )


def confusion_matrix(p: Predictions) -> dict[str, Any]:
    """Rows by true class (lines) and predicted class (columns), in the order of ``labels``."""
    from sklearn import metrics

    truth, prediction = _texts(p.truth), _texts(p.prediction)
    known = [str(label) for label in p.classes]
    labels = [*known, *sorted(set(truth) - set(known))]
    return {"labels": labels, "counts": metrics.confusion_matrix(truth, prediction, labels=labels).tolist()}


def roc_curve(is_positive: Array, chance: Array) -> dict[str, list[float]]:
    """The true positive rate by the false positive rate, at most 200 points."""
    from sklearn import metrics

    false_rate, true_rate, _ = metrics.roc_curve(is_positive, chance)
    kept = thinned(len(false_rate))
    return {"false_positive_rate": false_rate[kept].tolist(), "true_positive_rate": true_rate[kept].tolist()}


def precision_recall_curve(is_positive: Array, chance: Array) -> dict[str, list[float]]:
    """Precision by recall, at most 200 points."""
    from sklearn import metrics

    precision, recall, _ = metrics.precision_recall_curve(is_positive, chance)
    kept = thinned(len(precision))
    return {"recall": recall[kept].tolist(), "precision": precision[kept].tolist()}


def calibration_curve(is_positive: Array, chance: Array, bins: int) -> list[dict[str, float]]:
    """For each bin of equal width that has rows: mean predicted probability, share of positives and rows."""
    places = np.minimum((chance * bins).astype(int), bins - 1)
    return [
        {
            "predicted": float(chance[places == place].mean()),
            "actual": float(is_positive[places == place].mean()),
            "rows": int((places == place).sum()),
        }
        for place in np.unique(places)
    ]


def residual_histogram(p: Predictions, bins: int) -> dict[str, list[float]]:
    """How many rows have which residual (truth minus prediction); one more edge than counts."""
    truth, prediction = _numbers(p)
    counts, edges = np.histogram(truth - prediction, bins=bins)
    return {"counts": counts.tolist(), "edges": edges.tolist()}


def predicted_against_actual(p: Predictions) -> dict[str, list[float]]:
    """At most 500 rows, evenly taken."""
    truth, prediction = _numbers(p)
    kept = thinned(len(truth), SAMPLE)
    return {"actual": truth[kept].tolist(), "predicted": prediction[kept].tolist()}


def _against_rest(p: Predictions, label: Any) -> tuple[Array, Array]:
    return np.asarray(p.truth) == label, np.asarray(p.probabilities)[:, list(p.classes).index(label)]


def _numbers(p: Predictions) -> tuple[Array, Array]:
    return np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)


def _texts(labels: Any) -> list[str]:
    return [str(label) for label in np.asarray(labels).tolist()]
