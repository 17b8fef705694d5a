"""How much each model leans on each column, side by side."""

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling.model_comparison import ModelComparisonView
from ui import charts
from ui.words import number, short_name

LONGEST = 40


def show_importance(_home: Workspace, found: ModelComparisonView) -> None:
    import plotly.graph_objects as go

    told = found.importance
    if not told.columns:
        st.caption("How much these models lean on each column was not measured.")
        return
    names = [side.name for side in found.sides]
    tops = [max((line[place] or 0.0 for line in told.values), default=0.0) or 1.0 for place in range(len(names))]
    shares = [
        [None if it is None else max(it, 0.0) / top for it, top in zip(line, tops, strict=True)] for line in told.values
    ]
    texts = [["–" if it is None else number(round(it, 5)) for it in line] for line in told.values]
    labels = [short_name(name, LONGEST) for name in told.columns]
    grid = go.Heatmap(
        z=shares, x=names, y=labels, text=texts, texttemplate="%{text}", zmin=0, zmax=1, **charts.written_on(),
        showscale=False, xgap=3, ygap=3, hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
    )  # fmt: skip
    figure = go.Figure(grid).update_xaxes(type="category", side="top", automargin=True)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    leading = [
        f"{name} on {told.columns[place]}"
        for name, place in zip(names, (_top(told.values, nth) for nth in range(len(names))), strict=True)
        if place is not None
    ]
    charts.show(figure, f"Most of all lean: {', '.join(leading)}.", "compare_importance", height=28 * len(labels) + 110)
    more = f" {count(told.left_out, 'more column')} mattered less." if told.left_out else ""
    st.caption(
        "What each score loses when a column is shuffled; the stronger the colour, the more for this model. – is a "
        f"column that the model does not use.{more}"
    )


def _top(values: list[list[float | None]], place: int) -> int | None:
    known = [(line[place] or 0.0, row) for row, line in enumerate(values) if line[place] is not None]
    return max(known)[1] if known else None
