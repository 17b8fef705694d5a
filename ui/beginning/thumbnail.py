"""A small picture of a drawing: its frames, its nodes by their kind, and its wires."""

from __future__ import annotations

from functools import lru_cache

from engine.graph import Node, Pipeline
from engine.service.building import components
from engine.service.building.beginnings import template

CARD_WIDTH, CARD_HEIGHT = 210.0, 100.0
MARGIN = 40.0
RATIO = 2.1
"""Width by height of every picture, so that cards stand in line."""
HUES = {
    "sources": "#0072B2", "columns": "#56B4E9", "rows": "#56B4E9", "combine": "#56B4E9", "quality": "#56B4E9",
    "split": "#CC79A7", "prepare": "#009E73", "models": "#D55E00", "forecast": "#D55E00", "text": "#D55E00",
    "evaluate": "#E69F00", "outputs": "#6B645B",
}  # fmt: skip
"""By the first part of a component's category, in colours that can be told apart on light and dark ground."""


@lru_cache(maxsize=32)
def thumbnail(key: str) -> str:
    """A template's drawing as SVG."""
    return picture(template(key).pipeline(key))


def picture(pipeline: Pipeline) -> str:
    """A drawing as SVG; notes are left out, words are told beside it."""
    cards = [node for node in pipeline.nodes if not node.is_only_drawn]
    frames = [node for node in pipeline.nodes if node.component == "group"]
    boxes = [_box(pipeline, node) for node in (*frames, *cards)]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    width = max(box[0] + box[2] for box in boxes) - left + 2 * MARGIN
    height = max(box[1] + box[3] for box in boxes) - top + 2 * MARGIN
    wide, tall = max(width, height * RATIO), max(height, width / RATIO)
    x, y = left - MARGIN - (wide - width) / 2, top - MARGIN - (tall - height) / 2
    inside = "".join(
        (*(_frame(pipeline, one) for one in frames), _wires(pipeline), *(_card(pipeline, c) for c in cards))
    )
    view = f"{x:.0f} {y:.0f} {wide:.0f} {tall:.0f}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="630" height="300">{inside}</svg>'


def _box(pipeline: Pipeline, node: Node) -> tuple[float, float, float, float]:
    x, y = pipeline.layout[node.id]
    return x, y, float(node.params.get("width", CARD_WIDTH)), float(node.params.get("height", CARD_HEIGHT))


def _frame(pipeline: Pipeline, node: Node) -> str:
    x, y, width, height = _box(pipeline, node)
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="26" fill="#8c8378" fill-opacity="0.09" '
        'stroke="#8c8378" stroke-opacity="0.35" stroke-width="4"/>'
    )


def _wires(pipeline: Pipeline) -> str:
    lines = []
    for edge in pipeline.edges:
        (ax, ay), (bx, by) = pipeline.layout[edge.source], pipeline.layout[edge.target]
        x1, y1, x2, y2 = ax + CARD_WIDTH, ay + CARD_HEIGHT / 2, bx, by + CARD_HEIGHT / 2
        bend = max(60.0, abs(x2 - x1) / 2)
        lines.append(f'<path d="M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>')
    return f'<g fill="none" stroke="#8c8378" stroke-opacity="0.65" stroke-width="7">{"".join(lines)}</g>'


def _card(pipeline: Pipeline, node: Node) -> str:
    x, y, width, height = _box(pipeline, node)
    hue = HUES.get(_categories().get(node.component, "").split("/")[0], "#6B645B")
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="22" fill="{hue}" fill-opacity="0.88"/>'


@lru_cache(maxsize=1)
def _categories() -> dict[str, str]:
    return {spec["key"]: spec["category"] for spec in components.list_components()}
