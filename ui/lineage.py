"""The lineage as a picture: datasets, pipelines, runs, models and endpoints from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.service.lineage import STAGES, Lineage, LineageNode

COLORS = {"dataset": "#0072B2", "pipeline": "#E69F00", "run": "#8A8178", "model": "#CC79A7", "endpoint": "#009E73"}
SHAPES = {"dataset": "database", "pipeline": "hexagon", "run": "dot", "model": "diamond", "endpoint": "star"}
PLURALS = {
    "dataset": "Datasets", "pipeline": "Pipelines", "run": "Runs", "model": "Models", "endpoint": "Endpoints"
}  # fmt: skip
APART, BETWEEN = 240, 74


def picture(lineage: Lineage, width: int = 1150) -> str | None:
    """Draw it.

    Returns
    -------
    str
        The id of the node that was clicked.
    """
    from streamlit_agraph import Config, Edge, Node, agraph

    ink = "#EDE8E1" if st.context.theme.type == "dark" else "#26221E"
    line = "#6B645B" if st.context.theme.type == "dark" else "#B9B1A6"
    places = layout(lineage)
    nodes = [
        Node(
            id=node.id, label=node.label, title=f"{node.stage.capitalize()} {node.label}", size=14,
            shape=SHAPES[node.stage], color=COLORS[node.stage], x=places[node.id][0], y=places[node.id][1],
            font={"color": ink, "size": 14, "face": "Source Sans, system-ui, sans-serif"}, fixed=False,
        )
        for node in lineage.nodes
    ]  # fmt: skip
    edges = [Edge(source=source, target=target, color=line) for source, target in lineage.arrows]
    tallest = max((len(column) for column in columns(lineage).values()), default=1)
    height = min(720, max(280, tallest * BETWEEN + 120))
    config = Config(width=width, height=height, directed=True, physics=False, hierarchical=False)
    clicked: str | None = agraph(nodes=nodes, edges=edges, config=config)
    return clicked


def columns(lineage: Lineage) -> Mapping[str, Sequence[LineageNode]]:
    """Nodes by stage, in the order of the picture."""
    return {stage: [node for node in lineage.nodes if node.stage == stage] for stage in STAGES}


def layout(lineage: Lineage) -> dict[str, tuple[int, int]]:
    """A fixed place for every node: its stage says how far right, its neighbours to the left how far down."""
    before: dict[str, list[str]] = {}
    for source, target in lineage.arrows:
        before.setdefault(target, []).append(source)
    places: dict[str, tuple[int, int]] = {}
    for column, stage in enumerate(STAGES):
        nodes = [node for node in lineage.nodes if node.stage == stage]
        nodes.sort(key=lambda node: (_height(before.get(node.id, ()), places), node.label))
        for row, node in enumerate(nodes):
            places[node.id] = (column * APART, round((row - (len(nodes) - 1) / 2) * BETWEEN))
    return places


def _height(ids: Sequence[str], places: Mapping[str, tuple[int, int]]) -> float:
    known = [places[node_id][1] for node_id in ids if node_id in places]
    return sum(known) / len(known) if known else 0.0


def rows(lineage: Lineage) -> list[dict[str, Any]]:
    """The same as a table: one line per arrow."""
    by_id = {node.id: node for node in lineage.nodes}
    return [
        {
            "From": f"{by_id[source].stage} {by_id[source].label}",
            "To": f"{by_id[target].stage} {by_id[target].label}",
        }
        for source, target in lineage.arrows
    ]
