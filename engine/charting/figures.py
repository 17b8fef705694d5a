"""Charts of figures by place: bars, lines, areas, pies, pyramids, heat maps, pivot tables, histograms."""

from collections.abc import Sequence

from engine.charting.axis import Axis, axis_of, nice_ranges, ranges_of
from engine.charting.drawn import MOST_COLORS, MOST_FACETS, MOST_MARKS, MOST_PLACES, Drawn
from engine.charting.groups import TOTAL, Grouped, grouped
from engine.charting.look import Look
from engine.charting.measure import Measure, measure_of
from engine.charting.medians import can_place, medians_at_places
from engine.charting.named import named
from engine.charting.quantiles import can_count, medians
from engine.charting.spec import ChartKind
from engine.errors import DataError

LABELLED: frozenset[ChartKind] = frozenset({"pie", "pyramid", "heatmap", "pivot"})
"""Charts whose places along are names, whatever they are made of."""
CONTINUOUS: frozenset[ChartKind] = frozenset({"line", "area"})
MOST_SIDES = 50
"""Places along one side of a heat map or a pivot table."""
USUAL_BARS = 60
"""Bars along dates, unless a step was asked for."""
HISTOGRAM_RANGES = 30


def draw_figures(look: Look) -> Drawn:
    """Bars, lines, areas, pies and pyramids: one figure for each place along, colour and panel.

    Raises
    ------
    DataError
        Where a pyramid has one side only.
    """
    spec, series = look.spec, series_axes(look)
    room = MOST_SIDES if spec.kind in LABELLED else _room(series)
    if spec.kind not in CONTINUOUS and spec.every == "auto":
        room = min(room, USUAL_BARS)
    axes = [axis_of(look, "x", spec.x or "", room, bins=spec.bins), *series]
    measure = measure_of(look, spec.aggregate, spec.y)
    found = figures_at(look, axes, measure)
    drawn = named(look, found, told(look, measure, found), {axis.role for axis in axes} - _on_a_scale(look, axes[0]))
    if spec.kind == "pyramid" and drawn.marks and len(drawn.order["color"]) < 2:
        raise DataError(
            f"{spec.color} has one value only, so the pyramid would have one side.",
            hint="Choose another column for left and right, or draw bars.",
            field="color",
        )
    return drawn


def draw_histogram(look: Look) -> Drawn:
    """How many rows fall into each range of numbers."""
    spec, column = look.spec, look.columns[look.spec.x or ""]
    facts, series = look.facts[column.name], series_axes(look)
    if facts.low is None:
        return nothing(look)
    if spec.bins:
        axis = ranges_of("x", column, facts.low, facts.high, spec.bins)
    else:
        axis = nice_ranges("x", column, facts.low, facts.high, HISTOGRAM_RANGES)
    found = grouped(look, [axis, *series], measure_of(look, "count", None), most_words(look))
    drawn = named(look, found, "rows", {axis.role for axis in series})
    return drawn if "until" in drawn.points else _one_value(drawn)


def _one_value(drawn: Drawn) -> Drawn:
    """All values are the same: one bar around it."""
    return drawn.model_copy(update={"points": {**drawn.points, "until": drawn.points["x"]}})


def draw_grid(look: Look) -> Drawn:
    """Heat maps and pivot tables: one figure for each pair."""
    spec = look.spec
    sides = [axis_of(look, "category", spec.y or "", MOST_SIDES, bins=spec.bins)]
    if spec.x:
        sides.insert(0, axis_of(look, "x", spec.x, MOST_SIDES, bins=spec.bins))
    axes = [*sides, *([_facet(look)] if spec.facet else [])]
    measure = measure_of(look, spec.aggregate, spec.color)
    if spec.kind == "pivot":
        return _pivot(look, sides, measure)
    found = figures_at(look, axes, measure)
    return named(look, found, told(look, measure, found), {axis.role for axis in axes})


def _pivot(look: Look, sides: Sequence[Axis], measure: Measure) -> Drawn:
    """The cells, and the totals of rows, of columns and of all; totals of medians are medians again."""
    names = [axis.role for axis in sides]
    found = figures_at(look, sides, measure, tuple(dict.fromkeys((tuple(names), *((name,) for name in names), ()))))
    cells = [row for row, places in enumerate(found.places) if TOTAL not in places]
    parts = ([values[row] for row in cells] for values in (found.places, found.figures, found.rows))
    drawn = named(look, Grouped(found.axes, *parts), told(look, measure, found), names)  # type: ignore[arg-type]
    return drawn.model_copy(update={"totals": _totals(found)})


def _totals(found: Grouped) -> dict[str, dict[str, float | None]]:
    labels = {axis.role: axis.labels() for axis in found.axes}
    totals: dict[str, dict[str, float | None]] = {"x": {}, "category": {}, "all": {}}
    for places, figure in zip(found.places, found.figures, strict=True):
        inner = [(axis, place) for axis, place in zip(found.axes, places, strict=True) if place != TOTAL]
        if not inner:
            totals["all"][""] = figure
        elif len(inner) == 1:
            ((axis, place),) = inner
            totals[axis.role][axis.label(place, labels[axis.role])] = figure
    return totals


def series_axes(look: Look) -> list[Axis]:
    """The colours and the panels, where there are any."""
    spec = look.spec
    colors = [axis_of(look, "color", spec.color, MOST_COLORS)] if spec.color else []
    return [*colors, *([_facet(look)] if spec.facet else [])]


def most_words(look: Look) -> dict[str, int]:
    """How many categories are kept, by role."""
    colors = 2 if look.spec.kind == "pyramid" else MOST_COLORS
    # Two parts of a pie in one colour would be one to those who read its legend.
    places = min(look.spec.top, MOST_COLORS) if look.spec.kind == "pie" else look.spec.top
    return {"x": places, "category": look.spec.top, "color": colors, "facet": MOST_FACETS}


def figures_at(look: Look, axes: Sequence[Axis], measure: Measure, sets: Sequence[Sequence[str]] = ()) -> Grouped:
    """A figure at each place; medians of many rows are taken in one pass, of more than fit into memory by counting.

    Parameters
    ----------
    sets
        Of a pivot table: the roles of its cells and of each total.
    """
    if measure.median_of and can_place(look, axes):
        return medians_at_places(look, axes, measure.value, most_words(look), sets)
    if measure.median_of and look.estimates_quantiles and can_count(look, axes):
        return medians(look, axes, measure.median_of, most_words(look), sets)
    every = ", ".join(f"({', '.join(roles)})" for roles in sets)
    return grouped(look, axes, measure, most_words(look), sides=f"GROUPING SETS ({every})" if sets else "")


def told(look: Look, measure: Measure, found: Grouped) -> str:
    """What the figures are; where they are estimated, that is said, and stands at the axis."""
    if found.is_exact or not measure.is_estimate:
        return measure.title
    verb = "are" if look.spec.aggregate == "distinct" else "is"
    look.notes.append(f"Of so many rows, the {measure.title} {verb} approximate.")
    return f"{measure.title} (approximate)"


def nothing(look: Look) -> Drawn:
    """There is nothing to draw."""
    return Drawn(spec=look.spec, points={}, rows=look.rows, notes=tuple(look.notes))


def _facet(look: Look) -> Axis:
    return axis_of(look, "facet", look.spec.facet or "", MOST_FACETS)


def _room(series: Sequence[Axis]) -> int:
    """How many places along there can be, so that all marks together are not too many."""
    most = {"color": MOST_COLORS + 2, "facet": MOST_FACETS + 2}
    marks = MOST_MARKS
    for axis in series:
        marks //= most[axis.role]
    return min(MOST_PLACES, marks)


def _on_a_scale(look: Look, along: Axis) -> set[str]:
    """The axis along, where it is a scale of numbers or dates."""
    kind = look.spec.kind
    is_scale = along.form != "category" and kind not in LABELLED
    return {"x"} if is_scale and (kind in CONTINUOUS or along.form == "date") else set()
