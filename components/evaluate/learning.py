"""What a model that learns from more and more rows is worth."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from components.base import FIGURES, Relearned, Report
from components.errors import ComponentError, UnfitData
from components.evaluate.metrics import LOWER_IS_BETTER, words
from components.evaluate.outcomes import Array
from components.evaluate.pictures import Plot, amount, line, lines, short
from components.evaluate.scores import scores

if TYPE_CHECKING:
    from components.evaluate.learning_curve import LearningCurveParams

DEFAULTS = ("roc_auc", "accuracy", "r2", "rmse")


@dataclass(frozen=True)
class Point:
    """The scores after some share of the rows."""

    share: float
    rows: int
    train: dict[str, float]
    test: dict[str, float]


def learning_curve(model: Relearned, params: "LearningCurveParams") -> Report:
    """The report of a learning curve."""
    ranks = _ranks(model, params.seed)
    points, skipped = [], []
    for share in np.geomspace(params.smallest, 1.0, params.points):
        rows = np.flatnonzero(ranks < share)
        try:
            train, test = model.learn(rows)
        except (ComponentError, ValueError) as error:
            skipped.append(f"It could not learn from {amount(len(rows), 'row')}: {str(error).rstrip('.')}.")
            continue
        points.append(Point(float(share), len(rows), scores(train), scores(test)))
    if not points:
        raise UnfitData("The model could learn from none of these shares.", hint=skipped[0], field="smallest")
    metric = _metric(points, params.metric)
    used = amount(len(model.labels), "row")
    notes = [f"Learned from up to {used} of {amount(model.train_rows, 'train row')}.", *skipped]
    return {
        "task": model.task,
        "rows": model.test_rows,
        "metrics": {metric: points[-1].test[metric]},
        "plots": {"learning_curve": _plot(points, metric)},
        "notes": notes,
        FIGURES: [row for point in points for row in _rows(point)],
    }


def _ranks(model: Relearned, seed: int) -> Array:
    """For each row, the share from which on it is learned from: in every class from 0 to 1, at random."""
    generator, ranks = np.random.default_rng(seed), np.empty(len(model.labels))
    groups = np.unique(model.labels) if model.task == "classification" else [None]
    for label in groups:
        here = np.flatnonzero(model.labels == label) if label is not None else np.arange(len(model.labels))
        ranks[generator.permutation(here)] = np.arange(len(here)) / len(here)
    return ranks


def _metric(points: list[Point], wanted: str | None) -> str:
    there = [name for name in points[-1].test if all(name in point.test for point in points)]
    metric = wanted or next((name for name in DEFAULTS if name in there), None)
    if metric is None or metric not in there:
        raise UnfitData(
            f"{metric or DEFAULTS[0]!r} is not defined for these test rows.",
            hint=f"Choose one of {', '.join(there)}.",
            field="metric",
        )
    return metric


def _plot(points: list[Point], metric: str) -> Plot:
    at = [point.rows for point in points]
    nothing = float("nan")
    train = [point.train.get(metric, nothing) for point in points]
    test = [point.test[metric] for point in points]
    drawn = [
        line("test rows", at, test, measured=True),
        line("rows it learned from", at, train, style="other", measured=True),
    ]
    return lines("Learning curve", _read(points, metric), drawn, across="train rows", up=words(metric))


def _read(points: list[Point], metric: str) -> str:
    named = words(metric)
    if len(points) < 2:
        return f"From {amount(points[-1].rows, 'row')} the model reaches {named} {short(points[-1].test[metric])}."
    sign = -1 if metric in LOWER_IS_BETTER else 1
    before, last = points[-2], points[-1]
    gain = sign * (last.test[metric] - before.test[metric])
    noise = 0.005 * max(abs(last.test[metric]), 1e-9)
    more = "more rows may help further" if gain > noise else "more rows would hardly help"
    apart = sign * (last.train.get(metric, math.nan) - last.test[metric])
    fit = f"; on its own rows it is {short(apart)} better" if apart > 0 else ""
    return (
        f"From {before.rows:,} to {last.rows:,} rows {named} goes from {short(before.test[metric])} to "
        f"{short(last.test[metric])}: {more}{fit}."
    )


def _rows(point: Point) -> list[dict[str, Any]]:
    return [
        {
            "share": point.share,
            "train_rows": point.rows,
            "metric": name,
            "train": point.train.get(name),
            "test": point.test.get(name),
        }
        for name in point.test
    ]
