"""Models on the same rows: is the difference more than chance?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from components.base import FIGURES, Predictions, Report
from components.errors import UnfitData
from components.evaluate.metrics import LOWER_IS_BETTER, measure, words
from components.evaluate.outcomes import Array
from components.evaluate.pictures import amount, bars, listing, short
from components.evaluate.plots import rates
from components.evaluate.scores import scores

if TYPE_CHECKING:
    from components.evaluate.compare_models import CompareModelsParams

MOST_ROWS = 20_000
"""On more rows, chance plays no part that matters, and drawing them again takes minutes."""
DEFAULTS = ("roc_auc", "accuracy", "rmse")


@dataclass(frozen=True)
class Standing:
    """One model beside the best one.

    Parameters
    ----------
    low, high
        Interval of the score.
    difference
        Score minus that of the best model, with its interval and the chance that it is nothing.
    """

    name: str
    value: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    chance: float | None


def compared(answers: Mapping[str, Predictions], params: "CompareModelsParams") -> Report:
    """The report of a comparison."""
    all_scores = {name: scores(p) for name, p in answers.items()}
    metric: str = params.metric or next(
        (name for name in DEFAULTS if all(name in s for s in all_scores.values())), "mae"
    )
    lacking = [name for name, found in all_scores.items() if metric not in found]
    if lacking:
        raise UnfitData(
            f"{metric!r} is not defined for {lacking[0]!r} on these test rows.",
            hint=f"Choose one of {', '.join(next(iter(all_scores.values())))}.",
            field="metric",
        )
    found = standings(answers, metric, params.confidence, params.resamples, params.seed)
    rows = len(next(iter(answers.values())).truth)
    names = list(dict.fromkeys(name for each in all_scores.values() for name in each))
    table = [[each.name, *(all_scores[each.name].get(name) for name in names)] for each in found]
    plots = {"standing": _standing(found, metric, params), "differences": _differences(found, metric, params)}
    plots["scores"] = listing("All scores", "The best model comes first.", ["model", *names], table)
    plots |= {name: plot for name, plot in (("roc_curves", rates(answers)),) if plot}
    return {
        "task": next(iter(answers.values())).task,
        "rows": rows,
        "metrics": {metric: found[0].value},
        "plots": plots,
        "notes": [_verdict(found, metric, params), f"Scored on {amount(rows, 'test row')} that all models share."],
        FIGURES: _figures(found, all_scores, metric),
    }


def standings(
    answers: Mapping[str, Predictions], metric: str, confidence: float, resamples: int, seed: int
) -> list[Standing]:
    """Every model beside the best one, the best first.

    Source: the percentile bootstrap of paired differences; its p-value is twice the smaller share of differences on one
    side of none.
    """
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    asked = {name: measure(metric, p) for name, p in answers.items()}
    rows = len(next(iter(answers.values())).truth)
    whole = {name: ask(np.arange(rows)) for name, ask in asked.items()}
    drawn = _resampled(asked, rows, resamples, seed)
    best = max(whole, key=lambda name: sign * whole[name])
    ends = [50 * (1 - confidence), 50 * (1 + confidence)]
    found = []
    for name, values in drawn.items():
        apart = values - drawn[best]
        apart = apart[np.isfinite(apart)]
        low, high = np.percentile(values[np.isfinite(values)], ends)
        least, most = np.percentile(apart, ends)
        chance = None if name == best else float(min(1.0, 2 * min((apart <= 0).mean(), (apart >= 0).mean())))
        found.append(
            Standing(
                name,
                whole[name],
                float(low),
                float(high),
                whole[name] - whole[best],
                float(least),
                float(most),
                chance,
            )
        )
    return sorted(found, key=lambda each: -sign * each.value)


def _resampled(asked: Mapping[str, Callable[[Array], float]], rows: int, resamples: int, seed: int) -> dict[str, Array]:
    """The scores of every model on the same draws of rows."""
    generator = np.random.default_rng(seed)
    size = min(rows, MOST_ROWS)
    values: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(resamples):
        draw = generator.integers(0, rows, size)
        for name, ask in asked.items():
            values[name].append(ask(draw))
    return {name: np.array(found) for name, found in values.items()}


def _verdict(found: list[Standing], metric: str, params: "CompareModelsParams") -> str:
    best, *others = found
    if not others:
        return f"{best.name} has {words(metric)} {short(best.value)}."
    equal = [each.name for each in others if each.chance is not None and each.chance > 1 - params.confidence]
    if not equal:
        return f"{best.name} is better than every other model, beyond chance ({round(100 * params.confidence)} % sure)."
    return f"{best.name} is ahead, but by no more than chance may give, of {' and '.join(equal[:3])}."


def _standing(found: list[Standing], metric: str, params: "CompareModelsParams") -> Any:
    sure = f"the thin lines hold {round(100 * params.confidence)} % of what chance does"
    read = f"{found[0].name} has {short(found[0].value)}; {sure}."
    names, values = [each.name for each in found], [each.value for each in found]
    low, high = [each.low for each in found], [each.high for each in found]
    return bars("Standing", read, names, values, across=words(metric), low=low, high=high)


def _differences(found: list[Standing], metric: str, params: "CompareModelsParams") -> Any:
    others = [each for each in found if each.chance is not None]
    read = f"Beside {found[0].name}; a thin line that reaches 0 says that there may be no difference."
    names, values = [each.name for each in others], [each.difference for each in others]
    low, high = [each.difference_low for each in others], [each.difference_high for each in others]
    across = f"difference of {words(metric)} to {found[0].name}"
    return bars("Difference to the best", read, names, values, across=across, low=low, high=high)


def _figures(found: list[Standing], all_scores: Mapping[str, Mapping[str, float]], metric: str) -> list[dict[str, Any]]:
    rows = []
    for each in found:
        for name, value in all_scores[each.name].items():
            row = {"model": each.name, "metric": name, "value": value, "is_best": each.chance is None}
            rows.append(row | (_interval(each) if name == metric else {}))
    return rows


def _interval(each: Standing) -> dict[str, Any]:
    return {
        "low": each.low,
        "high": each.high,
        "difference": each.difference,
        "difference_low": each.difference_low,
        "difference_high": each.difference_high,
        "p_value": each.chance,
    }
