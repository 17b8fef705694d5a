"""A chart node's points, drawn and told like any other chart."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.service.data.charts import drawn_of_points
from ui.charting.figure import figure_of
from ui.charts import show


def show_chart(chart: Mapping[str, Any], key: str) -> None:
    """Draw a chart as a run kept it."""
    drawn = drawn_of_points(chart, chart["points"])
    figure = figure_of(drawn, is_dark=st.context.theme.type == "dark")
    show(figure, drawn.sentence, key, height=figure.layout.height)
