"""When each node of a run began and how long it took; what was reused or failed is marked by shape and word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from engine.service.amounts import count, seconds
from engine.service.views import NodeRunView
from ui.charts import ORANGE, blue, show
from ui.words import short_name

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LONGEST = 32
"""Letters of a node's name beside its bar."""
GRAY = "#888888"
ROOM_FOR_TEXT = 1.25
"""How much longer the axis is than the run: what a bar took stands behind it, on a narrow page too."""
MOST = 40
"""Bars; of a larger run, those of the nodes that took longest are drawn."""


def show_timeline(nodes: Sequence[NodeRunView], key: str) -> None:
    """A bar for each node from its begin to its end, with a sentence on what took longest."""
    import plotly.graph_objects as go

    timed = _slowest([node for node in nodes if node.started is not None and node.seconds is not None])
    reused = [node for node in nodes if node.cached] if len(nodes) <= MOST else []
    if not timed:
        st.caption("Nothing had to be computed: every result was reused." if reused else "No node has a time yet.")
        return
    figure, names = go.Figure(), _names(nodes)
    _bars(figure, "computed", [node for node in timed if node.status != "failed"], names, blue())
    _bars(figure, "failed", [node for node in timed if node.status == "failed"], names, ORANGE, pattern="x")
    _diamonds(figure, "reused", reused, names)
    rows = [names[node.node] for node in nodes if node in timed or node in reused]
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=rows[::-1])
    end = max((node.started or 0) + (node.seconds or 0) for node in timed)
    figure.update_xaxes(title="seconds since the run began", range=[0, end * ROOM_FOR_TEXT])
    figure.update_layout(showlegend=len(figure.data) > 1, legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"})
    show(figure, _in_words(timed, nodes), key, height=26 * len(rows) + 120)


def _slowest(timed: Sequence[NodeRunView]) -> Sequence[NodeRunView]:
    """The most telling ones, in their own order."""
    least = sorted((node.seconds or 0 for node in timed), reverse=True)[:MOST][-1:]
    return [node for node in timed if (node.seconds or 0) >= least[0]]


def _bars(
    figure: Figure, name: str, nodes: Sequence[NodeRunView], names: Mapping[str, str], color: str, pattern: str = ""
) -> None:
    if not nodes:
        return
    figure.add_bar(
        name=name,
        orientation="h",
        y=[names[node.node] for node in nodes],
        x=[node.seconds for node in nodes],
        base=[node.started for node in nodes],
        text=[f"{seconds(node.seconds)}{', failed' if pattern else ''}" for node in nodes],
        textposition="outside",
        cliponaxis=False,
        customdata=[seconds(node.started) for node in nodes],
        hovertemplate="%{y}: %{text}, begun after %{customdata}<extra></extra>",
        marker={"color": color, "pattern": {"shape": pattern}},
    )


def _diamonds(figure: Figure, name: str, nodes: Sequence[NodeRunView], names: Mapping[str, str]) -> None:
    if not nodes:
        return
    figure.add_scatter(
        name=name,
        mode="markers",
        y=[names[node.node] for node in nodes],
        x=[node.started or 0 for node in nodes],
        hovertemplate="%{y}: reused<extra></extra>",
        marker={"symbol": "diamond-open", "size": 9, "color": GRAY},
        cliponaxis=False,
    )


def _names(nodes: Sequence[NodeRunView]) -> Mapping[str, str]:
    """A name for each node that fits beside a bar and belongs to it alone."""
    known = Counter(_shortened(node.title) for node in nodes)
    return {node.node: _own_name(node, known[_shortened(node.title)] > 1) for node in nodes}


def _own_name(node: NodeRunView, is_shared: bool) -> str:
    return f"{_shortened(node.title)} ({node.node})" if is_shared else _shortened(node.title)


def _shortened(title: str) -> str:
    return short_name(title, LONGEST)


def _in_words(timed: Sequence[NodeRunView], nodes: Sequence[NodeRunView]) -> str:
    slowest = max(timed, key=lambda node: node.seconds or 0)
    total, reused = sum(node.seconds or 0 for node in nodes), sum(node.cached for node in nodes)
    drawn = f" The {len(timed)} longest are drawn." if len(nodes) > MOST else ""
    again = f" {count(reused, 'result was', 'results were')} reused." if reused else ""
    failed = "".join(f" {node.title} failed." for node in timed if node.status == "failed")
    words = f"{slowest.title} took longest: {seconds(slowest.seconds)} of {seconds(total)} in all nodes."
    return f"{words}{drawn}{again}{failed}"
