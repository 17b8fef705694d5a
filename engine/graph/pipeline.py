"""The drawn graph: pipelines, nodes and edges as frozen values; YAML in and out."""

import json
from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Self, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import InvalidPipeline
from engine.graph.node import Edge, Node, first_port, rows_port, spec_ports
from engine.graph.parameters import (
    Parameter,
    ParamName,
    fitted_overrides,
    put_in,
    read_parameters,
    references,
    values_of,
)
from engine.graph.reading import FORMAT, MAX_EDGES, MAX_NODES, at, check_document, read_edges, read_nodes
from engine.graph.redrawing import Redrawing
from engine.graph.yaml_text import Written, read_yaml

Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")]


class Pipeline(BaseModel):
    """A drawn pipeline. An immutable value: changing it makes another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    nodes: Annotated[tuple[Node, ...], Field(max_length=MAX_NODES)] = ()
    edges: Annotated[tuple[Edge, ...], Field(max_length=MAX_EDGES)] = ()
    params: dict[ParamName, Parameter] = Field(default_factory=dict)
    layout: dict[str, tuple[float, float]] = Field(default_factory=dict)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Another pipeline with some fields changed; pydantic's own would carry the cached lookups along."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return cast(Self, self.model_construct(**{**fields, **(update or {})}))

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Nodes by id; of two with the same id the first counts."""
        found: dict[str, Node] = {}
        for node in self.nodes:
            found.setdefault(node.id, node)
        return found

    @cached_property
    def _incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped(self.edges, "target")

    @cached_property
    def _outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped(self.edges, "source")

    def into(self, node_id: str) -> tuple[Edge, ...]:
        """Edges that end at a node, in drawing order."""
        return self._incoming.get(node_id, ())

    def out_of(self, node_id: str) -> tuple[Edge, ...]:
        """Edges that start at a node."""
        return self._outgoing.get(node_id, ())

    def first_input(self, node_id: str) -> Edge | None:
        """The wire that brings a node's rows: the one into its first table input."""
        return self._first_inputs.get(node_id)

    @cached_property
    def _first_inputs(self) -> Mapping[str, Edge]:
        arriving = ((node, port, self.into(node.id)) for node in self.by_id.values() if (port := rows_port(node)))
        drawn = ((node.id, edge) for node, port, edges in arriving for edge in edges if edge.target_port == port)
        return {node_id: edge for node_id, edge in reversed([*drawn]) if edge.source in self.by_id}

    def models_into(self, node_id: str) -> tuple[Edge, ...]:
        """The wires that bring a node the models it is made of, in drawing order."""
        ports = {port.name for port in spec_ports(self.by_id[node_id].component, "inputs") if port.kind == "model"}
        return tuple(e for e in self.into(node_id) if e.target_port in ports and e.source in self.by_id)

    def ancestors(self, *node_ids: str) -> frozenset[str]:
        """Every node upstream, without the given ones (unless they lie on a cycle)."""
        return _reach(node_ids, lambda node_id: (edge.source for edge in self.into(node_id)))

    def descendants(self, *node_ids: str) -> frozenset[str]:
        """Every node downstream."""
        return _reach(node_ids, lambda node_id: (edge.target for edge in self.out_of(node_id)))

    def order(self) -> tuple[str, ...]:
        """Node ids, each after everything it needs; nodes on a cycle are left out (see `cycles`)."""
        return self._order

    @cached_property
    def _order(self) -> tuple[str, ...]:
        waiting = {node.id: {edge.source for edge in self.into(node.id)} for node in self.nodes}
        ready = deque(node_id for node_id, needs in waiting.items() if not needs)
        ordered: list[str] = []
        while ready:
            node_id = ready.popleft()
            ordered.append(node_id)
            for target in dict.fromkeys(edge.target for edge in self.out_of(node_id)):
                if target in waiting:
                    waiting[target].discard(node_id)
                    if not waiting[target]:
                        ready.append(target)
        return tuple(ordered)

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Groups of nodes that feed themselves; none in a sound graph."""
        ordered = set(self.order())
        pending = [node_id for node_id in self.by_id if node_id not in ordered]
        reach = {node_id: self.ancestors(node_id) for node_id in pending}
        groups = {frozenset(b for b in pending if b in reach[a] and a in reach[b]) for a in pending if a in reach[a]}
        return tuple(sorted(tuple(node_id for node_id in pending if node_id in group) for group in groups))

    def slice_to(self, *node_ids: str) -> Self:
        """Only these nodes and what they need."""
        kept = self.ancestors(*node_ids) | set(node_ids)
        return self.model_copy(
            update={
                "nodes": tuple(node for node in self.nodes if node.id in kept),
                "edges": tuple(edge for edge in self.edges if edge.source in kept and edge.target in kept),
            }
        )

    def free_id(self, key: str) -> str:
        """A node id for a component, not yet used here: ``cast``, ``cast_2``, …"""
        taken = {node.id for node in self.nodes}
        candidates = (key if i == 1 else f"{key}_{i}" for i in range(1, len(taken) + 2))
        return next(candidate for candidate in candidates if candidate not in taken)

    def with_params(self, node_id: str, **changes: Any) -> Self:
        """The same with some params of one node changed."""
        nodes = tuple(
            node.model_copy(update={"params": {**node.params, **changes}}) if node.id == node_id else node
            for node in self.nodes
        )
        return self.model_copy(update={"nodes": nodes})

    def redrawing(self) -> Redrawing:
        """The same, to be changed in many places."""
        return Redrawing(self.nodes, self.edges, self.layout)

    def without(self, node_id: str) -> Self:
        """The same without a node, its neighbours joined where one table goes in and out."""
        drawing = self.redrawing()
        drawing.without(node_id)
        return self.model_copy(update=drawing.parts())

    def insert(self, node: Node, edges: Iterable[Edge]) -> Self:
        """The same with a table-to-table node put into wires that all start at one port."""
        drawing = self.redrawing()
        drawing.insert(node, edges)
        return self.model_copy(update=drawing.parts())

    def resolved(self, overrides: Mapping[str, Any] | None = None) -> Self:
        """The same with every ``${param}`` replaced by its value.

        Raises
        ------
        InvalidPipeline
            A reference or an override names no pipeline parameter.
        ParamError
            An override does not fit its parameter.
        """
        values = values_of(self.params, overrides)
        for node in self.nodes:
            for name in references(node.params):
                if name not in values:
                    raise InvalidPipeline(
                        f"${{{name}}} is no parameter of this pipeline.",
                        hint="Add it under params.",
                        node_id=node.id,
                    )
        return self._with_values(values)

    def filled_in(self, overrides: Mapping[str, Any] | None = None) -> Self:
        """The same with the parameters put in that there are; a reference to another one stays as it is."""
        known = {name: value for name, value in (overrides or {}).items() if name in self.params}
        return self._with_values(values_of(self.params) | known)

    def asked(self, overrides: Mapping[str, Any] | None) -> dict[str, Any]:
        """What a run asks of the parameters, each value as its type has it.

        Raises
        ------
        InvalidPipeline, ParamError
        """
        return fitted_overrides(self.params, overrides)

    def values(self, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The value of every parameter in a run that asked for some.

        Raises
        ------
        InvalidPipeline, ParamError
        """
        return values_of(self.params, overrides)

    def _with_values(self, values: Mapping[str, Any]) -> Self:
        if not any(True for node in self.nodes for _ in references(node.params)):
            return self
        nodes = tuple(node.model_copy(update={"params": put_in(node.params, values)}) for node in self.nodes)
        return self.model_copy(update={"nodes": nodes})

    def as_document(self) -> dict[str, Any]:
        """The pipeline as plain data: what the YAML file holds."""
        return {
            "format": FORMAT,
            "name": self.name,
            "params": {name: one.as_document() for name, one in self.params.items()},
            "nodes": {node.id: _node_document(node) for node in self.nodes},
            "edges": [self._edge_text(edge) for edge in self.edges],
            "layout": {node_id: list(place) for node_id, place in self.layout.items()},
        }

    def as_yaml(self) -> str:
        """The pipeline as a git-friendly text."""
        document = self.as_document()
        if not document["params"]:
            del document["params"]
        document["layout"] = {node_id: [_short(it) for it in place] for node_id, place in self.layout.items()}
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read plain data; ports left out are the component's first ones.

        Raises
        ------
        InvalidPipeline
            Naming the place that does not fit.
        """
        check_document(document)
        try:
            nodes = read_nodes(document)
            return cls(
                name=document.get("name") or "untitled",
                nodes=nodes,
                edges=read_edges(document, nodes),
                params=read_parameters(document.get("params") or {}),
                layout=document.get("layout") or {},
            )
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            message = f"This is no pipeline: {place}: {first['msg']}."
            raise InvalidPipeline(message, detail=at(*first["loc"])) from error

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Read a YAML text (or JSON, which is YAML).

        Raises
        ------
        InvalidPipeline
            With ``line`` and ``column`` in its detail.
        """
        return cls.from_written(read_yaml(text))

    @classmethod
    def from_written(cls, written: Written) -> Self:
        """The pipeline that a text describes which was read already.

        Raises
        ------
        InvalidPipeline
            With ``line`` and ``column`` in its detail.
        """
        try:
            return cls.from_document(written.data)
        except InvalidPipeline as error:
            place = written.place(*error.detail.pop("at", ()))
            error.detail.update(line=place.line, column=place.column)
            raise

    def digest_source(self) -> str:
        """What makes two pipelines the same: everything but the layout, canonically."""
        document = self.as_document()
        del document["layout"]
        return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)

    def _edge_text(self, edge: Edge) -> str:
        source, target = self.by_id.get(edge.source), self.by_id.get(edge.target)
        out = "" if source and edge.source_port == first_port(source.component, "outputs") else f".{edge.source_port}"
        into = "" if target and edge.target_port == first_port(target.component, "inputs") else f".{edge.target_port}"
        return f"{edge.source}{out} -> {edge.target}{into}"


def _grouped(edges: Iterable[Edge], end: str) -> Mapping[str, tuple[Edge, ...]]:
    groups: dict[str, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(getattr(edge, end), []).append(edge)
    return {node_id: tuple(group) for node_id, group in groups.items()}


def _reach(start: Iterable[str], neighbours: Any) -> frozenset[str]:
    found: set[str] = set()
    pending = list(start)
    while pending:
        for neighbour in neighbours(pending.pop()):
            if neighbour not in found:
                found.add(neighbour)
                pending.append(neighbour)
    return frozenset(found)


def _short(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _node_document(node: Node) -> dict[str, Any]:
    document: dict[str, Any] = {"component": node.component}
    if node.title:
        document["title"] = node.title
    if node.params:
        document["params"] = node.params
    if node.disabled:
        document["disabled"] = True
    return document
