"""The traces of each kind of chart, one for each group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.service.data.charts import MISSING, OTHER
from ui.charting import palette
from ui.charting.panel import LEFT_OVER, Panel, chosen
from ui.charting.texts import shown

FITS_A_CELL = 1_000_000
WIDEST, LEAST_WIDE, FEW_BUBBLES = 34, 14, 400
"""Pixels of the largest bubble: where there are few, and where there are many, which would hide each other."""
FAINTEST = 0.004
"""Of a violin: what is thinner, beside its widest place, is not drawn."""


def _bars(panel: Panel) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for at, color in panel.colors:
        some, name = panel.of_color(color), color or ""
        places = [shown(place) for place in some["x"]]
        sides = {"x": some["y"], "y": places, "orientation": "h"} if panel.lies else {"x": places, "y": some["y"]}
        paint = panel.paint(name, at) if name else [LEFT_OVER.get(place, panel.paint("", at)) for place in some["x"]]
        pattern = {"shape": "/"} if name == MISSING else None
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
    wide = max(LEAST_WIDE, WIDEST * min(1.0, (FEW_BUBBLES / max(len(every), 1)) ** 0.5))
    return {
        "size": [max(value, 0) for value in some], "sizemode": "area", "sizeref": 2 * largest / wide**2, "sizemin": 2,
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
    # What is left over is many values at once: on the scale of single ones it would make them all look alike.
    grid = [[None if OTHER in (x, category) else cells.get((x, category)) for x in across] for category in up]
    rest = [[cells.get((x, category)) if OTHER in (x, category) else None for x in across] for category in up]
    written = len(across) * len(up) <= 80 and len(across) <= 9
    style = ".2f" if panel.drawn.spec.kind == "correlation" else _number_style(panel.points["y"]) if written else ""
    look = {
        "x": [shown(name) for name in across], "y": [shown(name) for name in up], "xgap": 1, "ygap": 1,
        "texttemplate": f"%{{z:{style}}}" if written else None, "hoverongaps": False,
    }  # fmt: skip
    grey = palette.aside(is_dark=panel.is_dark)
    left_over = [go.Heatmap(z=rest, colorscale=grey, showscale=False, **look)] if OTHER in (*across, *up) else []
    return [go.Heatmap(z=grid, coloraxis="coloraxis", **look), *left_over]


def _number_style(values: Sequence[float | None]) -> str:
    """Whole numbers that fit a cell keep their digits; others are shortened."""
    fits = all(value is None or (value == int(value) and abs(value) < FITS_A_CELL) for value in values)
    return ",.0f" if fits else ",.3~s"


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
