"""A drawn chart as a Plotly figure: one panel for each facet, one trace for each colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.service.data.charts import Drawn
from ui.charting.layout import lay_out, lies_down
from ui.charting.panel import Panel, chosen
from ui.charting.texts import shortened, shown
from ui.charting.traces import TRACES

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PANELS_ABREAST = 2


def figure_of(drawn: Drawn, *, is_dark: bool = False) -> Figure:
    """The figure, in its best height."""
    from plotly.subplots import make_subplots

    facets: list[str | None] = [*drawn.order.get("facet", ())] or [None]
    wide = min(PANELS_ABREAST, len(facets))
    deep = math.ceil(len(facets) / wide)
    kind = "domain" if drawn.spec.kind == "pie" else "xy"
    lies = lies_down(drawn)
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
    lay_out(figure, drawn, lies=lies, deep=deep, is_dark=is_dark)
    return figure
