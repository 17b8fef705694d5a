"""When a trial is left before its end, because its first parts promise nothing.

Source: Golovin et al., *Google Vizier* (2017), for the median rule.
"""

from collections.abc import Callable, Sequence
from statistics import fmean, median, pstdev

from components.ensembles.metrics import Judge

Curve = Sequence[float]
"""The scores of one trial, part after part."""
Rule = Callable[[Judge, Sequence[Curve], Curve], bool]
"""Whether a trial with these first scores is hopeless, beside those that came to their end."""

FEW = 5
"""So many whole trials must be known before one is given up for being worse than half of them."""
LEAST_GAP = 1e-9


def behind_half(judge: Judge, whole: Sequence[Curve], scores: Curve) -> bool:
    """Worse than half of the others were at this point."""
    if len(whole) < FEW:
        return False
    at = len(scores)
    return judge.is_better(median(fmean(curve[:at]) for curve in whole), fmean(scores))


def behind_the_best(spreads: float = 1.0) -> Rule:
    """Worse than the best on the same parts, by so many times what its parts differ from each other."""

    def is_behind(judge: Judge, whole: Sequence[Curve], scores: Curve) -> bool:
        if not whole:
            return False
        best = (min if judge.lower_is_better else max)(whole, key=fmean)
        gap = fmean(best[: len(scores)]) - fmean(scores)
        return (-gap if judge.lower_is_better else gap) > spreads * max(pstdev(best), LEAST_GAP)

    return is_behind
