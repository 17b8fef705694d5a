"""What is wrong with a drawing, where, and how to mend it with one click."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import ibis.expr.schema as sch

from components.base import Estimator, Evaluation, Split
from components.errors import UnknownComponent
from components.ports import Port, kind_of, visible
from engine.errors import RefusedEdge
from engine.graph import Edge, Node, Pipeline, component_of, spec_ports
from engine.leakage import Placement, is_a, leaks, place_splits
from engine.schemas import NodeSchemas, TableSchemas, infer

Severity = Literal["error", "warning", "info"]

MESSAGES = {
    "kind_mismatch": "This output gives a {source}, but this input takes a {target}.",
    "cycle": "That would make a circle: a node cannot feed itself.",
    "taken": "This input already has a connection. Remove that one first.",
    "duplicate": "These two are already connected.",
    "self": "A node cannot be connected to itself.",
    "direction": "Connect an output (right side) to an input (left side).",
    "no_port": "There is no such port.",
}
"""Why a wire is refused; the canvas shows the same texts."""


@dataclass(frozen=True)
class Fix:
    """A change of the pipeline that mends a problem.

    Parameters
    ----------
    insert
        Component and params of a node to put in front of ``node``'s first input.
    params
        Params of ``node`` to change.
    remove
        Remove ``node``.
    """

    id: str
    label: str
    node: str
    insert: tuple[str, Mapping[str, Any]] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    remove: bool = False


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the drawing."""

    code: str
    message: str
    severity: Severity = "error"
    node: str | None = None
    field: str | None = None
    hint: str = ""
    fix: Fix | None = None

    @property
    def id(self) -> str:
        """Stable while the problem stays the same."""
        return "-".join(part for part in (self.node, self.code, self.field) if part)

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        fix = {"id": self.fix.id, "label": self.fix.label} if self.fix else None
        return {**asdict(self), "id": self.id, "fix": fix}


@dataclass(frozen=True)
class Review:
    """A pipeline looked through: where its splits stand, its schemas and its problems."""

    placement: Placement
    schemas: Mapping[str, NodeSchemas]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the pipeline from running."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def edge_refusal(pipeline: Pipeline, edge: Edge) -> str | None:
    """The key in `MESSAGES` that says why a wire cannot be drawn; None where it can."""
    if edge.source == edge.target:
        return "self"
    source = _port(pipeline, edge.source, "outputs", edge.source_port)
    target = _port(pipeline, edge.target, "inputs", edge.target_port)
    if source is None or target is None:
        return "no_port"
    if source.kind != target.kind:
        return "kind_mismatch"
    if edge in pipeline.edges:
        return "duplicate"
    if not target.many and any(other.target_port == edge.target_port for other in pipeline.into(edge.target)):
        return "taken"
    return "cycle" if edge.source in pipeline.descendants(edge.target) else None


def check_edge(pipeline: Pipeline, edge: Edge) -> None:
    """Refuse a wire that cannot be drawn.

    Raises
    ------
    RefusedEdge
    """
    reason = edge_refusal(pipeline, edge)
    if reason is not None:
        source = _port(pipeline, edge.source, "outputs", edge.source_port)
        target = _port(pipeline, edge.target, "inputs", edge.target_port)
        message = MESSAGES[reason].format(source=source and source.kind, target=target and target.kind)
        raise RefusedEdge(message, node_id=edge.target, field=edge.target_port, detail={"reason": reason})


def can_edge(pipeline: Pipeline, edge: Edge) -> bool:
    """Whether a wire can be drawn."""
    return edge_refusal(pipeline, edge) is None


def review(pipeline: Pipeline, stored: TableSchemas) -> Review:
    """Look the whole pipeline through."""
    placement = place_splits(pipeline)
    schemas = infer(placement.pipeline, stored)
    found = (
        *_structure(pipeline),
        *_inputs(pipeline),
        *_schema_errors(pipeline, schemas),
        *_leaks(pipeline),
        *_model_inputs(pipeline, schemas),
        *_idle_splits(pipeline),
    )
    return Review(placement, schemas, found)


def problems(pipeline: Pipeline, stored: TableSchemas) -> tuple[Problem, ...]:
    """Everything wrong with a pipeline; empty for a sound one."""
    return review(pipeline, stored).problems


def apply_fix(pipeline: Pipeline, fix: Fix) -> Pipeline:
    """The pipeline with one problem mended."""
    if fix.remove:
        return pipeline.without(fix.node)
    if fix.insert:
        key, params = fix.insert
        inserted = Node(id=pipeline.free_id(key), component=key, params=dict(params))
        first = spec_ports(pipeline.by_id[fix.node].component, "inputs")[0].name
        edges = [edge for edge in pipeline.into(fix.node) if edge.target_port == first]
        pipeline = pipeline.insert(inserted, edges) if edges else pipeline
    return pipeline.with_params(fix.node, **fix.params) if fix.params else pipeline


def _structure(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.nodes:
        yield Problem("empty_pipeline", "The pipeline is empty.", hint="Drag a dataset onto the canvas.")
    counted: set[str] = set()
    for node in pipeline.nodes:
        if node.id in counted:
            yield Problem("duplicate_node", f"Two nodes are called {node.id!r}.", node=node.id, hint="Rename one.")
        counted.add(node.id)
        try:
            component_of(node)
        except UnknownComponent as error:
            yield Problem(error.code, error.message, node=node.id, hint=error.hint)
    cycle = pipeline.cycle()
    if cycle:
        names = ", ".join(pipeline.by_id[node_id].label for node_id in cycle[:5])
        yield Problem(
            "cycle", f"These nodes feed each other in a circle: {names}.", node=cycle[0], hint="Remove a wire."
        )


def _inputs(pipeline: Pipeline) -> Iterator[Problem]:
    for edge in pipeline.edges:
        alone = pipeline.model_copy(update={"edges": tuple(other for other in pipeline.edges if other is not edge)})
        reason = edge_refusal(alone, edge) if _ends_known(pipeline, edge) else None
        if reason in ("no_port", "kind_mismatch", "taken", "self", "duplicate"):
            source = _port(pipeline, edge.source, "outputs", edge.source_port)
            target = _port(pipeline, edge.target, "inputs", edge.target_port)
            message = MESSAGES[reason].format(source=source and source.kind, target=target and target.kind)
            where = f"{edge.source}.{edge.source_port} -> {edge.target}.{edge.target_port}"
            yield Problem(
                reason, f"{where}: {message}", node=edge.target, field=edge.target_port, hint="Remove the wire."
            )
    for node in pipeline.nodes:
        yield from _missing_inputs(pipeline, node)


def _missing_inputs(pipeline: Pipeline, node: Node) -> Iterator[Problem]:
    arriving = {edge.target_port for edge in pipeline.into(node.id)}
    ports = spec_ports(node.component, "inputs")
    for port in ports:
        if not port.optional and port.name not in arriving:
            what = "table" if port.kind == "table" else "model"
            named = f" {port.name!r}" if len(ports) > 1 else ""
            yield Problem(
                "missing_input",
                f"{node.label}: the input{named} is not connected.",
                node=node.id,
                hint=f"Connect a {what} to it.",
            )
    if is_a(node, Evaluation) and not arriving:
        yield Problem(
            "missing_input", f"{node.label}: no input is connected.", node=node.id, hint="Connect a model to it."
        )


def _schema_errors(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    for node in pipeline.nodes:
        for error in schemas[node.id].errors if node.id in schemas else ():
            if error.code != "unknown_component":
                yield Problem(error.code, error.message, node=node.id, field=error.field, hint=error.hint)


def _leaks(pipeline: Pipeline) -> Iterator[Problem]:
    if pipeline.cycle():
        return
    for leak in leaks(pipeline):
        yield Problem(leak.code, leak.message, node=leak.node, hint=leak.hint)


def _model_inputs(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    for node in pipeline.nodes:
        known = schemas.get(node.id)
        if known is None or not isinstance(known.component, Estimator):
            continue
        params, schema = known.component.params, known.inputs["table"]
        if params.target in params.features:
            message = f"{node.label}: the target {params.target!r} is also a feature."
            yield Problem("target_is_feature", message, node=node.id, field="features", hint="Take it out.")
        if not len(params.features):
            yield _no_features(node, schema, params.target)
        elif node.params.get("features", "all") == "all":
            yield from _unused_columns(node, schema, params.target)


def _no_features(node: Node, schema: sch.Schema, target: str) -> Problem:
    text = _columns_of(schema, ("text",), target)
    return Problem(
        "no_features",
        f"{node.label} has no column to learn from.",
        node=node.id,
        field="features",
        hint="Encode the text columns, or choose features." if text else "Connect a table with more columns.",
        fix=_encode_fix(node, text) if text else None,
    )


def _unused_columns(node: Node, schema: sch.Schema, target: str) -> Iterator[Problem]:
    text = _columns_of(schema, ("text",), target)
    if text:
        yield Problem(
            "text_not_used",
            f"{node.label} cannot use {_count(text, 'text column')}: {_listed(text)}.",
            "warning",
            node.id,
            "features",
            "Encode what matters; drop what does not.",
            _encode_fix(node, text),
        )
    dates = _columns_of(schema, ("datetime", "other"), target)
    if dates:
        yield Problem(
            "column_not_used",
            f"{node.label} cannot use {_count(dates, 'column')}: {_listed(dates)}.",
            "info",
            node.id,
            "features",
            "Turn dates into numbers with a formula, such as year(…).",
        )


def _idle_splits(pipeline: Pipeline) -> Iterator[Problem]:
    for node in pipeline.nodes:
        if is_a(node, Split) and not any(
            is_a(pipeline.by_id[below], Estimator) for below in pipeline.descendants(node.id) if below in pipeline.by_id
        ):
            yield Problem(
                "idle_split", f"{node.label} has no model after it.", "info", node.id, hint="Connect a model below it."
            )


def _encode_fix(node: Node, text: list[str]) -> Fix:
    insert = ("encode_one_hot", {"columns": text})
    return Fix("encode_text", f"Encode the {_count(text, 'text column')}", node.id, insert=insert)


def _columns_of(schema: sch.Schema, kinds: tuple[str, ...], target: str) -> list[str]:
    return [name for name, dtype in visible(schema).items() if kind_of(dtype) in kinds and name != target]


def _count(names: list[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _port(pipeline: Pipeline, node_id: str, side: str, name: str) -> Port | None:
    node = pipeline.by_id.get(node_id)
    ports = spec_ports(node.component, side) if node else ()
    return next((port for port in ports if port.name == name), None)


def _ends_known(pipeline: Pipeline, edge: Edge) -> bool:
    """Unknown components and missing nodes are told elsewhere."""
    ends = (pipeline.by_id.get(edge.source), pipeline.by_id.get(edge.target))
    return all(end and (spec_ports(end.component, "inputs") or spec_ports(end.component, "outputs")) for end in ends)
