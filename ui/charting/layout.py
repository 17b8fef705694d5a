"""What surrounds the marks of a chart: axes, legend, height."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.service.data.charts import Drawn
from ui.charting import palette
from ui.charting.texts import LONG_LABEL, LONG_TITLE, shortened, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LYING = (9, 7)
"""Bars lie where a name has more letters than the first, or where there are more bars than the second."""


def lies_down(drawn: Drawn) -> bool:
    """Whether the categories stand one under the other."""
    names = drawn.order.get("x", ())
    if drawn.spec.kind not in ("bar", "stacked_bar", "box") or not names:
        return False
    is_ordered = drawn.forms.get("x") == "category" and " to " in names[0]
    return not is_ordered and (max(map(len, names)) > LYING[0] or len(names) > LYING[1])


def lay_out(figure: Figure, drawn: Drawn, *, lies: bool, deep: int, is_dark: bool) -> None:
    """Everything but the marks."""
    kind, spec = drawn.spec.kind, drawn.spec
    barmode = {"stacked_bar": "stack", "pyramid": "relative", "histogram": "overlay"}.get(kind, "group")
    has_legend = kind == "pie" or ("color" in drawn.points and kind not in ("heatmap",))
    figure.update_layout(
        barmode=barmode, boxmode="group", bargap=0.15 if kind != "histogram" else 0.02, showlegend=has_legend,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02 if deep == 1 and not spec.facet else 1.06, "x": 0,
                "title": {"text": shortened(drawn.titles.get("color")) if kind != "pie" else ""}},
        height=_height(drawn, lies=lies, deep=deep), hoverlabel={"namelength": 40},
    )  # fmt: skip
    if kind == "pie":
        figure.update_layout(
            legend={"orientation": "v", "y": 0.5, "yanchor": "middle", "x": 1.02, "title": {"text": ""}}
        )
        return
    _axes(figure, drawn, lies=lies, deep=deep)
    if kind == "correlation":
        figure.update_layout(coloraxis={"colorscale": palette.opposed(), "cmin": -1, "cmax": 1})
    elif kind == "heatmap" or drawn.forms.get("color") == "number":
        title = drawn.titles["y"] if kind == "heatmap" else drawn.titles["color"]
        bar = {"title": {"text": shortened(title), "side": "right"}, "thickness": 12}
        figure.update_layout(coloraxis={"colorscale": palette.rising(is_dark=is_dark), "colorbar": bar})


def _axes(figure: Figure, drawn: Drawn, *, lies: bool, deep: int) -> None:
    kind = drawn.spec.kind
    along, up = drawn.titles.get("x", ""), drawn.titles.get("category" if "category" in drawn.points else "y", "")
    if kind == "density":
        up = ""
    # Panels are compared, so they share their scales.
    figure.update_xaxes(automargin=True, matches="x" if drawn.spec.facet else None)
    figure.update_yaxes(automargin=True, matches="y" if drawn.spec.facet else None)
    names = figure.update_yaxes if lies or kind == "pyramid" else figure.update_xaxes
    if "x" in drawn.order and kind != "violin":
        ticks = _ticks(drawn.order["x"])
        names(**ticks, **({"autorange": "reversed"} if lies else {}))
    if "category" in drawn.order:
        figure.update_yaxes(**_ticks(drawn.order["category"]), autorange="reversed")
    if kind == "violin":
        labels = drawn.order.get("x") or [""]
        figure.update_xaxes(
            tickvals=list(range(len(labels))), ticktext=[shortened(label) for label in labels], showgrid=False
        )
    if kind == "map":
        _level(figure, drawn)
    if kind == "pyramid":
        _mirror(figure, drawn)
    if kind == "density":
        figure.update_yaxes(showticklabels=False)
    if drawn.forms.get("x") == "date" and not lies:
        figure.update_xaxes(type="date")
    swapped = lies or kind == "pyramid"
    figure.update_xaxes(title_text=shortened(up if swapped else along, LONG_TITLE), row=deep)
    figure.update_yaxes(title_text=shortened(along if swapped else up, LONG_LABEL), col=1)


def _ticks(labels: Sequence[str]) -> dict[str, Any]:
    """Every name is a category, even one that looks like a number or a date."""
    names = [shown(label) for label in labels]
    step = max(1, math.ceil(len(names) / 40))
    return {
        "type": "category", "categoryorder": "array", "categoryarray": names, "tickmode": "array",
        "tickvals": names[::step], "ticktext": [shortened(label) for label in labels[::step]],
    }  # fmt: skip


def _level(figure: Figure, drawn: Drawn) -> None:
    """A degree of longitude is as long as it is at the middle latitude."""
    latitudes = drawn.points["y"] or [0]
    middle = math.radians((min(latitudes) + max(latitudes)) / 2)
    figure.update_yaxes(scaleanchor="x", scaleratio=1 / max(math.cos(middle), 0.1), zeroline=False)
    figure.update_xaxes(zeroline=False, constrain="domain")


def _mirror(figure: Figure, drawn: Drawn) -> None:
    """Both sides count from the middle."""
    most = max((abs(value or 0) for value in drawn.points["y"]), default=1) or 1
    size = 10 ** math.floor(math.log10(most))
    step = next(size * part for part in (0.5, 1, 2, 5) if most / (size * part) <= 4)
    marks = [step * at for at in range(-4, 5) if abs(step * at) <= most * 1.1]
    figure.update_xaxes(
        tickvals=marks, ticktext=[f"{abs(mark):,.6g}" for mark in marks], range=[-most * 1.08, most * 1.08]
    )
    figure.update_yaxes(categoryorder="array")


def _height(drawn: Drawn, *, lies: bool, deep: int) -> int:
    kind, names = drawn.spec.kind, len(drawn.order.get("x", ()))
    colors = len(drawn.order.get("color", ())) if kind in ("bar", "box") else 1
    if lies:
        one = 90 + names * max(24, 11 * max(colors, 1))
    elif kind == "pyramid":
        one = 120 + 24 * names
    elif kind in ("heatmap", "correlation"):
        one = 120 + 26 * len(drawn.order.get("category", ()))
    else:
        one = 340
    one = max(300, min(one, 640))
    return one if deep == 1 else min(1400, 60 + int(one * 0.8) * deep)
