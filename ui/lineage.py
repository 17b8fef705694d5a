"""The lineage as a picture: datasets, pipelines, runs, models, endpoints and what they answered, from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from engine.service.lineage import STAGES, Lineage, LineageNode

COLORS = {
    "dataset": "#0072B2", "pipeline": "#E69F00", "run": "#8A8178", "model": "#CC79A7", "endpoint": "#009E73",
    "scored": "#56B4E9",
}  # fmt: skip
SHAPES = {
    "dataset": "square", "pipeline": "hexagon", "run": "dot", "model": "diamond", "endpoint": "star",
    "scored": "square",
}  # fmt: skip
PLURALS = {
    "dataset": "Datasets", "pipeline": "Pipelines", "run": "Runs", "model": "Models", "endpoint": "Endpoints",
    "scored": "Answered datasets",
}  # fmt: skip
WORDS = {"scored": "dataset"}
"""What people call a stage, where that is not its name."""
APART, BETWEEN = 240, 74


def picture(lineage: Lineage) -> str | None:
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
            id=node.id, label=node.label, size=14,
            title=f"{WORDS.get(node.stage, node.stage).capitalize()} {node.label}",
            shape=SHAPES[node.stage], color=COLORS[node.stage], x=places[node.id][0], y=places[node.id][1],
            font={"color": ink, "size": 14, "face": "system-ui, sans-serif"}, fixed=False,
        )
        for node in lineage.nodes
    ]  # fmt: skip
    edges = [Edge(source=source, target=target, color=line) for source, target in lineage.arrows]
    tallest = max((len(column) for column in columns(lineage).values()), default=1)
    height = min(720, max(280, tallest * BETWEEN + 120))
    config = Config(height=height, directed=True, physics=False, hierarchical=False, groups={})
    config.width = "100%"
    clicked: str | None = agraph(nodes=nodes, edges=edges, config=config)
    return clicked


def columns(lineage: Lineage) -> Mapping[str, Sequence[LineageNode]]:
    """Nodes by stage, in the order of the picture."""
    return {stage: [node for node in lineage.nodes if node.stage == stage] for stage in STAGES}


def layout(lineage: Lineage) -> dict[str, tuple[int, int]]:
    """A fixed place for every node: its stage says how far right, its neighbours how far down."""
    before = _neighbours((target, source) for source, target in lineage.arrows)
    after = _neighbours(lineage.arrows)
    down: dict[str, float] = {}
    stages = columns(lineage)
    for stage in STAGES[1:]:
        _place(stages[stage], before, down)
    _place(stages[STAGES[0]], after, down)
    return {
        node.id: (APART * column, round(down[node.id])) for column, stage in enumerate(STAGES) for node in stages[stage]
    }


def _neighbours(arrows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, other in arrows:
        found.setdefault(one, []).append(other)
    return found


def _place(nodes: Sequence[LineageNode], beside: Mapping[str, Sequence[str]], down: dict[str, float]) -> None:
    """Put a column's nodes at the height of their neighbours, never closer than `BETWEEN`."""
    wanted = {node.id: [down[other] for other in beside.get(node.id, ()) if other in down] for node in nodes}
    middle = {node_id: sum(places) / len(places) if places else 0.0 for node_id, places in wanted.items()}
    free = float("-inf")
    for node in sorted(nodes, key=lambda node: (middle[node.id], node.label)):
        down[node.id] = max(middle[node.id], free)
        free = down[node.id] + BETWEEN


def rows(lineage: Lineage) -> list[dict[str, Any]]:
    """The same as a table: one line per arrow."""
    by_id = {node.id: node for node in lineage.nodes}
    return [
        {
            "From": f"{WORDS.get(by_id[source].stage, by_id[source].stage)} {by_id[source].label}",
            "To": f"{WORDS.get(by_id[target].stage, by_id[target].stage)} {by_id[target].label}",
        }
        for source, target in lineage.arrows
    ]
