"""Where the split stands: rows get their roles before anything is learned from them.

A model's *line* runs from its origin (a source, or the last node that makes new rows) to the model, along first
inputs. Roles are given by a keyed hash of the row id, so the split may move up the line without changing which row
plays which role; it is placed before the first learned node. What is learned beside the line, on rows without roles,
is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from components.base import Component, Estimator, LearnedTransform, Split
from components.catalog import component
from components.errors import UnknownComponent
from engine.graph import Edge, Node, Pipeline

IMPLICIT_SPLIT = "split_random"
IMPLICIT_ID = "automatic_split"
IMPLICIT_PARAMS = {"test": 0.2}


@dataclass(frozen=True)
class Placement:
    """A pipeline whose splits stand where they must.

    Parameters
    ----------
    moved
        Split id → id of the learned node it now stands before.
    implicit
        Ids of splits that nobody drew.
    """

    pipeline: Pipeline
    moved: dict[str, str] = field(default_factory=dict)
    implicit: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leak:
    """Something a model would learn from rows it is tested on."""

    node: str
    model: str
    code: str
    message: str
    hint: str


def place_splits(pipeline: Pipeline) -> Placement:
    """Move each split before the first learned node on its line; add one where a model has none.

    Returns
    -------
    Placement
        Unsound lines (see `leaks`) are left as drawn.
    """
    placement = Placement(pipeline)
    models = [node.id for node in pipeline.nodes if is_a(node, Estimator)]
    drawn_first = sorted(models, key=lambda model: not _splits_on(pipeline, model))
    for model in drawn_first:
        placement = _place(placement, model)
    return placement


def line(pipeline: Pipeline, node_id: str) -> tuple[str, ...]:
    """The nodes from the origin of a node's rows to the node itself."""
    path = [node_id]
    while True:
        upstream = _first_table_input(pipeline, path[-1])
        if upstream is None or upstream.source in path:
            break
        path.append(upstream.source)
        if _makes_new_rows(pipeline.by_id[upstream.source]):
            break
    return tuple(reversed(path))


def leaks(pipeline: Pipeline) -> Iterator[Leak]:
    """Everything that would let a score see its test rows."""
    for model in pipeline.nodes:
        if is_a(model, Estimator):
            yield from _leaks_of(pipeline, model)


def is_a(node: Node, family: type[Component]) -> bool:  # type: ignore[type-arg]
    """Whether a node's component belongs to a family; an unknown component belongs to none."""
    try:
        return issubclass(component(node.component), family)
    except UnknownComponent:
        return False


def _leaks_of(pipeline: Pipeline, model: Node) -> Iterator[Leak]:
    on_line = line(pipeline, model.id)
    splits = _splits_on(pipeline, model.id)
    if len(splits) > 1:
        yield Leak(
            splits[1],
            model.id,
            "two_splits",
            f"{model.label!r} has two splits before it; the second would undo the first.",
            "Remove one of them.",
        )
    for node_id in sorted(pipeline.ancestors(model.id)):
        node = pipeline.by_id.get(node_id)
        if node is None:
            continue
        if is_a(node, Estimator) and node_id in on_line:
            yield Leak(
                node_id,
                model.id,
                "model_feeds_model",
                f"{model.label!r} would learn from what {node.label!r} predicted for its own train rows.",
                "Connect the table that goes into the first model instead.",
            )
        elif node_id not in on_line and (is_a(node, LearnedTransform) or is_a(node, Split)):
            yield _off_line(node, model)


def _off_line(node: Node, model: Node) -> Leak:
    if is_a(node, Split):
        message = f"The split {node.label!r} is not on the way of the rows that {model.label!r} learns from."
        return Leak(node.id, model.id, "split_off_line", message, "Put it after the join or the grouping.")
    message = f"{node.label!r} learns from rows that have no train or test role, because rows change after it."
    return Leak(node.id, model.id, "fitted_outside_split", message, "Put it after the join or the grouping.")


def _place(placement: Placement, model: str) -> Placement:
    pipeline = placement.pipeline
    path = line(pipeline, model)
    splits = _splits_on(pipeline, model)
    if len(splits) > 1 or len(path) < 2:
        return placement
    learned = [node_id for node_id in path[1:] if is_a(pipeline.by_id[node_id], LearnedTransform)]
    before = learned[0] if learned else model
    if not splits:
        return _insert_implicit(placement, path, before)
    if path.index(splits[0]) < path.index(before) or before == model:
        return placement
    moved = _moved_before(pipeline, splits[0], before)
    return Placement(moved, {**placement.moved, splits[0]: before}, placement.implicit)


def _insert_implicit(placement: Placement, path: tuple[str, ...], before: str) -> Placement:
    pipeline = placement.pipeline
    edge = _first_table_input(pipeline, before)
    if edge is None:
        return placement
    for other in pipeline.out_of(edge.source):
        # Two models on one table share one automatic split.
        if other.source_port == edge.source_port and other.target in placement.implicit:
            return Placement(_rewired(pipeline, edge, other.target), placement.moved, placement.implicit)
    split = Node(
        id=pipeline.free_id(IMPLICIT_ID), component=IMPLICIT_SPLIT, params=IMPLICIT_PARAMS, title="Automatic split"
    )
    return Placement(pipeline.insert(split, [edge]), placement.moved, (*placement.implicit, split.id))


def _moved_before(pipeline: Pipeline, split_id: str, before: str) -> Pipeline:
    split, place = pipeline.by_id[split_id], pipeline.layout.get(split_id)
    edge = _first_table_input(pipeline, before)
    assert edge is not None  # noqa: S101  the line found `before` through this edge
    moved = pipeline.without(split_id).insert(split, [edge])
    return moved.model_copy(update={"layout": {**moved.layout, split_id: place}}) if place else moved


def _rewired(pipeline: Pipeline, edge: Edge, split_id: str) -> Pipeline:
    rest = tuple(other for other in pipeline.edges if other != edge)
    through = Edge(source=split_id, source_port="table", target=edge.target, target_port=edge.target_port)
    return pipeline.model_copy(update={"edges": (*rest, through)})


def _splits_on(pipeline: Pipeline, model: str) -> list[str]:
    return [node_id for node_id in line(pipeline, model) if is_a(pipeline.by_id[node_id], Split)]


def _first_table_input(pipeline: Pipeline, node_id: str) -> Edge | None:
    node = pipeline.by_id.get(node_id)
    if node is None:
        return None
    try:
        ports = [port.name for port in component(node.component).spec.inputs if port.kind == "table"]
    except UnknownComponent:
        return None
    edges = [edge for edge in pipeline.into(node_id) if ports and edge.target_port == ports[0]]
    return next((edge for edge in edges if edge.source in pipeline.by_id), None)


def _makes_new_rows(node: Node) -> bool:
    try:
        return component(node.component).spec.serving == "boundary"
    except UnknownComponent:
        return False
