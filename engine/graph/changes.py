"""What became of a drawing: nodes that came, went and changed, their params, the wires."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

from components.catalog import component
from components.errors import UnknownComponent
from engine.graph.node import Edge, Node
from engine.graph.pipeline import Pipeline
from engine.graph.renamed import renamed, same, with_ids

NodeState = Literal["added", "removed", "changed", "moved"]
"""``moved`` is a change of looks: another title, place or id, or a note that says something else."""
Input = tuple[str, str]
"""A node and one of its input ports."""
End = tuple[str, str]
"""A node and one of its output ports."""
Place = tuple[float, float]

LOOKS = frozenset({"id", "title"})
"""What a node is called decides nothing."""


@dataclass(frozen=True)
class ParamChange:
    """A param that has another value.

    Parameters
    ----------
    before, after
        The values; the component's own where none was written down, None where it has none.
    written
        Whether a value was written down, before and after.
    """

    name: str
    before: Any
    after: Any
    written: tuple[bool, bool] = (True, True)

    @property
    def matters(self) -> bool:
        """Whether it decides anything: a default that is now written down does not."""
        return not same(self.before, self.after)


@dataclass(frozen=True)
class NodeChange:
    """A node that came, went, or is not what it was.

    Parameters
    ----------
    before, after
        The node; None where the drawing had none.
    params
        Of a node that is in both drawings, and made of the same component.
    others
        Whatever else of it decides what it does and is not the same: its component, that it is switched off.
    looks
        What is only seen: ``id``, ``title``, ``place``.
    """

    before: Node | None
    after: Node | None
    params: tuple[ParamChange, ...] = ()
    others: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()

    @property
    def node(self) -> Node:
        """The node as it is now, or as it was."""
        found = self.after or self.before
        assert found is not None  # noqa: S101  one side is always there
        return found

    @property
    def matters(self) -> bool:
        """Whether a run may come to something else because of it."""
        if self.node.is_only_drawn:
            return False
        is_new = self.before is None or self.after is None
        return is_new or bool(self.others) or any(param.matters for param in self.params)

    @property
    def state(self) -> NodeState:
        """What became of it, in one word."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if self.matters else "moved"


@dataclass(frozen=True)
class InputChange:
    """An input that is fed otherwise; the order counts where it takes several."""

    target: str
    port: str
    before: tuple[End, ...]
    after: tuple[End, ...]

    @property
    def is_reordered(self) -> bool:
        """Whether the same wires come in another order."""
        return sorted(self.before) == sorted(self.after)


@dataclass(frozen=True)
class PipelineDiff:
    """Everything that turns one drawing into another.

    Parameters
    ----------
    inputs
        Which inputs are fed otherwise; nodes that have another id now go by that.
    params
        The pipeline's own parameters.
    places
        Where nodes stand now that stood elsewhere; None for what has no place any more.
    fields
        Whatever else of the pipeline is not the same, as it is now.
    renamed
        Old id → new id.
    """

    nodes: tuple[NodeChange, ...] = ()
    inputs: tuple[InputChange, ...] = ()
    params: tuple[ParamChange, ...] = ()
    places: Mapping[str, Place | None] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether both drawings are the same in everything that is drawn."""
        return not (self.nodes or self.inputs or self.params or self.places or self.fields)

    @property
    def matters(self) -> bool:
        """Whether a run may come to something else."""
        nodes, params = any(it.matters for it in self.nodes), any(it.matters for it in self.params)
        return nodes or params or bool(self.inputs) or bool(self.fields)

    @cached_property
    def by_id(self) -> Mapping[str, NodeChange]:
        """Changes of nodes, by the id that the node has now, or had."""
        return {change.node.id: change for change in self.nodes}

    def apply(self, before: Pipeline) -> Pipeline:
        """The drawing that `before` becomes."""
        drawn = with_ids(before, self.renamed)
        nodes = {node.id: node for node in drawn.nodes}
        for change in self.nodes:
            if change.after is None:
                del nodes[change.node.id]
            else:
                nodes[change.after.id] = change.after
        params = {**drawn.params, **{it.name: it.after for it in self.params if it.written[1]}}
        for gone in (it.name for it in self.params if not it.written[1]):
            del params[gone]
        layout = {**drawn.layout, **{key: place for key, place in self.places.items() if place is not None}}
        for gone in (key for key, place in self.places.items() if place is None):
            del layout[gone]
        update = {"nodes": tuple(nodes.values()), "edges": self._wires(drawn), "params": params, "layout": layout}
        return before.model_copy(update={**update, **self.fields})

    def _wires(self, drawn: Pipeline) -> tuple[Edge, ...]:
        fed = _fed(drawn) | {(it.target, it.port): it.after for it in self.inputs}
        return tuple(
            Edge(source=source, source_port=source_port, target=target, target_port=port)
            for (target, port), ends in fed.items()
            for source, source_port in ends
        )


def diff(before: Pipeline, after: Pipeline) -> PipelineDiff:
    """Compare two drawings; the names of the pipelines do not count."""
    names = renamed(before, after)
    old = with_ids(before, names)
    back = {new: former for former, new in names.items()}
    places = dict(_places(old, after))
    return PipelineDiff(
        nodes=tuple(_nodes(old, after, back, places)),
        inputs=tuple(_inputs(old, after)),
        params=tuple(_values(before.params, after.params, {})),
        places=places,
        fields=_fields(before, after),
        renamed=names,
    )


@lru_cache(maxsize=2048)
def defaults_of(key: str) -> Mapping[str, Any]:
    """The values that a component gives to params which nobody set; none for an unknown one."""
    try:
        described = component(key).params_type().model_json_schema().get("properties", {})
    except UnknownComponent:
        return {}
    return {name: one["default"] for name, one in described.items() if "default" in one}


def _nodes(
    old: Pipeline, after: Pipeline, back: Mapping[str, str], places: Mapping[str, Place | None]
) -> Iterator[NodeChange]:
    for node_id in dict.fromkeys([*old.by_id, *after.by_id]):
        was, now = old.by_id.get(node_id), after.by_id.get(node_id)
        if was is None or now is None:
            yield NodeChange(was, now)
            continue
        before = was.model_copy(update={"id": back.get(node_id, node_id)})
        others = [
            name
            for name in type(now).model_fields
            if name not in LOOKS | {"params"} and getattr(was, name) != getattr(now, name)
        ]
        looks = [name for name in sorted(LOOKS) if getattr(before, name) != getattr(now, name)]
        looks += ["place"] if node_id in places else []
        is_same_kind = was.component == now.component  # params of another component mean something else
        params = tuple(_values(was.params, now.params, defaults_of(now.component))) if is_same_kind else ()
        if params or others or looks:
            yield NodeChange(before, now, params, tuple(others), tuple(looks))


def _values(before: Mapping[str, Any], after: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[ParamChange]:
    for name in dict.fromkeys([*before, *after]):
        written = name in before, name in after
        if written != (True, True) or not same(before[name], after[name]):
            usual = defaults.get(name)
            yield ParamChange(name, before.get(name, usual), after.get(name, usual), written)


def _inputs(old: Pipeline, after: Pipeline) -> Iterator[InputChange]:
    was, now = _fed(old), _fed(after)
    for target, port in dict.fromkeys([*was, *now]):
        ends = was.get((target, port), ()), now.get((target, port), ())
        if ends[0] != ends[1]:
            yield InputChange(target, port, *ends)


def _fed(pipeline: Pipeline) -> dict[Input, tuple[End, ...]]:
    found: dict[Input, tuple[End, ...]] = {}
    for edge in pipeline.edges:
        key = edge.target, edge.target_port
        found[key] = (*found.get(key, ()), (edge.source, edge.source_port))
    return found


def _places(old: Pipeline, after: Pipeline) -> Iterator[tuple[str, Place | None]]:
    for node_id in dict.fromkeys([*old.layout, *after.layout]):
        place = after.layout.get(node_id)
        if old.layout.get(node_id) != place:
            yield node_id, place


def _fields(before: Pipeline, after: Pipeline) -> dict[str, Any]:
    """Parts of a pipeline that this module need not understand to say that they changed."""
    told = {"name", "nodes", "edges", "params", "layout"}
    others = [name for name in type(after).model_fields if name not in told]
    return {name: getattr(after, name) for name in others if getattr(before, name) != getattr(after, name)}
