"""Two tables side by side: how far each column's values have moved."""

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from engine.profile.plain import plain

BINS, DRAWN_BINS = 10, 20
MOST_VALUES = 20
OTHER = "(all others)"
SOME, MUCH = 0.1, 0.25
"""Of the population stability index: from here on a column has moved somewhat, or much. Source: Siddiqi (2006)."""
_LEAST_SHARE = 1e-4
"""What stands for a share of nothing, which has no logarithm."""

Change = Literal["none", "some", "much", "added", "removed", "type"]
Numbers = NDArray[np.float64]


class ColumnChange(BaseModel):
    """How one column differs.

    Parameters
    ----------
    psi
        Population stability index over deciles of the left side, or over values; missing counts as a value.
    ks
        Kolmogorov and Smirnov's distance of the two distributions, for numbers and times.
    labels, left, right
        Bins or values, and the share of rows in each, on both sides; `edges` where these are bins.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    kind: str
    change: Change
    sentence: str
    psi: float | None = None
    ks: float | None = None
    missing: tuple[float, float] | None = None
    mean: tuple[float | None, float | None] | None = None
    labels: tuple[Any, ...] = ()
    edges: tuple[float, ...] = ()
    left: tuple[float, ...] = ()
    right: tuple[float, ...] = ()


class Comparison(BaseModel):
    """Two tables, column by column, what has moved most first."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[int, int]
    looked_at: tuple[int, int]
    columns: tuple[ColumnChange, ...]

    @property
    def moved(self) -> tuple[ColumnChange, ...]:
        """The columns that are not as they were."""
        return tuple(one for one in self.columns if one.change != "none")


def compare(left: pa.Table, right: pa.Table, rows: tuple[int, int] | None = None) -> Comparison:
    """Compare two tables, or samples of them.

    Parameters
    ----------
    rows
        How many rows the whole tables have.
    """
    names = list(dict.fromkeys([*left.column_names, *right.column_names]))
    found = [_compared(left, right, name) for name in names]
    return Comparison(
        rows=rows or (left.num_rows, right.num_rows),
        looked_at=(left.num_rows, right.num_rows),
        columns=tuple(sorted(found, key=lambda one: (_ORDER[one.change], -(one.psi or 0), -(one.ks or 0)))),
    )


_ORDER: dict[Change, int] = {"removed": 0, "added": 1, "type": 2, "much": 3, "some": 4, "none": 5}


def _compared(left: pa.Table, right: pa.Table, name: str) -> ColumnChange:
    if name not in left.column_names:
        return ColumnChange(column=name, kind="other", change="added", sentence=f"{name} is new.")
    if name not in right.column_names:
        return ColumnChange(column=name, kind="other", change="removed", sentence=f"{name} is gone.")
    ours, theirs = left.column(name).combine_chunks(), right.column(name).combine_chunks()
    if _kind(ours.type) != _kind(theirs.type):
        sentence = f"{name} was {_kind(ours.type)} and is {_kind(theirs.type)}."
        return ColumnChange(column=name, kind="other", change="type", sentence=sentence)
    measured = _numbers_compared if _kind(ours.type) in ("numeric", "datetime") else _values_compared
    return measured(name, ours, theirs)


def _kind(dtype: pa.DataType) -> str:
    if pa.types.is_integer(dtype) or pa.types.is_floating(dtype) or pa.types.is_decimal(dtype):
        return "numeric"
    if pa.types.is_date(dtype) or pa.types.is_timestamp(dtype):
        return "datetime"
    return "boolean" if pa.types.is_boolean(dtype) else "text" if pa.types.is_string(dtype) else "other"


def _numbers_compared(name: str, left: pa.Array, right: pa.Array) -> ColumnChange:
    ours, theirs = _sorted(left), _sorted(right)
    missing = _missing(left), _missing(right)
    if not len(ours) or not len(theirs):
        shares = (np.array([1 - share, share]) for share in missing)
        return _named(name, _kind(left.type), missing, stability_index(*shares))
    cuts = np.unique(np.quantile(ours, np.linspace(0, 1, BINS + 1)[1:-1]))
    psi = stability_index(_in_bins(ours, cuts, missing[0]), _in_bins(theirs, cuts, missing[1]))
    low, high = min(ours[0], theirs[0]), max(ours[-1], theirs[-1])
    edges = np.linspace(low, high, DRAWN_BINS + 1) if high > low else np.array([low, high])
    drawn = [np.histogram(side, edges)[0] / len(side) if high > low else np.ones(1) for side in (ours, theirs)]
    means = (float(ours.mean()), float(theirs.mean())) if _kind(left.type) == "numeric" else None
    return _named(
        name,
        _kind(left.type),
        missing,
        psi,
        ks=_ks(ours, theirs),
        mean=means,
        edges=tuple(edges.tolist()),
        left=tuple(drawn[0].tolist()),
        right=tuple(drawn[1].tolist()),
    )


def _values_compared(name: str, left: pa.Array, right: pa.Array) -> ColumnChange:
    ours, theirs = _counts(left), _counts(right)
    sizes = max(len(left), 1), max(len(right), 1)
    every = sorted(
        dict.fromkeys([*ours, *theirs]),
        key=lambda value: -(ours.get(value, 0) / sizes[0] + theirs.get(value, 0) / sizes[1]),
    )
    shown = every[:MOST_VALUES]
    shares = []
    for counts, size in ((ours, sizes[0]), (theirs, sizes[1])):
        first = [counts.get(value, 0) / size for value in shown]
        shares.append(
            [*first, max(0.0, sum(counts.values()) / size - sum(first))] if len(every) > len(shown) else first
        )
    missing = _missing(left), _missing(right)
    psi = stability_index(np.array([*shares[0], missing[0]]), np.array([*shares[1], missing[1]]))
    labels = [*map(plain, shown), *([OTHER] if len(every) > len(shown) else [])]
    drawn = {"labels": tuple(labels), "left": tuple(shares[0]), "right": tuple(shares[1])}
    return _named(name, _kind(left.type), missing, psi, **drawn)


def _named(name: str, kind: str, missing: tuple[float, float], psi: float, **found: Any) -> ColumnChange:
    change: Change = "much" if psi >= MUCH else "some" if psi >= SOME else "none"
    if change == "none" and found.get("ks", 0) >= SOME:
        change = "some"
    return ColumnChange(
        column=name,
        kind=kind,
        change=change,
        sentence=_sentence(name, change, missing, found),
        psi=round(psi, 6),
        missing=missing,
        **found,
    )


def _sentence(name: str, change: Change, missing: tuple[float, float], found: dict[str, Any]) -> str:
    """Say what has moved most: the part that is missing, the mean, or one value's share."""
    if change == "none":
        return f"{name} is as it was."
    how = "is very different" if change == "much" else "has moved"
    if abs(missing[1] - missing[0]) >= 0.05:
        return f"{name} {how}: {100 * missing[0]:.1f} % were missing, now {100 * missing[1]:.1f} %."
    if found.get("mean"):
        before, after = found["mean"]
        return f"{name} {how}: its mean went from {before:,.4g} to {after:,.4g}."
    if found.get("labels"):
        gaps = [right - left for left, right in zip(found["left"], found["right"], strict=True)]
        place = max(range(len(gaps)), key=lambda at: abs(gaps[at]))
        before, after = found["left"][place], found["right"][place]
        moved = f"from {100 * before:.1f} % to {100 * after:.1f} % of the rows"
        return f"{name} {how}: “{str(found['labels'][place])[:40]}” went {moved}."
    return f"{name} {how}: its values lie elsewhere (distance {found.get('ks', 0):.2f} of 1)."


def _sorted(column: pa.Array) -> Numbers:
    there = column.drop_null()
    if _kind(column.type) == "datetime":
        zone = getattr(column.type, "tz", None)
        whole = there.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
        return np.sort(np.asarray(whole, dtype=np.float64) / 1e6)
    values = np.asarray(there.cast(pa.float64(), safe=False), dtype=np.float64)
    return np.sort(values[np.isfinite(values)])


def _counts(column: pa.Array) -> dict[Any, int]:
    if _kind(column.type) == "other":
        return {}
    counted = pc.value_counts(column.drop_null())
    return {one["values"].as_py(): one["counts"].as_py() for one in counted}


def _missing(column: pa.Array) -> float:
    return column.null_count / len(column) if len(column) else 1.0


def _in_bins(values: Numbers, cuts: Numbers, missing: float) -> Numbers:
    """The share of rows between the cuts, and of those that are missing."""
    places = np.searchsorted(values, cuts)
    counts = np.diff(np.concatenate([[0], places, [len(values)]]))
    shares: Numbers = np.append(counts / len(values) * (1 - missing), missing)
    return shares


def stability_index(left: Numbers, right: Numbers) -> float:
    """The population stability index of two lists of shares."""
    left, right = np.maximum(left, _LEAST_SHARE), np.maximum(right, _LEAST_SHARE)
    return float(((right - left) * np.log(right / left)).sum())


def _ks(left: Numbers, right: Numbers) -> float:
    both = np.concatenate([left, right])
    ours = np.searchsorted(left, both, side="right") / len(left)
    theirs = np.searchsorted(right, both, side="right") / len(right)
    return float(np.abs(ours - theirs).max())
