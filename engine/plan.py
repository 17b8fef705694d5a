"""What will be executed: pure, made from a reviewed pipeline, shown to people before it runs."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from components.base import (
    Component,
    LearnedTransform,
    MatrixTransform,
    Source,
    Split,
    StoredTable,
    Transform,
)
from components.base.canvas import CanvasOnly
from components.base.outside import OutsideTable
from engine.checks import Problem, Review
from engine.errors import MissingThing, PipelineProblems
from engine.graph import Pipeline
from engine.leakage import Placement
from engine.schemas import NodeSchemas

ENGINE = 1
"""Raised when the engine itself makes other results of the same nodes."""

DatasetHash = Callable[[StoredTable | OutsideTable], str]
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
    shape
        The same without the data: past runs of an equal shape tell what it costs.
    materialised
        Output ports written to the cache; a node without any is fused into what follows.
    known
        Its columns.
    """

    id: str
    component: Component[Any]
    inputs: tuple[Input, ...]
    fingerprint: str
    shape: str
    materialised: tuple[str, ...]
    known: NodeSchemas = field(repr=False, compare=False)

    @property
    def is_fused(self) -> bool:
        """Whether the node is computed inside another node's query."""
        return not self.materialised and self.component.is_lazy

    @property
    def learns(self) -> bool:
        """Whether it must look at all rows before it can treat any."""
        return isinstance(self.component, LearnedTransform | Split)

    @property
    def keeps_rows(self) -> bool:
        """Whether every row goes in and out once."""
        keeps = isinstance(self.component, Transform) and self.component.spec.keeps_rows
        return self.learns or keeps or isinstance(self.component, MatrixTransform)

    @property
    def rowwise(self) -> bool:
        """Whether an output row depends on one input row only, once the node has learned what it learns."""
        return self.learns or (isinstance(self.component, Transform) and self.component.spec.rowwise)


@dataclass(frozen=True)
class Plan:
    """Nodes in the order of execution."""

    nodes: tuple[PlannedNode, ...]
    placement: Placement

    @cached_property
    def by_id(self) -> Mapping[str, PlannedNode]:
        """Planned nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def readers(self) -> Mapping[str, tuple[PlannedNode, ...]]:
        """Who takes a node's outputs."""
        found: dict[str, list[PlannedNode]] = {node.id: [] for node in self.nodes}
        for node in self.nodes:
            for source in dict.fromkeys(given.node for given in node.inputs):
                found[source].append(node)
        return {node_id: tuple(nodes) for node_id, nodes in found.items()}

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
        target = _running(review, target)
        if target not in pipeline.by_id:
            raise MissingThing(f"The pipeline has no node {target!r}.", hint=f"It has: {', '.join(pipeline.by_id)}.")
        pipeline = pipeline.slice_to(target)
    errors = [p for p in review.errors if target is None or _concerns(p, pipeline)]
    if errors:
        raise PipelineProblems(errors)
    plan = _plan(pipeline, review, dataset_hash)
    if target is not None and target not in plan.by_id:
        raise MissingThing(f"{target!r} never runs.", hint="Run to a node that has rows.", node_id=target)
    return plan


def _running(review: Review, target: str) -> str:
    """The node that a run to one leads to: to what passes through it, where it is bypassed."""
    cause = review.effect.left_out.get(target)
    if cause is not None:
        drawn = review.effect.drawn.by_id
        because = "it is switched off" if cause == target else f"{drawn[cause].label} is switched off"
        raise MissingThing(
            f"{drawn[target].label} does not run: {because}.", hint=f"Switch {drawn[cause].label} on.", node_id=target
        )
    return review.effect.runs_as(target)


def _concerns(problem: Problem, part: Pipeline) -> bool:
    return all(node is None or node in part.by_id for node in (problem.node, problem.model))


def _plan(pipeline: Pipeline, review: Review, dataset_hash: DatasetHash) -> Plan:
    planned: dict[str, PlannedNode] = {}
    written = _worth_writing(pipeline, review)
    for node_id in pipeline.order():
        known = review.schemas[node_id]
        component = known.component
        if component is None or isinstance(component, CanvasOnly):
            continue
        inputs = _inputs(pipeline, node_id, component)
        fingerprint, shape = identities(component, inputs, planned, dataset_hash)
        planned[node_id] = PlannedNode(node_id, component, inputs, fingerprint, shape, written[node_id], known)
    return Plan(tuple(planned.values()), review.placement)


def _inputs(pipeline: Pipeline, node_id: str, component: Component[Any]) -> tuple[Input, ...]:
    arriving = pipeline.into(node_id)
    ordered = [edge for port in component.spec.inputs for edge in arriving if edge.target_port == port.name]
    return tuple(Input(edge.target_port, edge.source, edge.source_port) for edge in ordered)


def identities(
    component: Component[Any], inputs: tuple[Input, ...], planned: Mapping[str, PlannedNode], dataset_hash: DatasetHash
) -> tuple[str, str]:
    """The fingerprint and the shape of a node, from those of the nodes before it."""
    own = {
        "engine": ENGINE,
        "component": component.spec.key,
        "version": component.spec.version,
        "params": component.params.model_dump(mode="json"),
    }
    above = [(given, planned[given.node]) for given in inputs]
    prints = [(given.port, node.fingerprint, given.node_port) for given, node in above]
    shapes = [(given.port, node.shape, given.node_port) for given, node in above]
    table = component.table() if isinstance(component, Source) else None
    data = {"params": None, "data": dataset_hash(table)} if isinstance(table, StoredTable | OutsideTable) else {}
    return _digest({**own, **data, "inputs": prints}), _digest({**own, "inputs": shapes})


def _digest(identity: Mapping[str, Any]) -> str:
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _worth_writing(pipeline: Pipeline, review: Review) -> dict[str, tuple[str, ...]]:
    """For each node, the outputs to write down: what is asked for, and costly work that is read more than once.

    Row by row, work is cheaper to do again inside the next query than to write and read, however many nodes it is.
    """
    passes = _passes(pipeline, review)
    return {node_id: _written(pipeline, node_id, review.schemas[node_id], passes) for node_id in pipeline.order()}


def _written(
    pipeline: Pipeline, node_id: str, known: NodeSchemas, passes: Mapping[tuple[str, str], int]
) -> tuple[str, ...]:
    component = known.component
    if component is None or not component.is_lazy:
        return ()
    used = [port for port in known.outputs if passes[node_id, port]]
    if not used:
        return tuple(known.outputs)
    if isinstance(component, Split) or component.spec.rowwise:
        return ()
    return tuple(port for port in used if passes[node_id, port] > 1)


def _passes(pipeline: Pipeline, review: Review) -> dict[tuple[str, str], int]:
    """How many queries would compute each output, if nothing in between were written down."""
    passes: dict[tuple[str, str], int] = {}
    for node_id in reversed(pipeline.order()):
        known = review.schemas[node_id]
        for port in known.outputs:
            passes[node_id, port] = 0
        for edge in pipeline.out_of(node_id):
            reader = review.schemas.get(edge.target)
            if reader is not None and (node_id, edge.source_port) in passes:
                passes[node_id, edge.source_port] += _reads(edge.target, reader, passes)
    return passes


def _reads(reader_id: str, reader: NodeSchemas, passes: Mapping[tuple[str, str], int]) -> int:
    """How often a node reads its input: a fused node as often as it is read itself."""
    component = reader.component
    if component is None:
        return 0
    if not component.is_lazy:
        return component.passes
    after = sum(passes[reader_id, port] for port in reader.outputs)
    if isinstance(component, LearnedTransform | Split):
        return 1 + max(after, 1)
    is_written = isinstance(component, Transform) and not component.spec.rowwise and after > 1
    return 1 if is_written else max(after, 1)
