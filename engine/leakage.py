"""Where the split stands: rows get their roles before anything is learned from them.

A model's *line* runs from its origin (a source, or the last node that makes new rows) to the model, along first
inputs. The split is placed before the first learned node on the line; a row keeps its role wherever it stands, because
the role comes from the row's id (a stratified split counts the rows where it stands). What is learned beside the line,
on rows without roles, is refused, and so is a feature that is computed from the answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from components.base import Component, Estimator, LearnedTransform, Source, Split
from components.catalog import component
from components.errors import UnknownComponent
from engine.graph import Edge, Node, Pipeline
from engine.schemas import NodeSchemas, reads

IMPLICIT_SPLIT = "split_random"
IMPLICIT_ID = "automatic_split"
IMPLICIT_PARAMS = {"test": 0.2}

Columns = frozenset[tuple[str, str]]
"""Columns at their roots: what gives the rows, and the column's name there."""


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
    """Something a model would learn from rows it is tested on.

    Parameters
    ----------
    removable
        Whether taking the node away mends it.
    columns
        The features to leave out.
    """

    node: str
    model: str
    code: str
    message: str
    hint: str
    removable: bool = False
    columns: tuple[str, ...] = ()


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
        placement = _place(_merged(placement, model), model)
    return placement


def line(pipeline: Pipeline, node_id: str) -> tuple[str, ...]:
    """The nodes from the origin of a node's rows to the node itself."""
    path = [node_id]
    while True:
        upstream = _first_table_input(pipeline, path[-1])
        if upstream is None or upstream.source in path:
            break
        path.append(upstream.source)
        if _makes_new_rows(pipeline.by_id[upstream.source], upstream.source_port):
            break
    return tuple(reversed(path))


def origin(pipeline: Pipeline, node_id: str) -> tuple[str, str]:
    """The node and the output port where a node's line begins; itself when nothing comes in."""
    path = line(pipeline, node_id)
    edge = _first_table_input(pipeline, path[1]) if len(path) > 1 else None
    return (edge.source, edge.source_port) if edge else (node_id, "table")


def leaks(pipeline: Pipeline) -> Iterator[Leak]:
    """What lets a score see its test rows, in a pipeline whose splits are placed."""
    for model in pipeline.nodes:
        if is_a(model, Estimator):
            yield from _leaks_of(pipeline, model)


def answers_in_features(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Leak]:
    """Features that are the answer in another dress: computed from the very column that the target comes from."""
    for node in pipeline.nodes:
        known = schemas.get(node.id)
        edge = _first_table_input(pipeline, node.id)
        if known is None or edge is None or not isinstance(known.component, Estimator):
            continue
        target, features = known.component.params.target, tuple(known.component.params.features)
        roots = _Roots(pipeline, schemas, line(pipeline, node.id))
        answer = roots.of_answer(edge, target)
        if not answer & roots.of(edge, features):
            continue
        guilty = tuple(name for name in features if name != target and answer & roots.of(edge, (name,)))
        if guilty:
            listed = ", ".join(repr(name) for name in guilty[:4]) + (" and more" if len(guilty) > 4 else "")
            yield Leak(
                node.id,
                node.id,
                "answer_in_features",
                f"{node.label!r} would learn from its own answer: {listed} is computed from the target {target!r}.",
                "Leave these columns out, or leave the target out of what computes them.",
                columns=guilty,
            )


def is_a(node: Node, family: type[Component]) -> bool:  # type: ignore[type-arg]
    """Whether a node's component belongs to a family; an unknown component belongs to none."""
    try:
        return issubclass(component(node.component), family)
    except UnknownComponent:
        return False


@dataclass(frozen=True)
class _Roots:
    """Follows columns up to their roots, for one model.

    Rows taken out on the line are no matter: they are not served, and what remains is not computed from them.
    """

    pipeline: Pipeline
    schemas: Mapping[str, NodeSchemas]
    path: tuple[str, ...]

    def of_answer(self, edge: Edge, target: str) -> Columns:
        """Where the target comes from; nothing when it is computed from several columns."""
        near = self.of(edge, (target,), rows=False)
        far = self.of(edge, (target,), rows=False, beyond_origin=True)
        return near | far if len(near) == 1 and len(far) == 1 else frozenset()

    def of(self, edge: Edge, names: tuple[str, ...], *, rows: bool = True, beyond_origin: bool = False) -> Columns:
        """The roots of some columns of the table that arrives through an edge."""
        found: set[tuple[str, str]] = set()
        asked: dict[tuple[str, str], frozenset[str]] = {}
        pending = [((edge.source, edge.source_port), frozenset(names))]
        while pending:
            place, wanted = pending.pop()
            wanted |= asked.get(place, frozenset())
            if asked.get(place) == wanted:
                continue
            asked[place] = wanted
            known = self.schemas.get(place[0])
            if known is None or known.component is None:
                continue
            if isinstance(known.component, Source):
                table = f"{known.component.spec.key} {known.component.params.model_dump_json()}"
                found |= {(table, name) for name in wanted}
            elif place[0] == self.path[0] and not beyond_origin:
                found |= {(place[0], name) for name in wanted}
            else:
                pending.extend(self._above(place, known, wanted, rows=rows))
        return frozenset(found)

    def _above(
        self, place: tuple[str, str], known: NodeSchemas, wanted: frozenset[str], *, rows: bool
    ) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
        node_id, port = place
        assert known.component is not None  # noqa: S101  the caller has seen to it
        counts = rows and not (node_id in self.path and known.component.spec.serving == "training_only")
        table = known.tables.get(port)
        needed = reads(table, wanted & set(table.columns), rows=counts) if table is not None else frozenset()
        for edge in self.pipeline.into(node_id):
            names = frozenset(name for given, name in needed if given == edge.target_port)
            if names:
                yield (edge.source, edge.source_port), names


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
            removable=True,
        )
    for node_id in sorted(_behind(pipeline, model.id)):
        node = pipeline.by_id[node_id]
        if is_a(node, Estimator):
            message = f"{model.label!r} would learn from what {node.label!r} predicted for its own train rows."
            hint = "Connect the table that goes into the first model instead."
            yield Leak(node_id, model.id, "model_feeds_model", message, hint)
        elif node_id not in on_line and is_a(node, Split):
            message = f"The split {node.label!r} is not on the way of the rows that {model.label!r} learns from."
            hint = "Put it after the join or the grouping."
            yield Leak(node_id, model.id, "split_off_line", message, hint, removable=True)
        elif node_id not in on_line and is_a(node, LearnedTransform):
            message = f"{node.label!r} learns from rows that have no train or test role, because rows change after it."
            hint = "Put it after the join or the grouping."
            yield Leak(node_id, model.id, "fitted_outside_split", message, hint)


def _behind(pipeline: Pipeline, model: str) -> set[str]:
    """The nodes whose tables reach a model; what comes through model ports is learned elsewhere."""
    found: set[str] = set()
    pending = [model]
    while pending:
        node_id = pending.pop()
        tables = _table_inputs(pipeline.by_id[node_id])
        above = {edge.source for edge in pipeline.into(node_id) if edge.target_port in tables} - found
        above = {source for source in above if source in pipeline.by_id}
        found |= above
        pending.extend(above)
    return found - {model}


def _merged(placement: Placement, model: str) -> Placement:
    """Of equal splits on one line the first is enough: each of two models after one learned node may bring its own."""
    first, *others = _splits_on(placement.pipeline, model) or [""]
    for other in others:
        kept, same = placement.pipeline.by_id[first], placement.pipeline.by_id[other]
        if (kept.component, kept.params) == (same.component, same.params):
            before = {other: placement.moved[first]} if first in placement.moved else {}
            without = placement.pipeline.without(other)
            placement = Placement(without, {**placement.moved, **before}, placement.implicit)
    return placement


def _place(placement: Placement, model: str) -> Placement:
    pipeline = placement.pipeline
    path = line(pipeline, model)
    splits = _splits_on(pipeline, model)
    if len(splits) > 1 or len(path) < 2:
        return placement
    learned = [node_id for node_id in path[1:] if is_a(pipeline.by_id[node_id], LearnedTransform)]
    before = learned[0] if learned else model
    if not splits:
        return _insert_implicit(placement, before)
    if path.index(splits[0]) < path.index(before) or before == model:
        return placement
    moved = _moved_before(pipeline, splits[0], before)
    return Placement(moved, {**placement.moved, splits[0]: before}, placement.implicit)


def _insert_implicit(placement: Placement, before: str) -> Placement:
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
    ports = _table_inputs(node) if node else []
    edges = [edge for edge in pipeline.into(node_id) if ports and edge.target_port == ports[0]]
    return next((edge for edge in edges if edge.source in pipeline.by_id), None)


def _table_inputs(node: Node) -> list[str]:
    try:
        return [port.name for port in component(node.component).spec.inputs if port.kind == "table"]
    except UnknownComponent:
        return []


def _makes_new_rows(node: Node, port: str) -> bool:
    """Whether rows begin here: at a boundary, or at what a join leaves over."""
    try:
        spec = component(node.component).spec
    except UnknownComponent:
        return False
    return spec.serving == "boundary" or (spec.serving == "lookup" and port != spec.outputs[0].name)
