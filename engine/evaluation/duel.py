"""Is the challenger better than the champion: overall, and for each group of rows?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.comparing import DEFAULTS, standings
from components.evaluate.metrics import LOWER_IS_BETTER, measure, part
from components.evaluate.rates import named_groups
from components.evaluate.scores import scores
from engine.errors import InvalidSetting
from engine.evaluation.unseen import Unseen

CHAMPION, CHALLENGER = "champion", "challenger"
CONFIDENCE = 0.95
RESAMPLES, FEWER_RESAMPLES, MANY_ROWS = 1_000, 400, 20_000
GROUP_RESAMPLES = 300
BINS = 4
"""Into how many ranges a number with many values is cut, where it makes groups."""
LEAST_ROWS = 30
"""On fewer rows nothing is measured."""


@dataclass(frozen=True)
class Gain:
    """What the challenger gains over the champion, better being more, with the interval that chance leaves it."""

    value: float
    low: float
    high: float
    chance: float | None = None

    def as_data(self) -> dict[str, float | None]:
        """As a JSON document."""
        return vars(self)


def duel(seen: Unseen, metric: str | None = None, group: str | None = None) -> dict[str, Any]:
    """Both models on their rows, as a JSON document.

    Parameters
    ----------
    metric
        What decides; ROC AUC, accuracy or the root mean squared error, unless given.
    group
        A column of the rows, for whose values the two are compared one by one.

    Raises
    ------
    InvalidSetting
        When the metric is not defined for these rows, or there is no such column.
    """
    answers = {CHAMPION: seen.champion, CHALLENGER: seen.challenger}
    every = {name: scores(told) for name, told in answers.items()}
    chosen = _metric(every, metric)
    resamples = RESAMPLES if seen.rows < MANY_ROWS else FEWER_RESAMPLES
    found = {it.name: it for it in standings(answers, chosen, CONFIDENCE, resamples, 0)}
    sides = {name: {"value": it.value, "low": it.low, "high": it.high} for name, it in found.items()}
    return {
        "metric": chosen,
        "level": CONFIDENCE,
        **sides,
        "gain": _gain(found, chosen).as_data(),
        "metrics": [
            {"metric": name, **{side: every[side].get(name) for side in answers}} for name in every[CHALLENGER]
        ],
        "group": _by_group(seen, chosen, group) if group else None,
    }


def _metric(every: Mapping[str, Mapping[str, float]], metric: str | None) -> str:
    offered = [name for name in every[CHALLENGER] if name in every[CHAMPION]]
    chosen = metric or next((name for name in (*DEFAULTS, *offered) if name in offered), "")
    if chosen not in offered:
        raise InvalidSetting(
            f"{chosen or 'No metric'} is not defined for both models on these rows.",
            hint=f"Let the rule go by one of {', '.join(offered)}." if offered else "Let more rows be tested.",
            field="metric",
        )
    return chosen


def _gain(found: Mapping[str, Any], metric: str) -> Gain:
    """The difference as it was drawn: beside whichever of the two is ahead."""
    ahead = next(it for it in found.values() if it.chance is None)
    behind = next(it for it in found.values() if it is not ahead)
    lost, ends = behind.difference, (behind.difference_low, behind.difference_high)
    if metric in LOWER_IS_BETTER:
        lost, ends = -lost, (-ends[1], -ends[0])
    if ahead.name == CHALLENGER:
        lost, ends = -lost, (-ends[1], -ends[0])
    return Gain(lost, ends[0], ends[1], behind.chance)


def _by_group(seen: Unseen, metric: str, column: str) -> dict[str, Any]:
    if column not in seen.columns.column_names:
        raise InvalidSetting(
            f"The rows have no column {column} to make groups of.",
            hint=f"Choose one of {', '.join(seen.columns.column_names[:20])}.",
            field="group",
        )
    names = named_groups(seen.columns.column(column), BINS)
    listed = sorted(set(names.tolist()), key=lambda name: -int((names == name).sum()))
    return {"column": column, "groups": [_group(seen, metric, name, np.flatnonzero(names == name)) for name in listed]}


def _group(seen: Unseen, metric: str, name: str, rows: Any) -> dict[str, Any]:
    told = {"name": name, "rows": len(rows)}
    if len(rows) < LEAST_ROWS:
        return told
    champion, challenger = part(seen.champion, rows), part(seen.challenger, rows)
    used = _defined(metric, champion, challenger)
    values = [measure(used, p)(np.arange(len(rows))) for p in (champion, challenger)]
    sign = -1.0 if used in LOWER_IS_BETTER else 1.0
    ends = _ends([measure(used, p) for p in (champion, challenger)], len(rows), sign)
    gain = Gain(sign * (values[1] - values[0]), *ends).as_data()
    return {**told, "metric": used, CHAMPION: values[0], CHALLENGER: values[1], "gain": gain}


def _defined(metric: str, *sides: Predictions) -> str:
    """The metric, or one that is defined for every group, where this one is not."""
    if all(np.isfinite(measure(metric, p)(np.arange(len(p.truth)))) for p in sides):
        return metric
    return "accuracy" if sides[0].task == "classification" else "mae"


def _ends(asked: Sequence[Callable[[Any], float]], rows: int, sign: float) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(GROUP_RESAMPLES):
        draw = rng.integers(0, rows, rows)
        drawn.append(sign * (asked[1](draw) - asked[0](draw)))
    known = np.array(drawn)[np.isfinite(drawn)]
    if not len(known):
        return (float("nan"), float("nan"))
    low, high = np.percentile(known, [50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)])
    return float(low), float(high)
