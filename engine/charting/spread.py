"""Charts of how values are spread: boxes, violins, densities."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.charting.axis import Axis, axis_of, ranges_of
from engine.charting.drawn import MOST_MARKS, Drawn
from engine.charting.figures import figures_at, most_words, nothing, series_axes
from engine.charting.groups import Grouped, Rows, grouped, keep, placed
from engine.charting.look import Look
from engine.charting.measure import measure_of
from engine.charting.named import named
from engine.charting.quantiles import REACH, Box, boxes, can_count

FINE = 512
"""Ranges in which values are counted before a curve is made of them."""
SKETCHED = 2_048
"""The same for quartiles of vast tables: finer than the picture's pixels."""
LEAST_RANGES = 40
"""A box that is narrower than so many of those is computed from the values themselves."""
MOST_GROUPS = 20
CURVE = (32, 128)
"""Points of a curve: at least, at most."""

Floats = NDArray[np.float64]


def draw_boxes(look: Look) -> Drawn:
    """The quartiles of each group, and how far its usual values reach."""
    name = look.spec.y or ""
    if look.facts[name].low is None:
        return nothing(look)
    there, axes = look.only(look.columns[name].has_number), _groups(look)
    rough = _rough_boxes(there, axes, name) if _is_sketched(look, axes) else None
    is_counted = look.estimates_quantiles and can_count(there, axes)
    found = rough or (boxes(there, axes, name, most_words(there)) if is_counted else _boxes(there, axes, name))
    about = "about " if rough else ""
    _note_homeless(look, sum(found.rows), name)
    is_rough = bool(rough) or (look.estimates_quantiles and not found.is_exact)
    if is_rough:
        look.notes.append("Of so many rows, quartiles are approximate.")
    drawn = named(look, found, _title(name, is_rough=is_rough), [axis.role for axis in found.axes])
    far = sum(drawn.points["far"])
    told = f"{about}1 value beyond the whiskers is" if far == 1 else f"{about}{far:,} values beyond the whiskers are"
    notes = (*drawn.notes, *([f"{told[:1].upper()}{told[1:]} not drawn."] if far else []))
    return drawn.model_copy(update={"notes": notes, "points": drawn.points | {"median": drawn.points["y"]}})


def draw_violins(look: Look) -> Drawn:
    """The shape of each group's values, with their median."""
    name = look.spec.y or ""
    if look.facts[name].low is None:
        return nothing(look)
    there, axes = look.only(look.columns[name].has_number), _groups(look)
    curves = _curves(look, axes, name, SKETCHED if _is_sketched(look, axes) else FINE)
    rough = _rough_medians(curves) if curves.fine.ranges == SKETCHED else None
    medians = rough or figures_at(there, axes, measure_of(look, "median", name))
    is_rough = bool(rough) or (look.estimates_quantiles and not medians.is_exact)
    if is_rough:
        look.notes.append("Of so many rows, medians are approximate.")
    _note_homeless(look, sum(medians.rows), name)
    roles = [axis.role for axis in axes]
    drawn = named(look, medians, _title(name, is_rough=is_rough), roles)
    return drawn.model_copy(update={"points": _along(curves, drawn, roles)})


def draw_densities(look: Look) -> Drawn:
    """How values are spread, as smooth curves."""
    name, axes = look.spec.x or "", series_axes(look)
    if look.facts[name].low is None:
        return nothing(look)
    curves = _curves(look, axes, name, FINE)
    drawn = named(look, curves.totals, "density", [axis.role for axis in axes])
    points = _along(curves, drawn, [axis.role for axis in axes])
    del points["median"]
    return drawn.model_copy(update={"points": points, "titles": drawn.titles | {"x": name}})


def _title(name: str, *, is_rough: bool) -> str:
    return f"{name} (approximate)" if is_rough else name


def _is_sketched(look: Look, axes: Sequence[Axis]) -> bool:
    """Whether quartiles are read off counts in fine ranges: one pass, where exact ones take several."""
    return look.is_vast and len(axes) <= 1


def _groups(look: Look) -> list[Axis]:
    groups = [axis_of(look, "x", look.spec.x, MOST_GROUPS)] if look.spec.x else []
    return [*groups, *series_axes(look)]


def _boxes(there: Look, axes: Sequence[Axis], name: str) -> Grouped:
    """Quartiles, whiskers and what lies beyond, by place: two passes, the second one knows the quartiles."""
    rows = there.some(**{axis.role: axis.sql for axis in axes}, v=there.columns[name].number)
    kept = keep(there, axes, Rows(rows, there.values, "count(*)", "count(*)"), most_words(there))
    quantile = "approx_quantile" if there.estimates_quantiles else "quantile_cont"
    roles = [axis.role for axis in kept]
    inner, names = placed(kept, rows), "".join(f"{role}, " for role in roles)
    quartiles = f"SELECT {names}{quantile}(v, [0.25, 0.5, 0.75]) AS q FROM {inner} GROUP BY ALL"  # noqa: S608
    reach = f"{REACH} * (q[3] - q[1])"
    fenced = f"SELECT *, q[1] - {reach} AS lowest, q[3] + {reach} AS highest FROM ({quartiles})"  # noqa: S608
    there.source.connection.execute(f"CREATE OR REPLACE TEMP TABLE quartiles AS {fenced}", there.values or None)
    same = " AND ".join(f"r.{role} IS NOT DISTINCT FROM quartiles.{role}" for role in roles) or "true"
    of_rows = [f"r.{role}" for role in roles]
    found = there.all(
        f"SELECT {', '.join([*of_rows, 'any_value(q)', 'count(*)'])}, "  # noqa: S608
        "min(v) FILTER (v >= lowest), max(v) FILTER (v <= highest), count(*) FILTER (v < lowest OR v > highest) "
        f"FROM {inner} r JOIN quartiles ON {same} GROUP BY {', '.join(of_rows) or 'ALL'}"
    )
    return _as_grouped(kept, found)


def _rough_boxes(there: Look, axes: Sequence[Axis], name: str) -> Grouped | None:
    """The same from counts in fine ranges; None where the ranges are too wide for some box."""
    found = _counts(there, axes, name, SKETCHED)
    rough = [box_of(counts, found.fine.low, found.fine.width) for counts in found.counted.values()]
    if any(box.q3 - box.q1 < LEAST_RANGES * found.fine.width for box in rough):
        return None
    rows = [int(counts.sum()) for counts in found.counted.values()]
    extra = {part: [getattr(box, part) for box in rough] for part in ("q1", "q3", "least", "most", "far")}
    return Grouped(found.axes, list(found.counted), [box.median for box in rough], rows, extra)


def _rough_medians(curves: "_Curves") -> Grouped | None:
    """Medians from counts in fine ranges; None where the ranges are too wide for some group."""
    low, width = curves.fine.low, curves.fine.width
    rough = [box_of(counts, low, width) for counts in curves.counted.values()]
    if any(box.q3 - box.q1 < LEAST_RANGES * width for box in rough):
        return None
    return replace(curves.totals, figures=[box.median for box in rough], extra={})


def box_of(counts: Floats, low: float, width: float) -> Box:
    """A box from counts in ranges of equal width: each of its figures is off by one range at most.

    >>> box_of(np.array([0.0, 4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 1.0]), 0.0, 1.0)
    Box(q1=1.5625, median=2.125, q3=2.6875, least=1.0, most=3.0, far=1)
    """
    ends = low + width * np.arange(1, len(counts) + 1)
    total = np.cumsum(counts)
    edges, shares = np.concatenate([[low], ends]), np.concatenate([[0.0], total])
    q1, median, q3 = (float(np.interp(part * total[-1], shares, edges)) for part in (0.25, 0.5, 0.75))
    lowest, highest = q1 - REACH * (q3 - q1), q3 + REACH * (q3 - q1)
    usual = np.flatnonzero((counts > 0) & (ends > lowest) & (ends - width <= highest))
    least, most = max(ends[usual[0]] - width, lowest), min(ends[usual[-1]], highest)
    return Box(q1, median, q3, float(least), float(most), int(total[-1] - counts[usual[0] : usual[-1] + 1].sum()))


def _note_homeless(look: Look, placed_rows: int, name: str) -> None:
    if placed_rows < look.rows:
        look.notes.append(f"{look.rows - placed_rows:,} rows without a value in {name} have no place.")


def _as_grouped(axes: tuple[Axis, ...], found: Sequence[tuple[Any, ...]]) -> Grouped:
    width = len(axes)
    quartiles, ends = [row[width] for row in found], ("least", "most", "far")
    extra = {part: [three[at] for three in quartiles] for part, at in (("q1", 0), ("q3", 2))}
    extra |= {part: [row[width + 2 + at] for row in found] for at, part in enumerate(ends)}
    places, rows = [row[:width] for row in found], [row[width + 1] for row in found]
    return Grouped(axes, places, [three[1] for three in quartiles], rows, extra)


@dataclass(frozen=True)
class _Counts:
    """How many values lie in each fine range, by place."""

    axes: tuple[Axis, ...]
    fine: Axis
    counted: dict[tuple[Any, ...], Floats]


@dataclass(frozen=True)
class _Curves:
    """Densities by place, all along the same values, and the counts that they were made of."""

    totals: Grouped
    at: Floats
    densities: list[Floats]
    fine: Axis
    counted: dict[tuple[Any, ...], Floats]


def _counts(there: Look, axes: Sequence[Axis], name: str, ranges: int) -> _Counts:
    column, facts = there.columns[name], there.facts[name]
    fine = ranges_of("spot", column, facts.low, facts.high, ranges)
    if fine.form != "range":  # all values are the same: a peak that is wide enough to be seen
        fine = replace(fine, form="range", sql="0", low=facts.low - 0.5, width=1.0, ranges=1)
    found = grouped(there, [*axes, fine], measure_of(there, "count", None), most_words(there) | {"spot": 1})
    counted: dict[tuple[Any, ...], Floats] = defaultdict(lambda: np.zeros(fine.ranges))
    for places, amount in zip(found.places, found.rows, strict=True):
        counted[places[:-1]][places[-1]] += amount
    return _Counts(found.axes[:-1], fine, dict(counted))


def _curves(look: Look, axes: Sequence[Axis], name: str, ranges: int) -> _Curves:
    there = look.only(look.columns[name].has_number)
    found = _counts(there, axes, name, ranges)
    fine, counted = found.fine, found.counted
    margin = 0.03 * fine.width * fine.ranges
    points = max(CURVE[0], min(CURVE[1], MOST_MARKS // max(len(counted), 1)))
    at = np.linspace(fine.low - margin, fine.low + fine.width * fine.ranges + margin, points)
    rows = [int(counts.sum()) for counts in counted.values()]
    totals = Grouped(
        found.axes, list(counted), [float(amount) for amount in rows], rows, {"curve": list(range(len(rows)))}
    )
    return _Curves(totals, at, [smooth(counts, fine.low, fine.width, at) for counts in counted.values()], fine, counted)


def _along(curves: _Curves, drawn: Drawn, roles: Sequence[str]) -> dict[str, list[Any]]:
    """The points of the curves, one after the other, in the order of what is drawn already."""
    length, marks = len(curves.at), drawn.points
    by_place = {
        tuple(axis.label(place, axis.labels()) for axis, place in zip(curves.totals.axes, places, strict=True)): density
        for places, density in zip(curves.totals.places, curves.densities, strict=True)
    }
    points: dict[str, list[Any]] = {part: [] for part in (*roles, "at", "density", "median", "rows")}
    for row in range(drawn.marks):
        density = by_place.get(tuple(marks[role][row] for role in roles))
        if density is None:
            continue
        for part in (*roles, "rows"):
            points[part] += [marks[part][row]] * length
        points["median"] += [marks["y"][row]] * length
        points["at"] += curves.at.tolist()
        points["density"] += density.tolist()
    return points


def smooth(counts: Floats, low: float, width: float, at: Floats) -> Floats:
    """The density of counted values: a Gaussian on each, as wide as Silverman's rule says (1986, eq. 3.31).

    Parameters
    ----------
    counts
        How many values lie in each range.
    low, width
        Where the first range begins; how wide all are.
    at
        Where the density is asked for.
    """
    middles: Floats = low + width * (np.arange(len(counts), dtype=np.float64) + 0.5)
    bandwidth = silverman(counts, middles, width)
    distances = (at[:, None] - middles[None, :]) / bandwidth
    density: Floats = np.exp(-0.5 * distances**2) @ counts / (counts.sum() * bandwidth * math.sqrt(2 * math.pi))
    return density


def silverman(counts: Floats, middles: Floats, width: float) -> float:
    """How wide each Gaussian is; never narrower than the ranges that values were counted in."""
    total = counts.sum()
    mean = (counts * middles).sum() / total
    deviation = math.sqrt((counts * (middles - mean) ** 2).sum() / max(total - 1, 1))
    lower, upper = (middles[np.searchsorted(np.cumsum(counts), share * total)] for share in (0.25, 0.75))
    spread = min(deviation, (upper - lower) / 1.349) if upper > lower else deviation
    return float(max(0.9 * spread * total**-0.2, width))
