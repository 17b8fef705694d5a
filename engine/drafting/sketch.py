"""A drawing in the making: stages one below the other, each a frame with lines of nodes, a reason under each node."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.graph import Pipeline, spec_ports

CARD_WIDTH, CARD_HEIGHT = 210, 100
PORT_HEIGHT, FEW_PORTS = 30, 2
"""A card with more than a few ports at a side is as tall as they need, with one's room to spare."""
STEP = 250
WHY_TOP, WHY_HEIGHT = 112, 112
LINE = 250
"""From one line of nodes to the next: a card, its reason, and some room."""
SIDE, TOP, BOTTOM, BETWEEN = 30, 50, 26, 40
"""Around the nodes of a frame, and between two frames."""
MOST_IN_LINE = 5
LETTERS_PER_PIXEL, LINE_HEIGHT, PADDING = 0.15, 20, 34
"""How the canvas sets the words of a note."""


@dataclass
class _Stage:
    title: str
    color: str
    lines: list[list[str]] = field(default_factory=lambda: [[]])


class Sketch:
    """Collects nodes; `pipeline` puts them in their places."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, Any]] = {}
        self._whys: dict[str, str] = {}
        self._edges: list[str] = []
        self._stages: list[_Stage] = []

    def stage(self, title: str, color: str) -> None:
        """Begin a frame."""
        self._stages.append(_Stage(title, color))

    def line(self) -> None:
        """Begin a line of nodes in the frame."""
        if self._stages[-1].lines[-1]:
            self._stages[-1].lines.append([])

    def step(
        self,
        key: str,
        params: Mapping[str, Any],
        title: str,
        why: str,
        after: str | Sequence[str] = (),
        into: str = "",
        *,
        node_id: str = "",
    ) -> str:
        """Draw a node.

        Parameters
        ----------
        after
            The nodes whose outputs it takes; ``node.port`` for another than the first.
        into
            The input port, where it is not the first.
        node_id
            What it is called; after its component unless given.

        Returns
        -------
        str
            Its id.
        """
        node_id = node_id or self._free(key)
        self._nodes[node_id] = {"component": key, "params": dict(params), "title": title}
        self._whys[node_id] = why
        for source in [after] if isinstance(after, str) else after:
            self.wire(source, f"{node_id}.{into}" if into else node_id)
        if len(self._stages[-1].lines[-1]) == MOST_IN_LINE:
            self.line()
        self._stages[-1].lines[-1].append(node_id)
        return node_id

    def wire(self, source: str, target: str) -> None:
        """Draw a wire between two ports; the first ones unless they are named."""
        self._edges.append(f"{source} -> {target}")

    def pipeline(self, name: str, summary: str) -> Pipeline:
        """The drawing, with a note that says what it is for above its frames."""
        stages = [stage for stage in self._stages if stage.lines[0]]
        width = max(_width(stage) for stage in stages)
        told = note(summary, width)
        nodes, layout = {"about": told}, {"about": (0.0, 0.0)}
        y = float(told["params"]["height"] + BETWEEN)
        for number, stage in enumerate(stages, 1):
            extra = [self._extra(line) for line in stage.lines]
            height = _height(stage) + sum(extra)
            size = {"width": width, "height": height}
            nodes[f"stage_{number}"] = {
                "component": "group",
                "params": {"title": stage.title, "color": stage.color, **size},
            }
            layout[f"stage_{number}"] = (0.0, y)
            for node_id, place, lower in _places(stage, y, extra):
                nodes[node_id], layout[node_id] = self._nodes[node_id], place
                nodes[f"why_{node_id}"[:64]] = _why(self._whys[node_id])
                layout[f"why_{node_id}"[:64]] = (place[0], place[1] + WHY_TOP + lower)
            y += height + BETWEEN
        return Pipeline.from_document({"name": name, "nodes": nodes, "edges": self._edges, "layout": layout})

    def _extra(self, line: Sequence[str]) -> int:
        """How much taller than others the tallest card of a line is."""
        return max((card_height(self._nodes[node_id]["component"]) for node_id in line), default=0) - CARD_HEIGHT

    def _free(self, key: str) -> str:
        names = (key if number == 1 else f"{key}_{number}" for number in range(1, len(self._nodes) + 2))
        return next(name for name in names if name not in self._nodes)


def card_height(component: str) -> int:
    """How tall the canvas draws a card, about.

    >>> card_height("standardize"), card_height("forecast_backtest")
    (100, 120)
    """
    ports = max(len(spec_ports(component, side)) for side in ("inputs", "outputs"))
    return CARD_HEIGHT if ports <= FEW_PORTS else PORT_HEIGHT * (ports + 1)


def _places(stage: _Stage, y: float, extra: Sequence[int]) -> Iterator[tuple[str, tuple[float, float], int]]:
    """Each node with its place, and how much lower than usual its reason begins."""
    top = y + TOP
    for line, lower in zip(stage.lines, extra, strict=True):
        for column, node_id in enumerate(line):
            yield node_id, (float(SIDE + column * STEP), top), lower
        top += LINE + lower


def _width(stage: _Stage) -> int:
    longest = max(len(line) for line in stage.lines)
    return 2 * SIDE + (longest - 1) * STEP + CARD_WIDTH


def _height(stage: _Stage) -> int:
    return TOP + (len(stage.lines) - 1) * LINE + WHY_TOP + WHY_HEIGHT + BOTTOM


def _why(text: str) -> dict[str, Any]:
    return {
        "component": "note",
        "params": {"text": text, "color": "grey", "width": CARD_WIDTH, "height": WHY_HEIGHT},
    }


def note(text: str, width: int) -> dict[str, Any]:
    """A note that is as tall as its words need."""
    letters = max(20, int(width * LETTERS_PER_PIXEL))
    lines = sum(-(-max(1, len(line)) // letters) for line in text.split("\n"))
    height = min(600, PADDING + lines * LINE_HEIGHT)
    return {"component": "note", "params": {"text": text[:5_000], "color": "yellow", "width": width, "height": height}}
