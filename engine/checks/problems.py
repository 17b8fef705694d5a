"""What is wrong with a drawing, and how it is mended with one click, as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from engine.graph import Edge, Node, Pipeline, spec_ports
from engine.refactor import stand_in
from engine.refactor.insert import put_on
from engine.schemas import TableSchemas

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Fix:
    """A change of the pipeline that mends a problem.

    Parameters
    ----------
    insert
        Component and params of a node to put in front of ``node``'s first input.
    params
        Params of ``node`` to change.
    replace
        Component and params that ``node`` gets instead of its own.
    remove
        Remove ``node``.
    cut
        Wire to remove.
    switch_on
        Switch ``node`` on again.
    drop
        Params of ``node`` to take out.
    stand_in
        At an input of ``node``: a column that is gone, and the one that stands in for it; what comes after follows.
    """

    id: str
    label: str
    node: str
    insert: tuple[str, Mapping[str, Any]] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    replace: tuple[str, Mapping[str, Any]] | None = None
    remove: bool = False
    cut: Edge | None = None
    switch_on: bool = False
    drop: tuple[str, ...] = ()
    stand_in: tuple[str, str, str] | None = None

    @property
    def is_safe(self) -> bool:
        """Whether it loses nothing that was drawn, so that it can be applied with others unseen."""
        return not (self.remove or self.replace or self.drop or self.cut is not None)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the drawing.

    Parameters
    ----------
    model
        The model it matters to; None when it matters by itself.
    """

    code: str
    message: str
    severity: Severity = "error"
    node: str | None = None
    field: str | None = None
    hint: str = ""
    fix: Fix | None = None
    model: str | None = None

    @property
    def id(self) -> str:
        """Stable while the problem stays the same, and unique in a review."""
        other = self.model if self.model != self.node else None
        return "-".join(part for part in (self.node, self.code, self.field, other) if part)

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        fix = {"id": self.fix.id, "label": self.fix.label, "safe": self.fix.is_safe} if self.fix else None
        return {**asdict(self), "id": self.id, "fix": fix}


def apply_fix(pipeline: Pipeline, fix: Fix, stored: TableSchemas | None = None) -> Pipeline:
    """The pipeline with one problem mended; a fix for a node that is gone changes nothing.

    Parameters
    ----------
    stored
        With it, what comes after a column that another one stands in for follows; without, only the node itself does.
    """
    node = pipeline.by_id.get(fix.node)
    if fix.cut is not None:
        place = pipeline.edges.index(fix.cut) if fix.cut in pipeline.edges else len(pipeline.edges)
        return pipeline.model_copy(update={"edges": pipeline.edges[:place] + pipeline.edges[place + 1 :]})
    if node is None:
        return pipeline
    if fix.remove:
        return pipeline.without(fix.node)
    if fix.switch_on:
        on = node.model_copy(update={"disabled": False})
        return pipeline.model_copy(update={"nodes": tuple(on if it is node else it for it in pipeline.nodes)})
    if fix.drop:
        return _without_params(pipeline, node, fix.drop)
    if fix.stand_in and stored:
        return stand_in(pipeline, stored, fix.node, *fix.stand_in).pipeline
    if fix.replace:
        key, params = fix.replace
        other = node.model_copy(update={"component": key, "params": dict(params)})
        return pipeline.model_copy(update={"nodes": tuple(other if it is node else it for it in pipeline.nodes)})
    if fix.insert:
        key, params = fix.insert
        inserted = Node(id=pipeline.free_id(key), component=key, params=dict(params))
        first = spec_ports(node.component, "inputs")[0].name
        edges = [edge for edge in pipeline.into(fix.node) if edge.target_port == first]
        pipeline = put_on(pipeline, edges, inserted) if edges else pipeline
    return pipeline.with_params(fix.node, **fix.params) if fix.params else pipeline


def _without_params(pipeline: Pipeline, node: Node, names: tuple[str, ...]) -> Pipeline:
    params = {name: value for name, value in node.params.items() if name not in names}
    other = node.model_copy(update={"params": params})
    return pipeline.model_copy(update={"nodes": tuple(other if it is node else it for it in pipeline.nodes)})
