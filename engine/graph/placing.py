"""Places on the canvas for nodes that were written, not drawn."""

from collections.abc import Mapping

from engine.graph.pipeline import Pipeline

Point = tuple[float, float]

ACROSS, DOWN = 300.0, 130.0
"""Pixels from one node to the next, beside and below it."""


def placed(pipeline: Pipeline, before: Mapping[str, Point]) -> Pipeline:
    """The pipeline with a place for every node: its own, the one it had before, or right of what feeds it.

    Examples
    --------
    >>> text = "{nodes: {a: {component: cast}, b: {component: cast}}, edges: [a -> b], layout: {a: [10, 20]}}"
    >>> placed(Pipeline.from_yaml(text), {}).layout
    {'a': (10.0, 20.0), 'b': (310.0, 20.0)}
    """
    known = {node.id: place for node in pipeline.nodes if (place := _known(pipeline, before, node.id))}
    taken = {_cell(place) for place in known.values()}
    for node_id in (*pipeline.order(), *pipeline.by_id):
        if node_id not in known:
            x, y = _beside(pipeline, known, node_id)
            while _cell((x, y)) in taken:
                y += DOWN
            known[node_id] = (x, y)
            taken.add(_cell((x, y)))
    return pipeline.model_copy(update={"layout": known})


def _known(pipeline: Pipeline, before: Mapping[str, Point], node_id: str) -> Point | None:
    return pipeline.layout.get(node_id) or before.get(node_id)


def _beside(pipeline: Pipeline, known: Mapping[str, Point], node_id: str) -> Point:
    sources = [known[edge.source] for edge in pipeline.into(node_id) if edge.source in known]
    return (max(x for x, _ in sources) + ACROSS, sources[0][1]) if sources else (0.0, 0.0)


def _cell(place: Point) -> tuple[int, int]:
    return round(place[0] / ACROSS), round(place[1] / DOWN)
