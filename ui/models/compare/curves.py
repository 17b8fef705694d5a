"""The curves of all models in one plot."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.modelling.model_comparison import ModelComparisonView
from ui import charts
from ui.pictured import is_pictured, show_pictured
from ui.words import escaped


def show_curves(_home: Workspace, found: ModelComparisonView) -> None:
    if found.answers is None:
        st.info(escaped(found.why_not), icon=":material/info:")
        return
    plots = found.answers.plots
    cells = st.columns(len(plots), gap="medium") if len(plots) > 1 else [st.container()]
    for cell, (name, plot) in zip(cells, plots.items(), strict=True):
        with cell:
            show_pictured(plot, f"compare_{name}") if is_pictured(plot) else _dots(plot, f"compare_{name}")


def _dots(plot: Mapping[str, Any], key: str) -> None:
    """Predicted against actual, a colour and a shape for each model."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, series in enumerate(plot["series"]):
        shape = charts.SHAPES[(place + place // len(charts.GROUPS)) % len(charts.SHAPES)]
        marker = {"color": charts.GROUPS[place % len(charts.GROUPS)], "symbol": shape, "size": 6, "opacity": 0.6}
        figure.add_scattergl(x=plot["x"], y=series["y"], name=series["name"], mode="markers", marker=marker)
    ends = [min(plot["x"]), max(plot["x"])]
    figure.add_scatter(x=ends, y=ends, mode="lines", name="right", line={"dash": "dot", "color": charts.LEFT_OVER})
    figure.update_xaxes(title=plot["across"]).update_yaxes(title=plot["up"], automargin=True)
    figure.update_layout(title=plot["title"], legend={"orientation": "h", "y": -0.2})
    charts.show(figure, plot["read"], key, height=460)
