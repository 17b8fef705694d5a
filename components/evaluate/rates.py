"""Rates of groups, and how far they are apart."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.base import FIGURES, Predictions, Report
from components.evaluate.outcomes import Array, Outcomes, outcomes, wilson
from components.evaluate.pictures import Plot, amount, bars, listing, short

if TYPE_CHECKING:
    from components.evaluate.fairness import FairnessParams

MOST_GROUPS = 20
MISSING, OTHERS = "(missing)", "(others)"
OPPORTUNITY = ("true_positive_rate", "false_positive_rate")
RATES = ("selection_rate", *OPPORTUNITY, "precision", "accuracy", "base_rate")
WORDS = {
    "demographic_parity_difference": "The selection rates of two groups are {value} apart",
    "equal_opportunity_difference": "The true positive rates of two groups are {value} apart",
    "equalized_odds_difference": "The true or false positive rates of two groups are {value} apart",
    "demographic_parity_ratio": "The lowest selection rate is {value} of the highest",
    "mean_error_difference": "The mean errors of two groups are {value} standard deviations of the target apart",
}


@dataclass(frozen=True)
class Group:
    """One group of test rows.

    Parameters
    ----------
    is_compared
        Whether it has rows enough for its rates to be more than chance.
    figures
        Its rates; None where there is nothing to have a rate of.
    counts
        Of what each rate is a share.
    """

    name: str
    rows: int
    is_compared: bool
    figures: Mapping[str, float | None]
    counts: Mapping[str, int]


def fairness(p: Predictions, params: "FairnessParams") -> Report:
    """The report of fairness."""
    assert p.columns is not None  # noqa: S101  the component says that it looks at the column
    names, order = _named(p.columns.column(params.group), params.bins)
    rows = [(name, names == name) for name in order]
    made = _classified(p, rows, params) if p.task == "classification" else _numbered(p, rows, params)
    compared = [group for group in made if group.is_compared]
    metrics = differences(compared) if p.task == "classification" else _error_difference(compared, p)
    label = outcomes(p, params.positive).label if p.task == "classification" else None
    notes = [] if label is None else [f"Rates are those of the answer {label!r}."]
    if len(compared) < 2:
        notes.append(f"Fewer than two groups have {amount(params.least_rows, 'test row')}, so none are compared.")
    plots = {"groups": _table(made, p.task, params)}
    return {
        "task": p.task,
        "rows": len(p.truth),
        "metrics": metrics,
        "plots": (_rates(made, params) if p.task == "classification" else _errors(made, params)) | plots,
        "warnings": list(_warnings(metrics, compared, params)),
        "notes": notes,
        FIGURES: [_row(group, len(p.truth)) for group in made],
    }


def named_groups(column: Any, bins: int) -> Array:
    """What the group of each row is called: numbers with many values by ranges, rare values together."""
    return _named(column, bins)[0]


def _named(column: Any, bins: int) -> tuple[Array, list[str]]:
    """The same, and the groups in order: ranges from below, others the largest first."""
    column = column.combine_chunks()
    column = pc.cast(column, pa.timestamp("us")) if pa.types.is_date(column.type) else column
    column = pc.cast(column, pa.time64("us")) if pa.types.is_time(column.type) else column
    is_ordered = not (pa.types.is_boolean(column.type) or pa.types.is_string(column.type))
    if is_ordered and pc.count_distinct(column).as_py() > MOST_GROUPS:
        names, order = _ranges(column, bins)
        there = set(names.tolist())
        return names, [name for name in [*order, MISSING] if name in there]
    values = [MISSING if value is None else str(value) for value in column.to_pylist()]
    kept = {name for name, _ in _counted(values)[:MOST_GROUPS]}
    named = [value if value in kept else OTHERS for value in values]
    return np.array(named, dtype=object), [name for name, _ in _counted(named)]


def differences(groups: Sequence[Group]) -> dict[str, float]:
    """The largest differences and smallest ratios between groups, as Fairlearn defines them.

    A rate that a group does not have, because no row of it could have been rightly or wrongly found, is left out.
    """
    spans = {name: span for name in (*RATES, "accuracy") if (span := _span(groups, name)) is not None}
    found: dict[str, float] = {}
    if "selection_rate" in spans:
        low, high = spans["selection_rate"]
        found["demographic_parity_difference"] = high - low
        found["demographic_parity_ratio"] = low / high if high else 1.0
    if "true_positive_rate" in spans:
        low, high = spans["true_positive_rate"]
        found["equal_opportunity_difference"] = high - low
    odds = [spans[name] for name in OPPORTUNITY if name in spans]
    if odds:
        found["equalized_odds_difference"] = max(high - low for low, high in odds)
        found["equalized_odds_ratio"] = min(low / high if high else 1.0 for low, high in odds)
    if "accuracy" in spans:
        found["accuracy_difference"] = spans["accuracy"][1] - spans["accuracy"][0]
    return found


Rows = Sequence[tuple[str, Array]]
"""Each group, and which rows are in it."""


def _classified(p: Predictions, rows: Rows, params: "FairnessParams") -> list[Group]:
    seen = outcomes(p, params.positive)
    right = np.asarray(p.truth) == np.asarray(p.prediction)
    return [_rated(name, here, seen, right, params.least_rows) for name, here in rows]


def _rated(name: str, here: Array, seen: Outcomes, right: Array, least: int) -> Group:
    actual, said, rows = seen.actual[here], seen.said[here], int(here.sum())
    shares = {
        "selection_rate": (said.sum(), rows),
        "true_positive_rate": ((said & actual).sum(), actual.sum()),
        "false_positive_rate": ((said & ~actual).sum(), (~actual).sum()),
        "precision": ((said & actual).sum(), said.sum()),
        "accuracy": (right[here].sum(), rows),
        "base_rate": (actual.sum(), rows),
    }
    figures: dict[str, float | None] = {
        rate: float(part / whole) if whole else None for rate, (part, whole) in shares.items()
    }
    counts = {rate: int(whole) for rate, (_, whole) in shares.items()}
    return Group(name, rows, rows >= least, figures, counts)


def _numbered(p: Predictions, groups: Rows, params: "FairnessParams") -> list[Group]:
    truth, said = np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)
    found = []
    for name, here in groups:
        error, rows = said[here] - truth[here], int(here.sum())
        figures: dict[str, float | None] = {
            "mean_prediction": float(said[here].mean()),
            "mean_error": float(error.mean()),
            "mean_absolute_error": float(np.abs(error).mean()),
        }
        found.append(Group(name, rows, rows >= params.least_rows, figures, {}))
    return found


def _error_difference(groups: Sequence[Group], p: Predictions) -> dict[str, float]:
    span, unit = _span(groups, "mean_error"), float(np.std(np.asarray(p.truth, dtype=float)))
    mean = _span(groups, "mean_absolute_error")
    if span is None or mean is None:
        return {}
    scaled = {"mean_error_difference": (span[1] - span[0]) / unit} if unit else {}
    return scaled | {"mean_absolute_error_ratio": mean[0] / mean[1] if mean[1] else 1.0}


def _span(groups: Sequence[Group], name: str) -> tuple[float, float] | None:
    values = [value for group in groups if (value := group.figures.get(name)) is not None]
    return (min(values), max(values)) if len(values) > 1 else None


def _warnings(metrics: Mapping[str, float], groups: Sequence[Group], params: "FairnessParams") -> Iterator[str]:
    for name, words in WORDS.items():
        value = metrics.get(name)
        if value is None:
            continue
        is_ratio = name.endswith("ratio")
        limit = params.smallest_ratio if is_ratio else params.largest_difference
        if value < limit if is_ratio else value > limit:
            border = f"at least {limit:g}" if is_ratio else f"at most {limit:g}"
            yield f"{words.format(value=short(value))} ({border} was asked for){_between(name, groups)}."


def _between(name: str, groups: Sequence[Group]) -> str:
    rate = {
        "demographic_parity_difference": "selection_rate",
        "demographic_parity_ratio": "selection_rate",
        "equal_opportunity_difference": "true_positive_rate",
        "mean_error_difference": "mean_error",
    }.get(name)
    if rate is None:
        return ""
    known = sorted((value, group.name) for group in groups if (value := group.figures[rate]) is not None)
    return f": {known[0][1]!r} has {short(known[0][0])}, {known[-1][1]!r} has {short(known[-1][0])}"


def _rates(groups: Sequence[Group], params: "FairnessParams") -> dict[str, Plot]:
    drawn = {"selection_rate": "Selection rate", "true_positive_rate": "True positive rate"}
    drawn |= {"false_positive_rate": "False positive rate"}
    return {rate: _rate_plot(groups, rate, title, params) for rate, title in drawn.items()}


def _rate_plot(groups: Sequence[Group], rate: str, title: str, params: "FairnessParams") -> Plot:
    there = [group for group in groups if group.figures[rate] is not None]
    values = np.array([group.figures[rate] for group in there], dtype=float)
    counts = np.array([group.counts[rate] for group in there])
    low, high = wilson(values * counts, counts)
    span = _span([group for group in there if group.is_compared], rate)
    apart = f"are {100 * (span[1] - span[0]):.1f} percentage points apart" if span else "cannot be compared"
    read = f"The groups of {params.group} {apart}; where the thin lines overlap, that may be chance."
    return bars(title, read, [group.name for group in there], values, across=title.lower(), low=low, high=high)


def _errors(groups: Sequence[Group], params: "FairnessParams") -> dict[str, Plot]:
    read = f"Above 0 the model promises too much for a group of {params.group}, below 0 too little."
    values = [group.figures["mean_error"] for group in groups]
    across = "predicted minus actual, on average"
    return {"mean_error": bars("Mean error", read, [group.name for group in groups], values, across=across)}


def _table(groups: Sequence[Group], task: str, params: "FairnessParams") -> Plot:
    names = RATES if task == "classification" else ("mean_prediction", "mean_error", "mean_absolute_error")
    small = sum(not group.is_compared for group in groups)
    told = f"{amount(small, 'group')} with fewer than {amount(params.least_rows, 'row')} not compared."
    read = f"Every group of {params.group}, the largest first" + (f"; {told}" if small else ".")
    rows = [[group.name, group.rows, *(group.figures[name] for name in names)] for group in groups]
    return listing("Groups", read, [params.group, "rows", *(name.replace("_", " ") for name in names)], rows)


def _row(group: Group, rows: int) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys((*RATES, "mean_prediction", "mean_error", "mean_absolute_error"))
    share = group.rows / rows
    own = {"group": group.name, "rows": group.rows, "share": share, "is_compared": group.is_compared}
    return {**own, **empty, **group.figures}


def _counted(names: Sequence[str]) -> list[tuple[str, int]]:
    """The largest first; of equally large ones in the order of their names."""
    return sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))


def _ranges(column: pa.Array, bins: int) -> tuple[Array, list[str]]:
    """Ranges with about as many rows each, and all of them from below."""
    numbers = pc.cast(column, pa.int64()) if pa.types.is_temporal(column.type) else column
    values = np.asarray(pc.cast(numbers, pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    known = np.isfinite(values)
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, bins + 1)[1:], method="inverted_cdf"))
    told = [_shown(edge, column.type) for edge in edges]
    names = [f"up to {told[0]}", *(f"over {a} to {b}" for a, b in pairwise(told))]
    places = np.searchsorted(edges, np.where(known, values, edges[0]))
    found = [names[place] if there else MISSING for place, there in zip(places, known, strict=True)]
    return np.array(found, dtype=object), names


def _shown(edge: float, kind: pa.DataType) -> str:
    if pa.types.is_temporal(kind):
        return str(pa.scalar(int(edge), pa.int64()).cast(kind).as_py())
    return f"{edge:g}"
