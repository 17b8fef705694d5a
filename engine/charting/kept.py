"""A chart whose points were computed by a run: Ibis made them, on whatever backend; they are drawn like any other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.charting.axis import MISSING, OTHER, Form, number_word
from engine.charting.drawn import Drawn
from engine.charting.named import natural
from engine.charting.sentence import sentence_of
from engine.charting.spec import ChartSpec

SCALES = ("line", "area", "scatter", "histogram")
"""Charts whose numbers along lie on a scale; in others they stand side by side by name."""


def drawn_of_points(chart: Mapping[str, Any], points: Mapping[str, Sequence[Any]]) -> Drawn:
    """The marks of a chart that a run kept.

    Parameters
    ----------
    chart
        Its params: `kind`, `x`, `y`, `color`, `facet`, `aggregate`.
    points
        Column by column, with the names of `components.outputs.points`.
    """
    kind, spec = chart["kind"], ChartSpec(**{name: chart[name] for name in _PARAMS if chart.get(name)})
    found = {name: list(values) for name, values in points.items()}
    forms: dict[str, Form] = {role: _form(kind, role, found[role]) for role in _SIDES if role in found}
    for role, form in forms.items():
        if form == "category":
            found[role] = [value if isinstance(value, str) else number_word(value) for value in found[role]]
    order = {role: _ordered(found[role]) for role, form in forms.items() if form == "category"}
    if kind == "box":
        found |= {"y": found["median"], "far": [0] * len(found["median"])}
    titles = {role: chart[role] for role in ("x", "color", "facet") if chart.get(role)}
    titles |= {"category": chart.get("y") or "", "y": _measured(chart)}
    rows = len(next(iter(found.values()), ()))
    drawn = Drawn(spec=spec, points=found, forms=forms, order=order, titles=titles, rows=rows)
    return drawn.model_copy(update={"sentence": _sentence(drawn)})


_PARAMS = ("kind", "x", "y", "color", "facet", "aggregate")
_SIDES = ("x", "category", "color", "facet")


def _form(kind: str, role: str, values: Sequence[Any]) -> Form:
    if role == "x" and values and all(map(_is_moment, values)):
        return "date"
    is_scale = role == "x" and kind in SCALES and not any(isinstance(value, str) for value in values)
    return ("range" if kind == "histogram" else "number") if is_scale else "category"


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or len(value) < len("2026-01-31"):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _ordered(values: Sequence[str]) -> list[str]:
    names = sorted(dict.fromkeys(values), key=natural)
    last = [name for name in (OTHER, MISSING) if name in names]
    return [name for name in names if name not in last] + last


def _measured(chart: Mapping[str, Any]) -> str:
    if chart["kind"] in ("scatter", "box"):
        return str(chart["y"])
    of = chart.get("color") if chart["kind"] == "heatmap" else chart.get("y")
    return "rows" if chart["aggregate"] == "count" or chart["kind"] == "histogram" else f"{chart['aggregate']} of {of}"


def _sentence(drawn: Drawn) -> str:
    """The rows behind a count are all rows that were drawn, not the marks."""
    if drawn.titles["y"] != "rows" or not drawn.marks or drawn.spec.kind == "histogram":
        return sentence_of(drawn)
    total = int(sum(figure or 0 for figure in drawn.points["y"]))
    return sentence_of(drawn.model_copy(update={"rows": total}))
