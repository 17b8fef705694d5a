"""What will be executed: pure, made from a reviewed pipeline, shown to people before it runs."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components.base import Component, Estimator, Evaluation, LearnedTransform, Source, Split, StoredTable
from engine.checks import Problem, Review
from engine.errors import MissingThing, PipelineProblems
from engine.graph import Pipeline
from engine.leakage import Placement, is_a
from engine.schemas import NodeSchemas

ENGINE = 1
"""Raised when the engine itself makes other results of the same nodes."""

DatasetHash = Callable[[StoredTable], str]
"""The content hash of a stored table's version."""


@dataclass(frozen=True)
class Input:
    """Where one input port gets its table or model from."""

    port: str
    node: str
    node_port: str


@dataclass(frozen=True)
class PlannedNode:
    """One node, ready to execute.

    Parameters
    ----------
    component
        With bound params.
    fingerprint
        Equal for equal results: component key and version, params, inputs, dataset hash.
    materialised
        Output ports written to the cache; a node without any is fused into what follows.
    """

    id: str
    component: Component[Any]
    inputs: tuple[Input, ...]
    fingerprint: str
    materialised: tuple[str, ...]

    @property
    def is_fused(self) -> bool:
        """Whether the node is computed inside another node's query."""
        return not self.materialised and not isinstance(self.component, Source | Estimator | Evaluation)


@dataclass(frozen=True)
class Plan:
    """Nodes in the order of execution."""

    nodes: tuple[PlannedNode, ...]
    placement: Placement

    @cached_property
    def by_id(self) -> Mapping[str, PlannedNode]:
        """Planned nodes by id."""
        return {node.id: node for node in self.nodes}

    def stages(self) -> tuple[tuple[str, ...], ...]:
        """Which nodes share a query: each node that ends one, after the fused nodes that it computes on the way."""
        told: set[str] = set()
        stages = []
        for node in self.nodes:
            if not node.is_fused:
                stage = self._fused_into(node) - told
                stages.append(tuple(other.id for other in self.nodes if other.id in stage))
                told |= stage
        return tuple(stages)

    def _fused_into(self, node: PlannedNode) -> set[str]:
        found, pending = {node.id}, [node]
        while pending:
            above = {given.node for given in pending.pop().inputs} - found
            fused = [self.by_id[node_id] for node_id in above if self.by_id[node_id].is_fused]
            found |= {other.id for other in fused}
            pending.extend(fused)
        return found


def make_plan(review: Review, dataset_hash: DatasetHash, target: str | None = None) -> Plan:
    """Decide what runs, in which order, and what each result is called.

    Parameters
    ----------
    target
        Run only up to this node.

    Raises
    ------
    PipelineProblems
        When what is asked for has errors.
    MissingThing
        When the target is no node.
    """
    pipeline = review.placement.pipeline
    if target is not None:
        if target not in pipeline.by_id:
            raise MissingThing(f"The pipeline has no node {target!r}.", hint=f"It has: {', '.join(pipeline.by_id)}.")
        pipeline = pipeline.slice_to(target)
    errors = [p for p in review.errors if target is None or _concerns(p, pipeline)]
    if errors:
        raise PipelineProblems(errors)
    return _plan(pipeline, review, dataset_hash)


def _concerns(problem: Problem, part: Pipeline) -> bool:
    return all(node is None or node in part.by_id for node in (problem.node, problem.model))


def _plan(pipeline: Pipeline, review: Review, dataset_hash: DatasetHash) -> Plan:
    planned: dict[str, PlannedNode] = {}
    for node_id in pipeline.order():
        known = review.schemas[node_id]
        if known.component is None:
            continue
        inputs = _inputs(pipeline, node_id, known.component)
        planned[node_id] = PlannedNode(
            node_id,
            known.component,
            inputs,
            _fingerprint(known.component, inputs, planned, dataset_hash),
            _materialised(pipeline, node_id, known),
        )
    return Plan(tuple(planned.values()), review.placement)


def _inputs(pipeline: Pipeline, node_id: str, component: Component[Any]) -> tuple[Input, ...]:
    by_port = {edge.target_port: edge for edge in pipeline.into(node_id)}
    ordered = [by_port[port.name] for port in component.spec.inputs if port.name in by_port]
    return tuple(Input(edge.target_port, edge.source, edge.source_port) for edge in ordered)


def _fingerprint(
    component: Component[Any],
    inputs: tuple[Input, ...],
    planned: Mapping[str, PlannedNode],
    dataset_hash: DatasetHash,
) -> str:
    identity: dict[str, Any] = {
        "engine": ENGINE,
        "component": component.spec.key,
        "version": component.spec.version,
        "params": component.params.model_dump(mode="json"),
        "inputs": [(i.port, planned[i.node].fingerprint, i.node_port) for i in inputs],
    }
    if isinstance(component, Source):
        table = component.table()
        if isinstance(table, StoredTable):
            identity["params"] = None
            identity["data"] = dataset_hash(table)
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _materialised(pipeline: Pipeline, node_id: str, known: NodeSchemas) -> tuple[str, ...]:
    """The output ports worth writing down: what is asked for, what several nodes read, roles, what changes the rows.

    A node that keeps its rows and feeds one other node costs nothing as part of that node's query.
    """
    component = known.component
    if component is None or isinstance(component, Source | Estimator | Evaluation):
        return ()
    readers: dict[str, int] = dict.fromkeys(known.outputs, 0)
    for edge in pipeline.out_of(node_id):
        readers[edge.source_port] = readers.get(edge.source_port, 0) + 1
    if not sum(readers.values()):
        return tuple(known.outputs)
    if isinstance(component, Split):
        return tuple(known.outputs)
    if isinstance(component, LearnedTransform) or component.spec.keeps_rows:
        shared = tuple(port for port, count in readers.items() if count > 1)
        return shared or tuple(port for port in readers if _feeds_model(pipeline, node_id, port))
    first = component.spec.outputs[0].name
    return tuple(port for port, count in readers.items() if count or port == first)


def _feeds_model(pipeline: Pipeline, node_id: str, port: str) -> bool:
    """A model reads its rows more than once: categories, matrix, predictions."""
    edges = [edge for edge in pipeline.out_of(node_id) if edge.source_port == port]
    return any(is_a(pipeline.by_id[edge.target], Estimator) for edge in edges)
