"""A chart node's points as a Plotly figure, with a sentence that says what there is to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from engine.service.amounts import count
from ui.charts import show
from ui.words import number

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7A7A7A", "#000000", "#999933")
"""Okabe and Ito's, and two more."""

Points = Mapping[str, Sequence[Any]]


def show_chart(chart: Mapping[str, Any], key: str) -> None:
    """Draw a chart as a run kept it."""
    points: Points = {name: [_plain(value) for value in values] for name, values in chart["points"].items()}
    rows = len(next(iter(points.values()), ()))
    show(figure_of(chart, points), sentence(chart, chart["points"], rows), key, height=380)


def sentence(chart: Mapping[str, Any], points: Points, rows: int) -> str:
    """What there is to see, in words."""
    if not rows:
        return "There is no row to draw."
    if chart["kind"] == "box":
        highest, group = max(zip(points["median"], points["x"], strict=True))
        return f"{count(rows, 'group')}; the highest median of {chart['y']} has {group}: {number(highest)}."
    if chart["kind"] == "scatter":
        return f"{count(rows, 'dot')}: {chart['y']} against {chart['x']}."
    highest = max(range(rows), key=lambda place: points["y"][place] or float("-inf"))
    return f"{measured(chart)} is highest at {points['x'][highest]}: {number(points['y'][highest])}."


def measured(chart: Mapping[str, Any]) -> str:
    """What goes up."""
    of = chart["color"] if chart["kind"] == "heatmap" else chart["y"]
    return "rows" if chart["aggregate"] == "count" or chart["kind"] == "histogram" else f"{chart['aggregate']} of {of}"


def figure_of(chart: Mapping[str, Any], points: Points) -> Figure:
    """The figure: one panel for each facet, one trace for each colour."""
    from plotly.subplots import make_subplots

    facets = list(dict.fromkeys(points.get("facet", ["all"]))) or ["all"]
    titles = [str(facet) for facet in facets] if "facet" in points else None
    figure = make_subplots(cols=len(facets), shared_yaxes=True, subplot_titles=titles)
    colors = sorted(dict.fromkeys(points.get("color", [""])))
    for column, facet in enumerate(facets, 1):
        for place, color in enumerate(colors):
            some = _some(points, facet if "facet" in points else None, color if "color" in points else None)
            for trace in _traces(chart, some, str(color), COLORS[place % len(COLORS)], first=column == 1):
                figure.add_trace(trace, row=1, col=column)
        figure.update_xaxes(title=_plain(chart["x"]), row=1, col=column)
    figure.update_yaxes(title=_plain(_up(chart)), row=1, col=1)
    figure.update_layout(showlegend="color" in points, legend={"title": _plain(chart.get("color"))}, barmode="group")
    return figure


def _plain(value: Any) -> Any:
    """Plotly takes some HTML in texts for HTML."""
    return escape(value, quote=False) if isinstance(value, str) else value


def _up(chart: Mapping[str, Any]) -> str:
    return str(chart["y"]) if chart["kind"] in ("scatter", "box", "heatmap") else measured(chart)


def _some(points: Points, facet: Any, color: Any) -> dict[str, list[Any]]:
    rows = len(next(iter(points.values()), ()))
    kept = [
        place
        for place in range(rows)
        if (facet is None or points["facet"][place] == facet) and (color is None or points["color"][place] == color)
    ]
    return {name: [values[place] for place in kept] for name, values in points.items()}


def _traces(chart: Mapping[str, Any], points: dict[str, list[Any]], name: str, color: str, *, first: bool) -> list[Any]:
    import plotly.graph_objects as go

    look = {"name": name, "legendgroup": name, "showlegend": first and bool(name)}
    x, y = points.get("x"), points.get("y")
    match chart["kind"]:
        case "bar":
            return [go.Bar(x=x, y=y, marker_color=color, **look)]
        case "line":
            return [go.Scatter(x=x, y=y, mode="lines", line={"color": color}, **look)]
        case "area":
            return [go.Scatter(x=x, y=y, mode="lines", line={"color": color}, stackgroup="all", **look)]
        case "scatter":
            return [go.Scattergl(x=x, y=y, mode="markers", marker={"color": color, "opacity": 0.6, "size": 6}, **look)]
        case "histogram":
            edges = list(zip(points["x"], points["until"], strict=True))
            middles, widths = [(low + high) / 2 for low, high in edges], [high - low for low, high in edges]
            return [go.Bar(x=middles, y=y, width=widths, opacity=0.7, marker_color=color, **look)]
        case "box":
            ends = {"lowerfence": points["least"], "q1": points["q1"], "median": points["median"]}
            ends |= {"q3": points["q3"], "upperfence": points["most"]}
            return [go.Box(x=x, **ends, marker_color=color, **look)]
        case _:
            return [go.Heatmap(x=x, y=points["category"], z=y, colorscale="Cividis", xgap=1, ygap=1)]
