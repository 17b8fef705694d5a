"""What the canvas shows of nodes that do not run because of a switch."""

from collections.abc import Mapping
from typing import Any, Literal

import ibis.expr.schema as sch

from engine.checks import Review
from engine.errors import PEOPLE_ERRORS
from engine.graph import Node, component_of, passes
from engine.schemas import read_params

Part = Literal["on", "bypassed", "off", "left_out"]
"""Whether a node takes part: it runs, lets pass what arrives, is off, or lacks what is off."""

BYPASSED = "Bypassed: what arrives goes on unchanged."


def part_of(looked: Review, node_id: str) -> Part:
    """Whether a drawn node takes part."""
    if node_id in looked.effect.bypassed:
        return "bypassed"
    if node_id not in looked.effect.left_out:
        return "on"
    return "off" if looked.effect.drawn.by_id[node_id].disabled else "left_out"


def why_apart(looked: Review, node_id: str) -> str:
    """Why a node does not run, in one sentence."""
    drawn, cause = looked.effect.drawn.by_id, looked.effect.left_out.get(node_id)
    if cause is None:
        return BYPASSED
    if cause != node_id:
        return f"Left out: {drawn[cause].label} is switched off."
    return "Switched off: it does not run." if not _ways(drawn[node_id]) else "Bypassed, but nothing arrives here."


def facts_apart(looked: Review, node_id: str) -> dict[str, Any]:
    """The fields of `NodeFacts` of a node that does not run; its columns are those that pass."""
    node = looked.effect.drawn.by_id[node_id]
    ways, ends = _ways(node), looked.effect.bypassed.get(node_id, {})
    passing = {port: schema for port, end in ends.items() if (schema := _schema(looked, end)) is not None}
    try:
        summary = read_params(node).params.words()
    except PEOPLE_ERRORS:
        summary = ""
    return {
        "part": part_of(looked, node_id),
        "summary": summary,
        "note": why_apart(looked, node_id),
        "inputs": {ways[port]: schema for port, schema in passing.items()},
        "outputs": passing,
    }


def _ways(node: Node) -> Mapping[str, str]:
    try:
        return passes(component_of(node))
    except PEOPLE_ERRORS:
        return {}


def _schema(looked: Review, end: tuple[str, str]) -> sch.Schema | None:
    known = looked.schemas.get(end[0])
    return known.outputs.get(end[1]) if known else None
