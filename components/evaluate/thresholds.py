"""What each threshold costs, and which one is best."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from components.base import FIGURES, Predictions, Report
from components.errors import UnfitData
from components.evaluate.outcomes import Array, Outcomes, outcomes
from components.evaluate.pictures import amount, line, lines, mark, percent, plain, short, thinned

DEFAULT = 0.5


@dataclass(frozen=True)
class Counted:
    """What happens at each threshold, from the highest to the lowest: an alarm wherever the chance is as high.

    Parameters
    ----------
    thresholds : ndarray of shape (n,)
        The first is above every chance: no alarm at all.
    false_alarms, misses : ndarray of shape (n,)
    positives, negatives : how many rows are of the class, and how many are not
    """

    thresholds: Array
    false_alarms: Array
    misses: Array
    positives: int
    negatives: int

    def scores(self, name: str, false_alarm_cost: float, miss_cost: float) -> Array:
        """By what thresholds are ranked; higher is better."""
        if name == "cost":
            return -(self.false_alarms * false_alarm_cost + self.misses * miss_cost)
        return self.f1 if name == "f1" else self.balanced_accuracy

    @property
    def hits(self) -> Array:
        return np.asarray(self.positives - self.misses)

    @property
    def precision(self) -> Array:
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> Array:
        return _share(self.hits, self.positives)

    @property
    def f1(self) -> Array:
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @property
    def balanced_accuracy(self) -> Array:
        sides = [self.recall] if self.positives else []
        sides += [1 - self.false_alarms / self.negatives] if self.negatives else []
        return np.asarray(np.mean(sides, axis=0))


def counted(actual: Array, chance: Array) -> Counted:
    """False alarms and misses at every threshold that makes a difference."""
    order = np.argsort(-chance, kind="stable")
    ordered, hit = chance[order], actual[order]
    last = np.flatnonzero(np.append(np.diff(ordered) != 0, True)) if len(ordered) else np.array([], int)
    hits = np.concatenate([[0], np.cumsum(hit)[last]]).astype(int)
    alarms = np.concatenate([[0], last + 1])
    above = np.nextafter(ordered[0], np.inf) if len(ordered) else 1.0
    positives = int(actual.sum())
    thresholds = np.concatenate([[above], ordered[last]])
    return Counted(thresholds, alarms - hits, positives - hits, positives, len(actual) - positives)


def chosen(found: Counted, by: str, costs: tuple[float, float]) -> float:
    """The best threshold, half-way to the next lower chance, where a new row falls on the side of the nearer one.

    Of several equally good ones, that in the middle: the one that a small change harms least.
    """
    scores = found.scores(by, *costs)
    best = np.flatnonzero(scores >= scores.max() - 1e-12 * max(1.0, abs(scores.max())))
    place = int(best[len(best) // 2])
    high = float(found.thresholds[place])
    if place + 1 == len(found.thresholds):
        return min(high, 1.0) / 2
    return min(1.0, (high + float(found.thresholds[place + 1])) / 2)


def tuned(
    p: Predictions,
    false_alarm_cost: float,
    miss_cost: float,
    choose_by: str,
    positive: Any,
    folds: int,
    seed: int,
) -> Report:
    """The report of the threshold tuner."""
    tested, costs = outcomes(p, positive), (false_alarm_cost, miss_cost)
    _check(tested)
    threshold, alarms, note = _judged(p, tested, positive, (choose_by, costs, folds, seed))
    cost = _cost(tested.actual, alarms, costs)
    usual = _cost(tested.actual, tested.chance >= DEFAULT, costs)
    every = counted(tested.actual, tested.chance)
    metrics = {
        "best_threshold": threshold,
        "cost": cost,
        "cost_at_0_5": usual,
        "false_alarms": float((alarms & ~tested.actual).sum()),
        "misses": float((tested.actual & ~alarms).sum()),
    }
    kept = thinned(len(every.thresholds))
    saved = usual - cost
    change = f"saves {percent(saved / usual)} of it" if usual and saved > 0 else "saves nothing"
    read = (
        f"An alarm for {tested.label!r} from a chance of {short(threshold)} on costs {short(cost)} on test rows; "
        f"the usual 0.5 costs {short(usual)}, so the threshold {change}."
    )
    return {
        "task": p.task,
        "rows": len(tested.actual),
        "metrics": metrics,
        "plots": {
            "cost_by_threshold": _cost_plot(every, kept, costs, threshold, read),
            "rates_by_threshold": _rates_plot(every, kept, threshold),
        },
        "notes": [note],
        FIGURES: _figures(every, kept, costs),
    }


def _check(tested: Outcomes) -> None:
    if tested.actual.all() or not tested.actual.any():
        only = "every" if tested.actual.all() else "no"
        raise UnfitData(
            f"Among the test rows {only} row is {tested.label!r}, so thresholds cannot be compared.",
            hint="Stratify the split by the target, or look at the filters before this node.",
        )


def _judged(
    p: Predictions, tested: Outcomes, positive: Any, how: tuple[str, tuple[float, float], int, int]
) -> tuple[float, Array, str]:
    """The threshold, which test rows raise an alarm where it is judged, and how that was done."""
    by, costs, folds, seed = how
    if p.validation is not None and len(p.validation.truth):
        held = outcomes(p.validation, positive)
        threshold = chosen(counted(held.actual, held.chance), by, costs)
        rows = amount(len(held.actual), "validation row")
        return threshold, tested.chance >= threshold, f"Chosen on {rows}, counted on the test rows."
    rows_of = np.random.default_rng(seed).permutation(len(tested.actual))
    alarms = np.zeros(len(tested.actual), dtype=bool)
    for part in np.array_split(rows_of, min(folds, len(rows_of))):
        others = np.setdiff1d(rows_of, part)
        alarms[part] = tested.chance[part] >= chosen(counted(tested.actual[others], tested.chance[others]), by, costs)
    note = (
        f"There are no validation rows: each of {folds} parts of the test rows was counted at the threshold that the "
        "others choose; the threshold that is named comes from all of them."
    )
    return chosen(counted(tested.actual, tested.chance), by, costs), alarms, note


def _cost(actual: Array, alarms: Array, costs: tuple[float, float]) -> float:
    return float((alarms & ~actual).sum() * costs[0] + (actual & ~alarms).sum() * costs[1])


def _cost_plot(every: Counted, kept: Array, costs: tuple[float, float], best: float, read: str) -> Any:
    at = np.minimum(every.thresholds[kept], 1.0)
    alarms, misses = every.false_alarms[kept] * costs[0], every.misses[kept] * costs[1]
    drawn = [
        line("all", at, alarms + misses),
        line("false alarms", at, alarms, style="other"),
        line("misses", at, misses, style="dotted"),
    ]
    marks = [mark("best", best), mark("usual", DEFAULT)]
    return lines("Cost by threshold", read, drawn, across="threshold", up="cost", marks=marks)


def _rates_plot(every: Counted, kept: Array, best: float) -> Any:
    at = np.minimum(every.thresholds[kept], 1.0)
    place = int(np.searchsorted(-every.thresholds, -best, side="right")) - 1
    caught, right = float(every.recall[place]), float(every.precision[place])
    read = f"At the best threshold {percent(caught)} are found, and {percent(right)} of the alarms are right."
    drawn = [line("recall", at, every.recall[kept]), line("precision", at, every.precision[kept], style="other")]
    return lines("Found and right", read, drawn, across="threshold", up="share", marks=[mark("best", best)])


def _figures(every: Counted, kept: Array, costs: tuple[float, float]) -> list[dict[str, Any]]:
    columns = {
        "threshold": every.thresholds[kept],
        "cost": -every.scores("cost", *costs)[kept],
        "false_alarms": every.false_alarms[kept],
        "misses": every.misses[kept],
        "precision": every.precision[kept],
        "recall": every.recall[kept],
        "f1": every.f1[kept],
        "balanced_accuracy": every.balanced_accuracy[kept],
    }
    named = {name: plain(values) for name, values in columns.items()}
    return [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]


def _share(part: Any, whole: Any) -> Array:
    """0 where there is nothing to have a share of, as scikit-learn says by default."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.asarray(np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0))
