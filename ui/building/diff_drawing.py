"""Two drawings on one canvas: what is there now, and what is gone, each with what became of it."""

from __future__ import annotations

from typing import Any

from engine.graph import Pipeline
from engine.service.building.drawn_changes import DrawnDiffView
from ui.building.drawing import as_graph

CARD = (220.0, 112.0)
"""Pixels that a card and the space around it take."""


def union(before: Pipeline, after: Pipeline, found: DrawnDiffView) -> dict[str, Any]:
    """The graph of everything that either drawing has; what is gone makes room for what is there."""
    gone = {node.node for node in found.nodes if node.state == "removed"}
    drawn, was = as_graph(after), as_graph(before)
    taken = [node["position"] for node in drawn["nodes"]]
    for node in was["nodes"]:
        if node["id"] in gone:
            node["position"] = _free(node["position"], taken)
            taken.append(node["position"])
            drawn["nodes"].append(node)
    drawn["edges"] += [
        {name: getattr(wire, name) for name in ("source", "source_port", "target", "target_port")}
        for wire in found.wires
        if wire.state == "removed"
    ]
    return drawn


def as_diff(found: DrawnDiffView) -> dict[str, Any]:
    """What became of nodes and wires: ``GraphDiff`` of the canvas's protocol."""
    return {
        "before": found.before,
        "after": found.after,
        "summary": found.in_words,
        "nodes": {
            node.node: {
                "state": node.state,
                "words": node.words,
                "params": [
                    {"label": it.label, "before": it.before_words, "after": it.after_words}
                    for it in node.params
                    if it.matters
                ],
            }
            for node in found.nodes
        },
        "wires": {
            f"{wire.source}.{wire.source_port}->{wire.target}.{wire.target_port}": wire.state for wire in found.wires
        },
        "others": [*(f"Parameter {it.words}" for it in found.params), *found.others],
    }


def _free(place: list[float], taken: list[list[float]]) -> list[float]:
    """The nearest place at or below, where it covers no card."""
    x, y = place
    while any(abs(x - other[0]) < CARD[0] and abs(y - other[1]) < CARD[1] for other in taken):
        y += 10.0
    return [x, y]
