"""Segments of rows where a model is worse than elsewhere: proposed on one half of the rows, judged on the other."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from components.base import FIGURES, Predictions, Report
from components.errors import UnfitData
from components.evaluate.conditions import Array, Condition, Described, Proposal, merged
from components.evaluate.pictures import amount, bars, listing, percent, short
from components.evaluate.significance import holm

if TYPE_CHECKING:
    from components.evaluate.error_slices import ErrorSlicesParams

MOST_ROWS = 50_000
MOST_JUDGED = 30
"""So many of the worst proposals are judged; each one more makes all of them harder to prove."""
ALIKE = 0.8
"""Slices with so large a share of rows in common are told once."""


@dataclass(frozen=True)
class Slice:
    """A segment, judged on rows that have not proposed it.

    Parameters
    ----------
    rows
        All test rows in it, those that proposed it among them.
    error, elsewhere
        Mean error in it and outside.
    chance
        The p-value, corrected for how many slices were judged.
    """

    conditions: tuple[Condition, ...]
    rows: int
    share: float
    error: float
    elsewhere: float
    lift: float
    chance: float

    def words(self) -> str:
        return " and ".join(one.words() for one in self.conditions)

    def expression(self) -> str:
        return " AND ".join(one.expression() for one in self.conditions)


def error_slices(p: Predictions, params: "ErrorSlicesParams") -> Report:
    """The report of error slices."""
    assert p.columns is not None  # noqa: S101  the component says that it looks at columns
    error, columns, note = _errors(p), p.columns, ""
    if len(error) > MOST_ROWS:
        drawn = np.sort(np.random.default_rng(params.seed).choice(len(error), MOST_ROWS, replace=False))
        error, columns = error[drawn], columns.take(drawn)
        note = f"Looked at {MOST_ROWS:,} of {amount(len(p.truth), 'test row')}."
    if len(error) < 4 * params.least_rows:
        raise UnfitData(
            f"There are {amount(len(error), 'test row')}, too few to find slices of {params.least_rows} rows and to "
            "prove them on others.",
            hint="Give the split a larger test share, or lower 'least_rows'.",
            field="least_rows",
        )
    described = {name: Described(name, columns.column(name)) for name in params.columns}
    found = find(error, described, params, is_share=p.task == "classification")
    return _told(p, error, found, params, note)


def find(error: Array, described: Mapping[str, Described], params: "ErrorSlicesParams", is_share: bool) -> list[Slice]:
    """The slices where the error is larger, the surest first."""
    order = np.random.default_rng(params.seed).permutation(len(error))
    first, second = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    proposed = _worst(set(_proposed(error, described, first, params)), error, described, first, params)
    judged = [
        (conditions, mask, _p_value(error[second], mask[second], is_share=is_share)) for conditions, mask in proposed
    ]
    chances = holm([chance for *_, chance in judged])
    made = [
        _slice(conditions, mask, error, second, chance)
        for (conditions, mask, _), chance in zip(judged, chances, strict=True)
    ]
    worse = [each for each in made if each.error > each.elsewhere]
    return sorted(worse, key=lambda each: (each.chance, -each.lift * each.share, each.words()))[: params.most]


def _errors(p: Predictions) -> Array:
    if p.task == "classification":
        return np.asarray(np.asarray(p.truth) != np.asarray(p.prediction), dtype=float)
    return np.asarray(np.abs(np.asarray(p.truth, dtype=float) - np.asarray(p.prediction, dtype=float)))


def _proposed(
    error: Array, described: Mapping[str, Described], rows: Array, params: "ErrorSlicesParams"
) -> Iterator[tuple[Condition, ...]]:
    """Every node of a tree over all columns, and of a tree over each of them alone."""
    offered = {name: list(column.proposals(rows)) for name, column in described.items()}
    everything = [one for some in offered.values() for one in some]
    for some in [everything, *offered.values()]:
        if some:
            yield from _nodes(
                np.column_stack([values for values, _ in some]), [p for _, p in some], error[rows], params
            )


def _nodes(
    matrix: Array, proposals: Sequence[Proposal], error: Array, params: "ErrorSlicesParams"
) -> Iterator[tuple[Condition, ...]]:
    from sklearn.tree import DecisionTreeRegressor

    least = max(2, params.least_rows // 2)
    grown = DecisionTreeRegressor(max_depth=params.depth, min_samples_leaf=least, random_state=params.seed)
    tree = grown.fit(matrix, error).tree_
    pending: list[tuple[int, tuple[Condition, ...]]] = [(0, ())]
    while pending:
        node, conditions = pending.pop()
        if conditions:
            found = merged(conditions)
            for column in {proposal.column.name: proposal.column for proposal in proposals}.values():
                found = column.simplest(found)
            yield found
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left != right:
            proposal, threshold = proposals[tree.feature[node]], float(tree.threshold[node])
            pending.append((left, (*conditions, proposal.side(threshold, is_left=True))))
            pending.append((right, (*conditions, proposal.side(threshold, is_left=False))))


def _worst(
    proposed: set[tuple[Condition, ...]],
    error: Array,
    described: Mapping[str, Described],
    rows: Array,
    params: "ErrorSlicesParams",
) -> list[tuple[tuple[Condition, ...], Array]]:
    """Those that weigh most among the rows that proposed them, of nearly equal ones the simplest."""
    ranked = []
    for conditions in proposed:
        mask = np.logical_and.reduce([described[one.column].fulfils(one) for one in conditions])
        here = mask[rows]
        if mask.sum() >= params.least_rows and 1 < here.sum() < len(rows):
            weight = (error[rows][here].mean() - error[rows].mean()) * np.sqrt(here.sum())
            ranked.append((-round(float(weight), 9), len(conditions), str(conditions), conditions, mask))
    taken: list[tuple[tuple[Condition, ...], Array]] = []
    for weight, _, _, conditions, mask in sorted(ranked, key=lambda it: it[:3]):
        if weight < 0 and not any(_overlap(mask, other) >= ALIKE for _, other in taken):
            taken.append((conditions, mask))
    return taken[:MOST_JUDGED]


def _overlap(one: Array, other: Array) -> float:
    return float((one & other).sum() / (one | other).sum())


def _p_value(error: Array, here: Array, *, is_share: bool) -> float:
    """How likely so much error would be if the slice were like the rest."""
    from scipy import stats

    inside, outside = error[here], error[~here]
    if len(inside) < 2 or len(outside) < 2:
        return 1.0
    if is_share:
        table = [[inside.sum(), len(inside) - inside.sum()], [outside.sum(), len(outside) - outside.sum()]]
        return float(stats.fisher_exact(table, alternative="greater").pvalue)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = float(stats.ttest_ind(inside, outside, equal_var=False, alternative="greater").pvalue)
    return found if np.isfinite(found) else float(inside.mean() <= outside.mean())


def _slice(conditions: tuple[Condition, ...], mask: Array, error: Array, rows: Array, chance: float) -> Slice:
    inside, outside = error[rows][mask[rows]], error[rows][~mask[rows]]
    here, elsewhere = (float(part.mean()) if len(part) else 0.0 for part in (inside, outside))
    mean = float(error[rows].mean())
    return Slice(conditions, int(mask.sum()), float(mask.mean()), here, elsewhere, here / mean if mean else 1.0, chance)


def _told(p: Predictions, error: Array, found: list[Slice], params: "ErrorSlicesParams", note: str) -> Report:
    sure = [each for each in found if each.chance < params.significance]
    kind = "share of wrong answers" if p.task == "classification" else "mean absolute error"
    overall = float(error.mean())
    metrics = {"error": overall, "slices": float(len(sure))}
    metrics |= {"largest_lift": max(each.lift for each in sure)} if sure else {}
    plots: dict[str, Any] = {}
    if found:
        worst = found[0]
        unit = percent if p.task == "classification" else short
        sureness = "" if sure else "; that may be chance"
        read = f"Where {worst.words()}, the error is {unit(worst.error)} instead of {unit(worst.elsewhere)}{sureness}."
        plots["slices"] = bars(
            "Error of slices", read, [each.words() for each in found], [each.error for each in found], across=kind
        )
        headings = ("slice", "rows", "error", "elsewhere", "lift", "p-value")
        rows = [[each.words(), each.rows, each.error, each.elsewhere, each.lift, each.chance] for each in found]
        sentence = "Error, lift and p-value come from the half of the test rows that has not proposed the slice."
        plots["details"] = listing("Slices", sentence, headings, rows)
    told = f"{amount(len(sure), 'slice')} with more error than elsewhere, beyond chance ({params.significance:g})."
    return {
        "task": p.task,
        "rows": len(p.truth),
        "metrics": metrics,
        "plots": plots,
        "notes": [told, *([note] if note else [])],
        FIGURES: [_row(each, each.chance < params.significance) for each in found],
    }


def _row(each: Slice, is_significant: bool) -> dict[str, Any]:
    return {
        "slice": each.words(),
        "condition": each.expression(),
        "rows": each.rows,
        "share": each.share,
        "error": each.error,
        "error_elsewhere": each.elsewhere,
        "lift": each.lift,
        "p_value": each.chance,
        "is_significant": is_significant,
    }
