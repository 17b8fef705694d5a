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
from engine.charting.quantiles import REACH, boxes, can_count

FINE = 512
"""Ranges in which values are counted before a curve is made of them."""
MOST_GROUPS = 20
CURVE = (32, 128)
"""Points of a curve: at least, at most."""

Floats = NDArray[np.float64]


def draw_boxes(look: Look) -> Drawn:
    """The quartiles of each group, and how far its usual values reach."""
    name = look.spec.y or ""
    if look.facts[name].low is None:
        return nothing(look)
    there, axes = look.only(f"({look.columns[name].number}) IS NOT NULL"), _groups(look)
    found = boxes(there, axes, name, most_words(look)) if can_count(there, axes) else _boxes(there, axes, name)
    is_rough = look.estimates_quantiles and not found.is_exact
    if is_rough:
        look.notes.append("Of so many rows, quartiles are approximate.")
    _note_homeless(look, sum(found.rows), name)
    drawn = named(look, found, _title(name, is_rough=is_rough), [axis.role for axis in found.axes])
    far = sum(drawn.points["far"])
    told = "1 value beyond the whiskers is" if far == 1 else f"{far:,} values beyond the whiskers are"
    notes = (*drawn.notes, *([f"{told} not drawn."] if far else []))
    return drawn.model_copy(update={"notes": notes, "points": drawn.points | {"median": drawn.points["y"]}})


def draw_violins(look: Look) -> Drawn:
    """The shape of each group's values, with their median."""
    name = look.spec.y or ""
    if look.facts[name].low is None:
        return nothing(look)
    there, axes = look.only(f"({look.columns[name].number}) IS NOT NULL"), _groups(look)
    curves = _curves(look, axes, name)
    found = figures_at(there, axes, measure_of(look, "median", name))
    is_rough = look.estimates_quantiles and not found.is_exact
    if is_rough:
        look.notes.append("Of so many rows, medians are approximate.")
    _note_homeless(look, sum(found.rows), name)
    roles = [axis.role for axis in axes]
    drawn = named(look, found, _title(name, is_rough=is_rough), roles)
    return drawn.model_copy(update={"points": _along(curves, drawn, roles)})


def draw_densities(look: Look) -> Drawn:
    """How values are spread, as smooth curves."""
    name, axes = look.spec.x or "", series_axes(look)
    if look.facts[name].low is None:
        return nothing(look)
    curves = _curves(look, axes, name)
    drawn = named(look, curves.totals, "density", [axis.role for axis in axes])
    points = _along(curves, drawn, [axis.role for axis in axes])
    del points["median"]
    return drawn.model_copy(update={"points": points, "titles": drawn.titles | {"x": name}})


def _title(name: str, *, is_rough: bool) -> str:
    return f"{name} (approximate)" if is_rough else name


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
class _Curves:
    """Densities by place, all along the same values."""

    totals: Grouped
    at: Floats
    densities: list[Floats]


def _curves(look: Look, axes: Sequence[Axis], name: str) -> _Curves:
    column, facts = look.columns[name], look.facts[name]
    there = look.only(f"({column.number}) IS NOT NULL")
    fine = ranges_of("spot", column, facts.low, facts.high, FINE)
    if fine.form != "range":  # all values are the same: a peak that is wide enough to be seen
        fine = replace(fine, form="range", sql="0", low=facts.low - 0.5, width=1.0, ranges=1)
    found = grouped(there, [*axes, fine], measure_of(there, "count", None), most_words(there) | {"spot": 1})
    counted: dict[tuple[Any, ...], Floats] = defaultdict(lambda: np.zeros(fine.ranges))
    for places, amount in zip(found.places, found.rows, strict=True):
        counted[places[:-1]][places[-1]] += amount
    margin = 0.03 * fine.width * fine.ranges
    points = max(CURVE[0], min(CURVE[1], MOST_MARKS // max(len(counted), 1)))
    at = np.linspace(fine.low - margin, fine.low + fine.width * fine.ranges + margin, points)
    rows = [int(counts.sum()) for counts in counted.values()]
    totals = Grouped(
        found.axes[:-1],
        list(counted),
        [float(amount) for amount in rows],
        rows,
        {"curve": list(range(len(rows)))},
    )
    return _Curves(totals, at, [smooth(counts, fine.low, fine.width, at) for counts in counted.values()])


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
