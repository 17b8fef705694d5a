"""What is wrong with a drawing, where, and how to mend it with one click."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import ibis.expr.schema as sch

from components.base import Component, Estimator, Evaluation, Split
from components.errors import UnknownComponent
from components.ports import Kind, Port, kind_of, visible
from engine.errors import CanvasbackError, RefusedEdge
from engine.graph import Edge, Node, Pipeline, component_of, spec_ports
from engine.leakage import Leak, Placement, answers_in_features, is_a, leaks, place_splits
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
    "no_node": "There is no such node.",
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
    cut
        Wire to remove.
    """

    id: str
    label: str
    node: str
    insert: tuple[str, Mapping[str, Any]] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    remove: bool = False
    cut: Edge | None = None


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
    if edge.source not in pipeline.by_id or edge.target not in pipeline.by_id:
        return "no_node"
    source, target = _ends(pipeline, edge)
    if source is None or target is None:
        return "no_port"
    if source.kind != target.kind:
        return "kind_mismatch"
    if edge in pipeline.into(edge.target):
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
        message = _refusal(pipeline, edge, reason)
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
        *_schema_errors(placement, schemas),
        *_leaks(placement.pipeline, schemas),
        *_model_inputs(pipeline, schemas),
        *_idle_splits(pipeline),
    )
    # Of two problems with one id, the first is told.
    return Review(placement, schemas, tuple({problem.id: problem for problem in reversed(found)}.values())[::-1])


def problems(pipeline: Pipeline, stored: TableSchemas) -> tuple[Problem, ...]:
    """Everything wrong with a pipeline; empty for a sound one."""
    return review(pipeline, stored).problems


def apply_fix(pipeline: Pipeline, fix: Fix) -> Pipeline:
    """The pipeline with one problem mended; a fix for a node that is gone changes nothing."""
    node = pipeline.by_id.get(fix.node)
    if fix.cut is not None:
        place = pipeline.edges.index(fix.cut) if fix.cut in pipeline.edges else len(pipeline.edges)
        return pipeline.model_copy(update={"edges": pipeline.edges[:place] + pipeline.edges[place + 1 :]})
    if node is None:
        return pipeline
    if fix.remove:
        return pipeline.without(fix.node)
    if fix.insert:
        key, params = fix.insert
        inserted = Node(id=pipeline.free_id(key), component=key, params=dict(params))
        first = spec_ports(node.component, "inputs")[0].name
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
            hint = error.hint or "Replace or remove this node."
            yield Problem(error.code, error.message, node=node.id, hint=hint)
    for cycle in pipeline.cycles():
        names = ", ".join(pipeline.by_id[node_id].label for node_id in cycle[:5])
        yield Problem(
            "cycle", f"These nodes feed each other in a circle: {names}.", node=cycle[0], hint="Remove a wire."
        )


def _inputs(pipeline: Pipeline) -> Iterator[Problem]:
    drawn: set[tuple[str, str]] = set()
    known: set[Edge] = set()
    for edge in pipeline.edges:
        reason = _wrong_wire(pipeline, edge)
        if reason is None and edge in known:
            reason = "duplicate"
        elif reason is None and (edge.target, edge.target_port) in drawn and not _takes_many(pipeline, edge):
            reason = "taken"
        known.add(edge)
        drawn.add((edge.target, edge.target_port))
        if reason:
            yield _wire_problem(pipeline, edge, reason)
    for node in pipeline.nodes:
        yield from _missing_inputs(pipeline, node)


def _wrong_wire(pipeline: Pipeline, edge: Edge) -> str | None:
    """What is wrong with a drawn wire by itself; circles and unknown components are told once, elsewhere."""
    if edge.source not in pipeline.by_id or edge.target not in pipeline.by_id:
        return "no_node"
    if not all(_is_known(pipeline.by_id[end]) for end in (edge.source, edge.target)) or edge.source == edge.target:
        return None
    source, target = _ends(pipeline, edge)
    if source is None or target is None:
        return "no_port"
    return None if source.kind == target.kind else "kind_mismatch"


def _wire_problem(pipeline: Pipeline, edge: Edge, reason: str) -> Problem:
    where = f"{edge.source}.{edge.source_port} -> {edge.target}.{edge.target_port}"
    message = f"{where}: {_refusal(pipeline, edge, reason)}"
    node = edge.target if edge.target in pipeline.by_id else edge.source if edge.source in pipeline.by_id else None
    fix = Fix("remove_wire", "Remove the wire", node or edge.target, cut=edge)
    field = edge.target_port if node == edge.target else edge.source_port
    return Problem(reason, message, node=node, field=field, hint="Remove the wire.", fix=fix)


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


def _schema_errors(placement: Placement, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    for node in placement.pipeline.nodes:
        known = schemas.get(node.id, NodeSchemas())
        for error in known.errors:
            if error.code != "unknown_component":
                hint = error.hint or "Look at this node's settings."
                if node.id in placement.moved:
                    hint = _moved_hint(placement, node)
                fix = _feature_fix(node, known, error)
                yield Problem(error.code, error.message, node=node.id, field=error.field, hint=hint, fix=fix)


def _moved_hint(placement: Placement, split: Node) -> str:
    learned = placement.pipeline.by_id[placement.moved[split.id]]
    return (
        f"Rows get their roles before {learned.label}, which learns from train rows only; "
        "what the split needs must be there by then. Draw it earlier, or what it needs before it."
    )


def _feature_fix(node: Node, known: NodeSchemas, error: CanvasbackError) -> Fix | None:
    """A model that is told to learn from columns it cannot take: encode texts, leave out the rest."""
    listed = node.params.get("features")
    if error.code != "wrong_kind" or error.field != "features" or not isinstance(listed, list | tuple):
        return None
    schema = known.inputs["table"]
    text = [name for name in listed if name in schema and kind_of(schema[name]) == "text"]
    unfit = [name for name in listed if name in schema and kind_of(schema[name]) in ("datetime", "other")]
    if text and text[0] != node.params.get("target") and not unfit:
        return _encode_fix(node, text)
    rest = [name for name in listed if name not in unfit]
    label = f"Leave out {_count(unfit, 'column')} of dates or nested data"
    return Fix("leave_out", label, node.id, params={"features": rest}) if unfit else None


def _leaks(placed: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    if placed.cycles():
        return
    for leak in (*leaks(placed), *answers_in_features(placed, schemas)):
        fix = _leak_fix(placed.by_id[leak.node], leak)
        field = "features" if leak.columns else None
        yield Problem(leak.code, leak.message, node=leak.node, field=field, hint=leak.hint, fix=fix, model=leak.model)


def _leak_fix(node: Node, leak: Leak) -> Fix | None:
    if leak.removable:
        return Fix("remove", f"Remove {node.label}", node.id, remove=True)
    if not leak.columns:
        return None
    label = f"Leave out {_count(list(leak.columns), 'column')}"
    return Fix("leave_out", label, node.id, params={"features": _without(node.params, leak.columns)})


def _without(params: Mapping[str, Any], columns: Iterable[str]) -> Any:
    """The features as drawn, less some columns."""
    drawn = params.get("features", "all")
    if isinstance(drawn, str):
        return {"select": drawn, "except": [*columns]}
    if isinstance(drawn, Mapping):
        already = drawn.get("except", drawn.get("exceptions", ()))
        return {"select": drawn.get("select", "all"), "except": [*dict.fromkeys((*already, *columns))]}
    return [name for name in drawn if name not in set(columns)]


def _model_inputs(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    for node in pipeline.nodes:
        known = schemas.get(node.id)
        if known is None or not isinstance(known.component, Estimator):
            continue
        params, schema = known.component.params, known.inputs["table"]
        if known.component.task == "regression" and kind_of(schema[params.target]) == "text":
            message = f"{node.label}: the target {params.target!r} is text, but this model predicts a number."
            hint = "Choose a classifier, or convert the column with Cast."
            yield Problem("wrong_target", message, node=node.id, field="target", hint=hint)
        if params.target in params.features:
            message = f"{node.label}: the target {params.target!r} is also a feature."
            fix = Fix("leave_out", "Take it out", node.id, params={"features": _without(node.params, [params.target])})
            yield Problem("target_is_feature", message, node=node.id, field="features", hint="Take it out.", fix=fix)
        elif not len(params.features):
            yield _no_features(node, schema, params.target)
        elif not isinstance(node.params.get("features", "all"), list | tuple):
            yield from _unused_columns(node, schema, params.target)


def _no_features(node: Node, schema: sch.Schema, target: str) -> Problem:
    text = _columns_of(schema, ("text",), target)
    return Problem(
        "no_features",
        f"{node.label} has no column to learn from.",
        node=node.id,
        field="features",
        hint="Encode the text columns, or choose features." if text else "Connect a table with more columns.",
        fix=_encode_fix(node, text, {"features": "all"}) if text else None,
    )


def _unused_columns(node: Node, schema: sch.Schema, target: str) -> Iterator[Problem]:
    skipped = set(_exceptions(node))
    text = [name for name in _columns_of(schema, ("text",), target) if name not in skipped]
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
    dates = [name for name in _columns_of(schema, ("datetime", "other"), target) if name not in skipped]
    if dates:
        yield Problem(
            "column_not_used",
            f"{node.label} cannot use {_count(dates, 'column')}: {_listed(dates)}.",
            "info",
            node.id,
            "features",
            "Turn dates into numbers with a formula, such as year(…).",
            Fix(
                "drop_columns",
                f"Drop the {_count(dates, 'column')}",
                node.id,
                insert=("drop_columns", {"columns": dates}),
            ),
        )


def _exceptions(node: Node) -> tuple[str, ...]:
    drawn = node.params.get("features")
    return tuple(drawn.get("except", drawn.get("exceptions", ()))) if isinstance(drawn, Mapping) else ()


def _idle_splits(pipeline: Pipeline) -> Iterator[Problem]:
    for node in pipeline.nodes:
        if is_a(node, Split) and not any(
            is_a(pipeline.by_id[below], Estimator) for below in pipeline.descendants(node.id) if below in pipeline.by_id
        ):
            yield Problem(
                "idle_split", f"{node.label} has no model after it.", "info", node.id, hint="Connect a model below it."
            )


def _encode_fix(node: Node, text: list[str], params: Mapping[str, Any] | None = None) -> Fix:
    insert = ("encode_one_hot", {"columns": text})
    return Fix("encode_text", f"Encode the {_count(text, 'text column')}", node.id, insert=insert, params=params or {})


def _columns_of(schema: sch.Schema, kinds: tuple[Kind, ...], target: str) -> list[str]:
    return [name for name, dtype in visible(schema).items() if kind_of(dtype) in kinds and name != target]


def _count(names: list[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _port(pipeline: Pipeline, node_id: str, side: str, name: str) -> Port | None:
    node = pipeline.by_id.get(node_id)
    ports = spec_ports(node.component, side) if node else ()
    return next((port for port in ports if port.name == name), None)


def _ends(pipeline: Pipeline, edge: Edge) -> tuple[Port | None, Port | None]:
    return (
        _port(pipeline, edge.source, "outputs", edge.source_port),
        _port(pipeline, edge.target, "inputs", edge.target_port),
    )


def _refusal(pipeline: Pipeline, edge: Edge, reason: str) -> str:
    source, target = _ends(pipeline, edge)
    return MESSAGES[reason].format(source=source and source.kind, target=target and target.kind)


def _takes_many(pipeline: Pipeline, edge: Edge) -> bool:
    target = _ends(pipeline, edge)[1]
    return target is None or target.many


def _is_known(node: Node) -> bool:
    return is_a(node, Component)
