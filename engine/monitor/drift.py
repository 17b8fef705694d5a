"""How far the fields of a window have moved from the reference, what has moved most first.

A field has drifted when it has moved far *and* that is no chance: its population stability index is at least `SOME`,
and its p-value, corrected for all tests of the window, is below `SIGNIFICANCE`. The correction is Holm's, not Benjamini
and Hochberg's: nobody looks at a window where nothing is wrong, so that what counts is how often a quiet one cries at
all, and that stays below `SIGNIFICANCE` however the fields hang together.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from components.evaluate.significance import holm
from engine.monitor.distances import (
    Tested,
    chi_squared,
    jensen_shannon,
    kolmogorov_smirnov,
    proportions,
    shares,
    unseen,
)
from engine.monitor.fields import FieldKind
from engine.monitor.observed import QUANTILES, Observed, ObservedCategories, ObservedNumbers
from engine.monitor.reference import CategoryReference, FieldReference, NumberReference
from engine.profile.compared import MUCH, SOME, stability_index

SIGNIFICANCE = 0.01
"""How often a window in which nothing drifts may be said to drift, over all its fields together."""
LEAST_ROWS = 100
"""By chance alone the index is about (bins - 1) · (1/n + 1/m) (Yurdakul, 2018): of 100 rows in ten bins 0.09."""
NEW_SHARE = 0.01
"""New categories are told from this share of the rows on."""
OTHERS, MISSING = "(all others)", "(missing)"

Severity = Literal["none", "some", "much", "unknown"]


class FieldDrift(BaseModel):
    """How one field has moved.

    Parameters
    ----------
    psi
        Population stability index over the deciles, or the categories, of the reference; missing is a bin of its own.
    js
        Jensen–Shannon distance of the same shares.
    test, statistic, chance
        Kolmogorov and Smirnov's test of the values that are there, or χ² of the bins, and its p-value.
    missing_chance, new_chance
        P-values of the share of missing values, and of the rows in categories that the reference has not.
    corrected
        The smallest p-value of the field, corrected for all of the window.
    severity
        `unknown` where there are too few rows.
    labels, edges, left, right
        For a picture: bins or categories, and the share of the rows in each, then and now.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    kind: FieldKind
    severity: Severity
    sentence: str
    rows: tuple[int, int]
    psi: float
    js: float
    test: Literal["ks", "chi2"]
    statistic: float
    chance: float
    missing_chance: float | None = None
    new_chance: float | None = None
    corrected: float
    missing: tuple[float, float]
    mean: tuple[float | None, float | None] = (None, None)
    quantiles: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    new: tuple[tuple[str, int], ...] = ()
    new_rows: int = 0
    new_count: int = 0
    has_new: bool = False
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    left: tuple[float, ...]
    right: tuple[float, ...]

    @property
    def is_drifting(self) -> bool:
        """Whether it is a finding."""
        return self.severity in ("some", "much") or self.has_new


class Drift(BaseModel):
    """All fields of a window, those that have moved most first."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[int, int]
    fields: tuple[FieldDrift, ...]

    @property
    def is_enough(self) -> bool:
        """Whether there are rows enough to say anything."""
        return min(self.rows) >= LEAST_ROWS

    @property
    def drifting(self) -> tuple[FieldDrift, ...]:
        """The findings."""
        return tuple(field for field in self.fields if field.is_drifting)


def drift_of(known: Sequence[FieldReference], rows: int, seen: Sequence[Observed]) -> Drift:
    """Compare what was seen in a window with the reference."""
    measured = [_measured(one, other) for one, other in zip(known, seen, strict=True)]
    tests = [
        (at, chance)
        for at, found in enumerate(measured)
        for name in ("chance", "missing_chance", "new_chance")
        if (chance := found.get(name)) is not None
    ]
    corrected = holm([chance for _, chance in tests])
    smallest: dict[int, float] = {}
    for (at, _), chance in zip(tests, corrected, strict=True):
        smallest[at] = min(chance, smallest.get(at, 1.0))
    reference = max((one.rows for one in known), default=0)
    is_enough = min(rows, reference) >= LEAST_ROWS
    newly = _new_corrected(measured, len(tests))
    fields = [
        _judged(found, smallest[at], is_enough=is_enough, new_chance=newly[at]) for at, found in enumerate(measured)
    ]
    order = sorted(fields, key=lambda it: (not it.is_drifting, -it.psi, it.corrected))
    return Drift(rows=(reference, rows), fields=tuple(order))


def _new_corrected(measured: Sequence[Mapping[str, Any]], tests: int) -> list[float]:
    """Bonferroni's correction, which is never below Holm's: the field alone must bear it."""
    return [min(1.0, found["new_chance"] * tests) if found.get("new_rows") else 1.0 for found in measured]


def _measured(one: FieldReference, other: Observed) -> dict[str, Any]:
    if isinstance(one, NumberReference):
        assert isinstance(other, ObservedNumbers)  # noqa: S101  observed by this reference
        return _numbers(one, other)
    assert isinstance(other, ObservedCategories)  # noqa: S101
    return _categories(one, other)


def _numbers(one: NumberReference, other: ObservedNumbers) -> dict[str, Any]:
    then, now = (
        [*side.binned(one.cuts), gap] for side, gap in ((one, one.missing), (other, other.rows - other.filled))
    )
    places = np.union1d(one.distinct, np.nextafter(one.distinct, -np.inf)) if other.filled else np.array([])
    below = (
        np.searchsorted(one.values, places, side="right") / max(len(one.values), 1),
        other.below(places) / max(other.filled, 1),
    )
    tested = kolmogorov_smirnov(below, (len(one.values), other.filled))
    drawn = _bars(one, other)
    finite = one.values[np.isfinite(one.values)]
    mean = float(finite.mean()) if len(finite) else None
    quantiles = tuple(np.quantile(finite, QUANTILES).tolist()) if len(finite) else ()
    return {
        **_both(one, other, shares(then), shares(now)),
        **_test("ks", tested),
        "missing_chance": _missing_chance(one, other),
        "mean": (mean, other.mean),
        "quantiles": (quantiles, other.quantiles),
        "edges": tuple(drawn[0]),
        "left": tuple(drawn[1]),
        "right": tuple(drawn[2]),
    }


def _bars(one: NumberReference, other: ObservedNumbers) -> tuple[list[float], list[float], list[float]]:
    """Edges, and the shares between them on both sides; what lies outside is in the outermost bars."""
    edges = other.drawn
    if len(edges) < 2:
        return edges.tolist(), [1.0] * len(edges), [1.0] * len(edges)
    sides = []
    for counts, rows in ((one.binned(edges[1:-1]), one.rows), (other.binned(edges[1:-1]), other.rows)):
        sides.append((counts / max(rows, 1)).tolist())
    return edges.tolist(), sides[0], sides[1]


def _categories(one: CategoryReference, other: ObservedCategories) -> dict[str, Any]:
    kept = len(one.shown)
    places = {value: place for place, value in enumerate(one.counts)}
    here = [int(other.counts[places[value]]) for value in one.shown]
    then = [*(one.counts[value] for value in one.shown), 0, one.missing]
    then[kept] = one.rows - sum(then)
    now = [*here, other.filled - sum(here), other.rows - other.filled]
    tested = chi_squared(np.array(then), np.array(now))
    labels = [*one.shown, OTHERS, MISSING]
    # A bin that neither side has is not worth a bar.
    there = [at for at in range(len(labels)) if then[at] or now[at]]
    chance = unseen(other.filled, other.new_rows, one.seen_once, one.rows - one.missing)
    left, right = shares(then), shares(now)
    return {
        **_both(one, other, left, right),
        **_test("chi2", tested),
        "new_chance": chance if other.new_rows else None,
        "new": other.new,
        "new_rows": other.new_rows,
        "new_count": other.new_count,
        "labels": tuple(labels[at] for at in there),
        "left": tuple(float(left[at]) for at in there),
        "right": tuple(float(right[at]) for at in there),
    }


def _both(one: FieldReference, other: Observed, then: Any, now: Any) -> dict[str, Any]:
    return {
        "column": one.field.name,
        "kind": one.field.kind,
        "rows": (one.rows, other.rows),
        "psi": round(stability_index(then, now), 6),
        "js": round(jensen_shannon(then, now), 6),
        "missing": (one.missing / max(one.rows, 1), 1 - other.filled / max(other.rows, 1)),
    }


def _test(name: str, tested: Tested) -> dict[str, Any]:
    return {"test": name, "statistic": tested.statistic, "chance": tested.chance}


def _missing_chance(one: FieldReference, other: Observed) -> float | None:
    gap = other.rows - other.filled
    if not one.missing and not gap:
        return None
    return proportions((one.missing, one.rows), (gap, other.rows)).chance


def _judged(found: dict[str, Any], corrected: float, *, is_enough: bool, new_chance: float) -> FieldDrift:
    severity: Severity = "unknown"
    if is_enough:
        is_sure, psi = corrected < SIGNIFICANCE, found["psi"]
        severity = "none" if not is_sure or psi < SOME else "some" if psi < MUCH else "much"
    share = found.get("new_rows", 0) / max(found["rows"][1], 1)
    has_new = is_enough and share >= NEW_SHARE and new_chance < SIGNIFICANCE
    sentence = _sentence(found, severity, has_new=has_new, is_sure=corrected < SIGNIFICANCE)
    return FieldDrift(**found, corrected=corrected, severity=severity, has_new=has_new, sentence=sentence)


def _sentence(found: Mapping[str, Any], severity: Severity, *, has_new: bool, is_sure: bool) -> str:
    """Say what has moved most: what is missing, what is new, the mean, or one category's share."""
    name, (gap, gap_now) = found["column"], found["missing"]
    if severity == "unknown":
        return f"{name}: too few rows to say anything."
    if has_new:
        first, number = found["new"][0]
        more = f" and {found['new_count'] - 1:,} more" if found["new_count"] > 1 else ""
        rows = f"{number:,} row{'' if number == 1 else 's'}"
        return f"{name} has categories that were not there: “{first[:40]}” ({rows}){more}."
    if severity == "none":
        return f"{name} has moved, but hardly." if is_sure else f"{name} is as it was."
    how = "is very different" if severity == "much" else "has moved"
    if abs(gap_now - gap) >= 0.05 and (found.get("missing_chance") or 0.0) <= found["chance"]:
        return f"{name} {how}: {100 * gap:.1f} % were missing, now {100 * gap_now:.1f} %."
    before, after = found.get("mean", (None, None))
    if found["kind"] == "number" and before is not None and after is not None:
        return f"{name} {how}: its mean went from {before:,.4g} to {after:,.4g}."
    if found.get("labels"):
        moved = [right - left for left, right in zip(found["left"], found["right"], strict=True)]
        place = max(range(len(moved)), key=lambda at: abs(moved[at]))
        shares_then = f"from {100 * found['left'][place]:.1f} % to {100 * found['right'][place]:.1f} % of the rows"
        return f"{name} {how}: “{found['labels'][place][:40]}” went {shares_then}."
    return f"{name} {how}: its values lie elsewhere (distance {found['statistic']:.2f} of 1)."
