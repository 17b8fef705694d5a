"""What becomes of each node when a model answers in an endpoint: the serving slice, to be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from components.base import LearnedTransform, MatrixTransform, Source, Split
from components.catalog import component
from components.errors import UnknownComponent
from engine.graph import Node, Pipeline
from engine.leakage import is_a, line

Part = Literal["input", "replayed", "lookup", "skipped", "frozen", "before", "model"]

WORDS: Mapping[Part, str] = {
    "input": "A request brings the columns that leave here, as far as the model needs them.",
    "replayed": "Repeated for the rows of every request.",
    "lookup": "Looks values up for the rows of every request, in a table that is frozen with the model.",
    "skipped": "Left out: only the training needs it.",
    "frozen": "Its rows, as they were in the run, are kept with the model to be looked up.",
    "before": "Before the endpoint: its work is done when a request comes.",
    "model": "Answers.",
}


@dataclass(frozen=True)
class Role:
    """The part that a node plays in an endpoint, and the same in words."""

    part: Part
    words: str


def roles(pipeline: Pipeline, model: str) -> dict[str, Role]:
    """The parts that nodes play when a model answers; who plays none is not named.

    Parameters
    ----------
    pipeline
        With its splits placed.
    """
    path = line(pipeline, model)
    found = {node_id: _role(pipeline.by_id[node_id]) for node_id in path[1:-1]}
    found |= {node_id: _told("frozen") for node_id in _beside(pipeline, path)}
    found |= {node_id: _told("before") for node_id in pipeline.ancestors(path[0]) if node_id not in found}
    if len(path) > 1:
        found[path[0]] = _origin(pipeline.by_id[path[0]])
    return {**found, model: _told("model")}


def _role(node: Node) -> Role:
    try:
        serving = component(node.component).spec.serving
    except UnknownComponent:
        return Role("skipped", "This component is not known here, so no endpoint can run it.")
    if serving == "training_only" or is_a(node, Split):
        return _told("skipped")
    if serving == "lookup":
        return _told("lookup")
    learned = is_a(node, LearnedTransform, MatrixTransform)
    return (
        Role("replayed", "Repeated for the rows of every request, with what it learned in the run.")
        if learned
        else _told("replayed")
    )


def _origin(node: Node) -> Role:
    if is_a(node, Source):
        return _told("input")
    return Role("input", "It makes new rows, so the endpoint's input starts after it: a request brings its columns.")


def _beside(pipeline: Pipeline, path: tuple[str, ...]) -> set[str]:
    """What feeds the other inputs of the nodes on the way."""
    on_line = set(path)
    found: set[str] = set()
    for node_id in path[1:-1]:
        first = pipeline.first_input(node_id)
        others = [edge.source for edge in pipeline.into(node_id) if edge != first]
        found |= {name for other in others for name in {other, *pipeline.ancestors(other)}}
    return found - on_line


def _told(part: Part) -> Role:
    return Role(part, WORDS[part])
