"""A drawn chart as a Plotly figure: one panel for each facet, one trace for each colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from engine.service.charts import Drawn
from ui import palette

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LONG_LABEL = 26
"""Letters of a name beside an axis; all of it shows when it is pointed at."""
LONG_TITLE = 60
LYING = (9, 7)
"""Bars lie where a name has more letters than the first, or where there are more bars than the second."""
PANELS_ABREAST = 2
FAINTEST = 0.004
"""Of a violin: what is thinner, beside its widest place, is not drawn."""
LEFT_OVER = {"(missing)": palette.GREY, "(other)": palette.FAINT}


@dataclass(frozen=True)
class Panel:
    """The marks of one facet, and what their traces need to know.

    Parameters
    ----------
    names
        The categories along, in their order, as plotly gets them.
    lies
        Whether the categories stand one under the other.
    """

    drawn: Drawn
    points: Mapping[str, list[Any]]
    names: list[str]
    lies: bool
    is_first: bool
    is_dark: bool

    def of_color(self, color: str | None) -> dict[str, list[Any]]:
        """The marks of one colour."""
        return chosen(self.points, "color", color)

    def look(self, name: str, at: int) -> dict[str, Any]:
        """A trace's name and place in the legend."""
        return {"name": shown(name), "legendgroup": shown(name), "showlegend": self.is_first and bool(name)}

    def paint(self, name: str, at: int) -> str:
        """A trace's colour; what is left over is grey."""
        colors = palette.categorical(is_dark=self.is_dark)
        return LEFT_OVER.get(name, colors[at % len(colors)])

    @property
    def colors(self) -> list[tuple[int, str | None]]:
        """The groups, numbered; one of no name where there are none."""
        order = self.drawn.order.get("color")
        return list(enumerate(order)) if order and "color" in self.points else [(0, None)]


def figure_of(drawn: Drawn, *, is_dark: bool = False) -> Figure:
    """The figure, in its best height."""
    from plotly.subplots import make_subplots

    facets: list[str | None] = [*drawn.order.get("facet", ())] or [None]
    wide = min(PANELS_ABREAST, len(facets))
    deep = math.ceil(len(facets) / wide)
    kind = "domain" if drawn.spec.kind == "pie" else "xy"
    lies = _lies(drawn)
    titles = [shortened(facet) for facet in facets] if facets != [None] else None
    figure = make_subplots(
        rows=deep, cols=wide, specs=[[{"type": kind}] * wide] * deep, subplot_titles=titles,
        horizontal_spacing=0.06, vertical_spacing=min(0.16, 0.4 / deep),
    )  # fmt: skip
    names = [shown(name) for name in drawn.order.get("x", ())]
    for at, facet in enumerate(facets):
        place = {"row": at // wide + 1, "col": at % wide + 1}
        panel = Panel(drawn, chosen(drawn.points, "facet", facet), names, lies, at == 0, is_dark)
        for trace in TRACES[drawn.spec.kind](panel):
            figure.add_trace(trace, **place)
    _lay_out(figure, drawn, lies=lies, deep=deep, is_dark=is_dark)
    return figure


def shown(value: Any) -> Any:
    """Plotly takes some HTML in texts for HTML."""
    return escape(value, quote=False) if isinstance(value, str) else value


def shortened(name: str | None, most: int = LONG_LABEL) -> str:
    """A name that fits beside an axis."""
    text = str(name or "")
    return escape(text if len(text) <= most else text[: most - 1] + "…", quote=False)


def chosen(points: Mapping[str, list[Any]], role: str, value: Any) -> dict[str, list[Any]]:
    """The marks of one colour or facet; all of them where there is none."""
    if value is None or role not in points:
        return dict(points)
    kept = [row for row, one in enumerate(points[role]) if one == value]
    return {name: [values[row] for row in kept] for name, values in points.items()}


def _lies(drawn: Drawn) -> bool:
    names = drawn.order.get("x", ())
    if drawn.spec.kind not in ("bar", "stacked_bar", "box") or not names:
        return False
    is_ordered = drawn.forms.get("x") == "category" and " to " in names[0]
    return not is_ordered and (max(map(len, names)) > LYING[0] or len(names) > LYING[1])


def _bars(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for at, color in panel.colors:
        some, name = panel.of_color(color), color or ""
        places = [shown(place) for place in some["x"]]
        sides = {"x": some["y"], "y": places, "orientation": "h"} if panel.lies else {"x": places, "y": some["y"]}
        paint = panel.paint(name, at) if name else [LEFT_OVER.get(place, panel.paint("", at)) for place in some["x"]]
        pattern = {"shape": "/"} if name == "(missing)" else None
        traces.append(go.Bar(**sides, marker={"color": paint, "pattern": pattern}, **panel.look(name, at)))
    return traces


def _pie(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    colors = [panel.paint(name, at) for at, name in enumerate(panel.drawn.order.get("x", ()))]
    by_name = dict(zip(panel.drawn.order.get("x", ()), colors, strict=True))
    pairs = [pair for pair in zip(panel.points["x"], panel.points["y"], strict=True) if (pair[1] or 0) > 0]
    return [
        go.Pie(
            labels=[shown(name) for name, _ in pairs], values=[value for _, value in pairs], sort=False,
            direction="clockwise", hole=0.4, textinfo="percent", textposition="inside", showlegend=panel.is_first,
            marker={"colors": [by_name[name] for name, _ in pairs]},
        )
    ]  # fmt: skip


def _pyramid(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for at, color in panel.colors[:2]:
        some, sign = panel.of_color(color), -1 if at == 0 else 1
        traces.append(
            go.Bar(
                x=[sign * (value or 0) for value in some["y"]], y=[shown(place) for place in some["x"]],
                orientation="h", customdata=some["y"], hovertemplate="%{y}: %{customdata:,.4~g}",
                marker_color=panel.paint(color or "", at), **panel.look(color or "", at),
            )
        )  # fmt: skip
    return traces


def _along(panel: Panel) -> list[Any]:
    return panel.points["x"] if "until" not in panel.points else _middles(panel.points)


def _middles(points: Mapping[str, list[Any]]) -> list[float]:
    return [(low + high) / 2 for low, high in zip(points["x"], points["until"], strict=True)]


def _lines(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for at, color in panel.colors:
        some, name = panel.of_color(color), color or ""
        x = _middles(some) if "until" in some else [shown(place) for place in some["x"]]
        paint = panel.paint(name, at)
        filled = {"stackgroup": "all"} if panel.drawn.spec.kind == "area" else {}
        dash = palette.DASHES[at % len(palette.DASHES)] if len(panel.colors) > 1 and not filled else "solid"
        mode = "lines+markers" if len(x) <= 40 and not filled else "lines"
        line = {"color": paint, "width": 2 if not filled else 1, "dash": dash}
        traces.append(
            go.Scatter(x=x, y=some["y"], mode=mode, line=line, marker={"size": 5}, **filled, **panel.look(name, at))
        )
    return traces


def _dots(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    is_scale = panel.drawn.forms.get("color") == "number"
    for at, color in [(0, None)] if is_scale else panel.colors:
        some, name = panel.of_color(color), color or ""
        marker: dict[str, Any] = {"opacity": 0.65, "size": 6, "color": panel.paint(name, at), "line": {"width": 0}}
        if len(panel.colors) > 1:
            marker["symbol"] = palette.SYMBOLS[at % len(palette.SYMBOLS)]
        if is_scale:
            marker |= {"color": some["color"], "coloraxis": "coloraxis"}
        if "size" in some:
            marker |= _sizes(panel.drawn.points["size"], some["size"])
        traces.append(go.Scatter(x=some["x"], y=some["y"], mode="markers", marker=marker, **panel.look(name, at)))
    return traces


def _sizes(every: Sequence[float], some: Sequence[float]) -> dict[str, Any]:
    """Areas as large as the numbers; what is below zero is a point."""
    largest = max((abs(value) for value in every), default=1) or 1
    return {
        "size": [max(value, 0) for value in some], "sizemode": "area", "sizeref": 2 * largest / 34**2, "sizemin": 2,
        "line": {"width": 0.5, "color": "rgba(128,128,128,0.6)"}, "opacity": 0.55,
    }  # fmt: skip


def _boxes(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for at, color in panel.colors:
        some, name = panel.of_color(color), color or ""
        places = [shown(place) for place in some["x"]] if "x" in some else [""] * len(some["median"])
        ends = {
            "lowerfence": some["least"],
            "q1": some["q1"],
            "median": some["median"],
            "q3": some["q3"],
            "upperfence": some["most"],
        }
        side = {"y": places, "orientation": "h"} if panel.lies else {"x": places}
        traces.append(go.Box(**side, **ends, marker_color=panel.paint(name, at), **panel.look(name, at)))
    return traces


def _violins(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    names = panel.drawn.order.get("x") or [""]
    traces = []
    for at, name in enumerate(names):
        some = chosen(panel.points, "x", name) if "x" in panel.points else dict(panel.points)
        if not some["at"]:
            continue
        widest = max(some["density"])
        seen = [row for row, density in enumerate(some["density"]) if density >= FAINTEST * widest]
        half, values = [0.42 * some["density"][row] / widest for row in seen], [some["at"][row] for row in seen]
        outline = [at - reach for reach in half] + [at + reach for reach in reversed(half)]
        paint = panel.paint(name, at if len(names) <= 8 else 0)
        look = {"name": shown(name), "showlegend": False, "line": {"color": paint, "width": 1.5}}
        traces.append(
            go.Scatter(x=outline, y=values + values[::-1], fill="toself", mode="lines", hoverinfo="skip", **look)
        )
        median = some["median"][0]
        traces.append(
            go.Scatter(
                x=[at], y=[median], mode="markers",
                marker={"color": paint, "size": 9, "line": {"width": 2, "color": "white"}}, name=shown(name),
                showlegend=False, hovertemplate="median %{y:,.4~g}",
            )
        )  # fmt: skip
    return traces


def _histogram(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for at, color in panel.colors:
        some, name = panel.of_color(color), color or ""
        widths = [max(high - low, 0) or 1 for low, high in zip(some["x"], some["until"], strict=True)]
        look = panel.look(name, at) | {"opacity": 0.6 if len(panel.colors) > 1 else 1}
        marker = {"color": panel.paint(name, at), "line": {"width": 0.5, "color": "rgba(255,255,255,0.5)"}}
        ends = [f"{low:,.6g} to {high:,.6g}" for low, high in zip(some["x"], some["until"], strict=True)]
        traces.append(
            go.Bar(x=_middles(some), y=some["y"], width=widths, marker=marker, customdata=ends,
                   hovertemplate="%{customdata}: %{y:,}", **look)
        )  # fmt: skip
    return traces


def _densities(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for at, color in panel.colors:
        some, name = panel.of_color(color), color or ""
        line = {"color": panel.paint(name, at), "width": 2, "dash": palette.DASHES[at % len(palette.DASHES)]}
        filled = {"fill": "tozeroy"} if len(panel.colors) == 1 else {}
        traces.append(
            go.Scatter(x=some["at"], y=some["density"], mode="lines", line=line, **filled, **panel.look(name, at))
        )
    return traces


def _grid(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    across, up = panel.drawn.order.get("x", []), panel.drawn.order.get("category", [])
    cells: dict[tuple[Any, Any], Any] = {}
    for x, category, value in zip(panel.points["x"], panel.points["category"], panel.points["y"], strict=True):
        cells[x, category] = value
    grid = [[cells.get((x, category)) for x in across] for category in up]
    written = len(across) * len(up) <= 80 and len(across) <= 9
    style = ".2f" if panel.drawn.spec.kind == "correlation" else ",.3~s" if written else ""
    return [
        go.Heatmap(
            x=[shown(name) for name in across], y=[shown(name) for name in up], z=grid, coloraxis="coloraxis", xgap=1,
            ygap=1, texttemplate=f"%{{z:{style}}}" if written else None, hoverongaps=False,
        )
    ]  # fmt: skip


TRACES: Mapping[str, Callable[[Panel], list[Any]]] = {
    "bar": _bars,
    "stacked_bar": _bars,
    "pie": _pie,
    "pyramid": _pyramid,
    "line": _lines,
    "area": _lines,
    "scatter": _dots,
    "bubble": _dots,
    "map": _dots,
    "box": _boxes,
    "violin": _violins,
    "histogram": _histogram,
    "density": _densities,
    "heatmap": _grid,
    "correlation": _grid,
}


def _lay_out(figure: Figure, drawn: Drawn, *, lies: bool, deep: int, is_dark: bool) -> None:
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
