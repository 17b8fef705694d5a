"""What a threshold is worth, for whatever errors cost: live, from what a report keeps of every threshold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from components.evaluate.pictures import line, lines, mark, percent, short
from engine.service.views import View

USUAL = 0.5

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """Of one row each, in whatever unit.

    Parameters
    ----------
    false_alarm, miss
        What the two errors cost.
    hit
        What a row that is rightly found brings in.
    """

    false_alarm: float = 1.0
    miss: float = 1.0
    hit: float = 0.0

    def of(self, trade_off: Mapping[str, Any]) -> Floats:
        """What each threshold costs; negative where it brings in more."""
        alarms, misses = (np.array(trade_off[name], dtype=float) for name in ("false_alarms", "misses"))
        hits = trade_off["positives"] - misses
        return np.asarray(alarms * self.false_alarm + misses * self.miss - hits * self.hit)


class WeighedView(View):
    """One class at one threshold.

    Parameters
    ----------
    threshold, best
        The one that was asked for, and the cheapest.
    confusion
        Rows by true class (lines) and by alarm: as a report's plot has it.
    plot
        The cost by threshold.
    """

    label: str
    threshold: float
    best: float
    cost: float
    cost_at_best: float
    precision: float | None
    recall: float
    confusion: dict[str, Any]
    plot: dict[str, Any]
    sentence: str


def thresholds_of(trade_off: Mapping[str, Any]) -> list[float]:
    """Those that can be chosen, rising."""
    return sorted(set(trade_off["threshold"]))


def best_threshold(trade_off: Mapping[str, Any], costs: Costs) -> float:
    """The cheapest; of several, the one in the middle, which a small change harms least."""
    return float(trade_off["threshold"][_best(costs.of(trade_off), np.array(trade_off["threshold"]))])


def weigh(trade_off: Mapping[str, Any], costs: Costs, threshold: float | None = None) -> WeighedView:
    """What happens at a threshold.

    Parameters
    ----------
    trade_off
        One class of a report's ``trade_offs``.
    threshold
        The cheapest one, unless given; the nearest that is known is taken.
    """
    every, at = costs.of(trade_off), np.array(trade_off["threshold"], dtype=float)
    best = _best(every, at)
    place = best if threshold is None else int(np.abs(at - threshold).argmin())
    usual = _at(at, USUAL)
    alarms, misses = trade_off["false_alarms"][place], trade_off["misses"][place]
    hits, rest = trade_off["positives"] - misses, trade_off["negatives"] - alarms
    label, other = trade_off["label"], f"not {trade_off['label']}"
    precision = hits / (hits + alarms) if hits + alarms else None
    return WeighedView(
        label=label,
        threshold=float(at[place]),
        best=float(at[best]),
        cost=float(every[place]),
        cost_at_best=float(every[best]),
        precision=precision,
        recall=hits / trade_off["positives"],
        confusion={"labels": [other, label], "counts": [[rest, alarms], [misses, hits]]},
        plot=_plot(at, every, place, best, usual),
        sentence=_sentence(trade_off, at, every, (place, best, usual)),
    )


def _best(every: Floats, at: Floats) -> int:
    least = np.flatnonzero(every <= every.min() + 1e-9 * max(1.0, float(np.abs(every).max())))
    middle = (at[least[0]] + at[least[-1]]) / 2
    return int(least[np.abs(at[least] - middle).argmin()])


def _at(at: Floats, threshold: float) -> int:
    """The last place whose alarms a threshold raises: thresholds fall."""
    return max(0, int(np.searchsorted(-at, -threshold, side="right")) - 1)


def _plot(at: Floats, every: Floats, place: int, best: int, usual: int) -> dict[str, Any]:
    read = (
        f"The lowest point of the line, at {short(float(at[best]))}, is the cheapest threshold; a flat bottom means "
        "that it hardly matters."
    )
    marks = [mark("best", at[best])]
    marks += [mark("yours", at[place])] if place != best else []
    marks += [mark("usual", USUAL)] if usual not in (best, place) else []
    return lines("Cost by threshold", read, [line("cost", at, every)], across="threshold", up="cost", marks=marks)


def _sentence(trade_off: Mapping[str, Any], at: Floats, every: Floats, places: tuple[int, int, int]) -> str:
    place, best, usual = places
    alarms, misses = trade_off["false_alarms"][place], trade_off["misses"][place]
    hits, positives = trade_off["positives"] - misses, trade_off["positives"]
    raised, label = hits + alarms, trade_off["label"]
    if not raised:
        told = f"With no alarm at all every one of the {positives:,} rows of {label!r} is overlooked"
    else:
        told = (
            f"An alarm for {label!r} from a chance of {short(float(at[place]))} on finds {percent(hits / positives)} "
            f"of them, and {percent(hits / raised)} of {raised:,} alarms are right"
        )
    compared = "the least of all thresholds" if every[place] <= every[best] else f"the least is {_money(every[best])}"
    beside = f"the usual 0.5 {_costs(every[usual])}, no alarm at all {_costs(every[0])}"
    return f"{told}. That {_costs(every[place])}, {compared}; {beside}."


def _costs(cost: float) -> str:
    return f"brings in {short(-cost)}" if cost < 0 else f"costs {short(cost)}"


def _money(cost: float) -> str:
    return f"a gain of {short(-cost)}" if cost < 0 else short(cost)
