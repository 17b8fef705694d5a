"""The data of a report's plots, as JSON."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.calibration import calibration_plots
from components.evaluate.outcomes import wilson
from components.evaluate.pictures import Plot, bars, line, lines, listing, percent, short, thinned
from components.evaluate.residuals import residual_plots
from components.evaluate.scores import positive

MOST_CLASSES = 10
"""Classes with a line of their own."""
MOST_LABELS, MOST_LISTED = 25, 200
"""Classes of a confusion matrix, and of a table of classes; of more, those with the most rows."""
OTHER = "other"
TENTHS = 10

Array = np.ndarray[Any, Any]


def plots(p: Predictions, bins: int = 10) -> dict[str, Any]:
    """Every plot that these predictions allow, by name.

    Returns
    -------
    dict
        For classes ``confusion_matrix`` and ``per_class``; with probabilities ``calibration_curve``,
        ``predicted_chances`` and, with two classes, ``roc_curve``, ``precision_recall_curve``, ``gain`` and ``lift`` of
        the positive class, with more classes ``roc_curves`` and ``precision_recall_curves`` of each against the rest.
        For numbers those of `components.evaluate.residuals`.
    """
    if len(p.truth) == 0:
        return {}
    if p.task == "regression":
        return residual_plots(p, bins)
    found: dict[str, Any] = {"confusion_matrix": confusion_matrix(p), "per_class": per_class(p)}
    if p.probabilities is None:
        return found
    calibration = calibration_plots(p, bins)
    if len(p.classes) != 2:
        against = {str(label): _against_rest(p, label) for label in most_frequent(p)}
        curves = named("roc_curves", roc_curves(against)) | named(
            "precision_recall_curves", precision_recall_curves(against)
        )
        return found | curves | calibration
    is_positive, chance = _against_rest(p, positive(p))
    if 0 < is_positive.sum() < len(is_positive):
        found["roc_curve"] = roc_curve(is_positive, chance)
        found["precision_recall_curve"] = precision_recall_curve(is_positive, chance)
        found["gain"] = gain(is_positive, chance)
        found |= named("lift", lift(is_positive, chance))
    return found | calibration


def most_frequent(p: Predictions) -> list[Any]:
    """The classes with the most rows, in their own order; those that are drawn."""
    rows = [int((np.asarray(p.truth) == label).sum()) for label in p.classes]
    kept = sorted(np.argsort([-count for count in rows], kind="stable")[:MOST_CLASSES])
    return [p.classes[place] for place in kept]


def named(name: str, plot: Plot | None) -> dict[str, Plot]:
    """A plot under its name, where there is one."""
    return {name: plot} if plot else {}


def per_class(p: Predictions) -> Plot:
    """Precision, recall and F1 of every class; of very many, of those with the most rows."""
    from sklearn import metrics

    truth, prediction = _texts(p.truth), _texts(p.prediction)
    labels = [str(label) for label in p.classes]
    found = metrics.precision_recall_fscore_support(truth, prediction, labels=labels, zero_division=0)
    precision, recall, f1, support = (part.tolist() for part in found)
    worst = min(range(len(labels)), key=lambda i: (support[i] == 0, recall[i]))
    read = f"The model finds {percent(recall[worst])} of the rows of {labels[worst]!r}, which it overlooks most."
    rows = list(zip(labels, precision, recall, f1, support, strict=True))
    if len(rows) > MOST_LISTED:
        rows = sorted(rows, key=lambda row: -row[-1])[:MOST_LISTED]
        read += f" Listed are the {MOST_LISTED} of {len(labels):,} classes with the most rows."
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


def precision_recall_curves(against: Mapping[str, tuple[Array, Array]]) -> Plot | None:
    """Precision by recall, of several classes against the rest."""
    from sklearn import metrics

    there = {name: pair for name, pair in against.items() if 0 < pair[0].sum() < len(pair[0])}
    if not there:
        return None
    drawn = []
    for name, pair in there.items():
        curve = precision_recall_curve(*pair)
        drawn.append(line(name, curve["recall"], curve["precision"], style="other"))
    areas = {name: float(metrics.average_precision_score(*pair)) for name, pair in there.items()}
    best, worst = max(areas, key=areas.__getitem__), min(areas, key=areas.__getitem__)
    read = (
        f"Further up and to the right is better: the average precision is {short(areas[best])} for {best} and "
        f"{short(areas[worst])} for {worst}."
    )
    return lines("Precision and recall", read, drawn, across="recall", up="precision")


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


def lift(is_positive: Array, chance: Array) -> Plot | None:
    """How much more frequent positives are in each tenth of the rows, by falling probability, than in all of them."""
    if len(chance) < 2 * TENTHS:
        return None
    parts = np.array_split(is_positive[np.argsort(-chance, kind="stable")], TENTHS)
    hits, rows = np.array([part.sum() for part in parts]), np.array([len(part) for part in parts])
    share = is_positive.mean()
    low, high = (side / share for side in wilson(hits, rows))
    names = ["first tenth", *(f"{place}th" for place in range(2, TENTHS + 1))]
    names[1:3] = ["2nd", "3rd"]
    lifts = hits / rows / share
    read = (
        f"Among the tenth of the rows with the highest chances positives are {short(float(lifts[0]))} times as "
        f"frequent as among all rows ({percent(float(share))}); whiskers are 95 % intervals."
    )
    return bars("Lift", read, names, lifts, across="times as frequent as among all rows", low=low, high=high)


def confusion_matrix(p: Predictions) -> dict[str, Any]:
    """Rows by true class (lines) and predicted class (columns), in the order of ``labels``.

    Of very many classes those with the most rows; the others are one together.
    """
    from sklearn import metrics

    truth, prediction = _texts(p.truth), _texts(p.prediction)
    known = [str(label) for label in p.classes]
    labels = [*known, *sorted(set(truth) - set(known))]
    if len(labels) <= MOST_LABELS:
        return {"labels": labels, "counts": metrics.confusion_matrix(truth, prediction, labels=labels).tolist()}
    counted = Counter(truth)
    kept = set(sorted(labels, key=lambda label: -counted[label])[: MOST_LABELS - 1])
    shown = [*(label for label in labels if label in kept), OTHER]
    places = {label: place for place, label in enumerate(shown[:-1])}
    actual, said = ([places.get(label, len(places)) for label in values] for values in (truth, prediction))
    counts = np.zeros((len(shown), len(shown)), dtype=int)
    np.add.at(counts, (actual, said), 1)
    right = sum(true == said for true, said in zip(truth, prediction, strict=True))
    more = {"together": len(labels) - len(kept), "right": right}
    return {"labels": shown, "counts": counts.tolist(), **more}


def roc_curve(is_positive: Array, chance: Array) -> dict[str, Any]:
    """The true positive rate by the false positive rate, at most 200 points; the area is that of all points."""
    from sklearn import metrics

    false_rate, true_rate, _ = metrics.roc_curve(is_positive, chance)
    kept = thinned(len(false_rate))
    return {
        "false_positive_rate": false_rate[kept].tolist(),
        "true_positive_rate": true_rate[kept].tolist(),
        "area": float(metrics.auc(false_rate, true_rate)),
    }


def precision_recall_curve(is_positive: Array, chance: Array) -> dict[str, list[float]]:
    """Precision by recall, at most 200 points."""
    from sklearn import metrics

    precision, recall, _ = metrics.precision_recall_curve(is_positive, chance)
    kept = thinned(len(precision))
    return {"recall": recall[kept].tolist(), "precision": precision[kept].tolist()}


def _against_rest(p: Predictions, label: Any) -> tuple[Array, Array]:
    return np.asarray(p.truth) == label, np.asarray(p.probabilities)[:, list(p.classes).index(label)]


def _texts(labels: Any) -> list[str]:
    return [str(label) for label in np.asarray(labels).tolist()]
