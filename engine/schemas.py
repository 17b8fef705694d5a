"""Columns at every port, without executing anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
from pydantic import ValidationError

from components.base import (
    Component,
    Estimator,
    Evaluation,
    LearnedTransform,
    Source,
    Split,
    StoredTable,
    Transform,
    unbound,
)
from components.errors import ComponentError
from components.ports import ROLE, ROW
from engine.errors import PEOPLE_ERRORS, CanvasbackError, ParamError
from engine.graph import Node, Pipeline, component_of
from storage.errors import StorageError

PREDICTION = "prediction"
PROBABILITY = "probability"
PROBABILITIES = "__cb_probabilities"
"""Hidden: the probability of every class, in the model's order."""

TableSchemas = Callable[[StoredTable], sch.Schema]
"""Tells the schema of a stored table; raises MissingThing."""


@dataclass(frozen=True)
class NodeSchemas:
    """What is known of one node before it runs.

    Parameters
    ----------
    component
        With bound params; None where they do not fit.
    errors
        Why not.
    """

    component: Component[Any] | None = None
    inputs: Mapping[str, sch.Schema] = field(default_factory=dict)
    outputs: Mapping[str, sch.Schema] = field(default_factory=dict)
    errors: tuple[CanvasbackError, ...] = ()


def infer(pipeline: Pipeline, stored: TableSchemas) -> dict[str, NodeSchemas]:
    """The schemas of every node that can be reached from sound inputs.

    A node behind a broken one has no schemas and no errors: one mistake is told once.
    """
    known: dict[str, NodeSchemas] = {}
    targets = _targets(pipeline)
    for node_id in pipeline.order():
        node = pipeline.by_id[node_id]
        hidden = frozenset().union(*(targets.get(other, frozenset()) for other in pipeline.descendants(node_id)))
        known[node_id] = _infer_node(node, _inputs(pipeline, node_id, known), hidden, stored)
    return known


def read_params(node: Node) -> Component[Any]:
    """The node's component with its params validated, selectors still open.

    Raises
    ------
    ParamError
        For the first field that does not fit; `detail["all"]` lists every one.
    """
    kind = component_of(node)
    try:
        return kind(kind.params_type().model_validate(node.params))
    except ValidationError as error:
        found = [_param_error(node, item) for item in error.errors(include_url=False)]
        found[0].detail["all"] = found
        raise found[0] from error


def _infer_node(
    node: Node, inputs: Mapping[str, sch.Schema | None], hidden: frozenset[str], stored: TableSchemas
) -> NodeSchemas:
    schemas = {port: schema for port, schema in inputs.items() if schema is not None}
    try:
        drawn = read_params(node)
    except ParamError as error:
        return NodeSchemas(inputs=schemas, errors=tuple(error.detail.pop("all")))
    except ComponentError as error:
        return NodeSchemas(inputs=schemas, errors=(as_node_error(error, node),))
    if not _is_fed(drawn, schemas):
        return NodeSchemas(inputs=schemas)
    try:
        bound = bind(drawn, schemas, hidden)
        return NodeSchemas(bound, schemas, _outputs(bound, schemas, stored))
    except PEOPLE_ERRORS as error:
        return NodeSchemas(inputs=schemas, errors=(as_node_error(error, node),))


def bind(drawn: Component[Any], schemas: Mapping[str, sch.Schema], hidden: frozenset[str]) -> Component[Any]:
    """The component with explicit columns. What learns leaves the targets further down alone.

    Raises
    ------
    ComponentError
    """
    if isinstance(drawn, Estimator):
        return type(drawn)(drawn.params.bind(schemas, frozenset({drawn.params.target})))
    return type(drawn)(drawn.params.bind(schemas, hidden if isinstance(drawn, LearnedTransform) else frozenset()))


def as_node_error(error: ComponentError | CanvasbackError | StorageError, node: Node) -> CanvasbackError:
    """A component's complaint, with the node's name."""
    if isinstance(error, CanvasbackError):
        return error.at(node.id)
    told = CanvasbackError(error.message, hint=error.hint, node_id=node.id, field=getattr(error, "field", None))
    told.code = error.code  # type: ignore[misc]  # their own code, kept
    column = getattr(error, "column", None)
    if column:
        told.detail["column"] = column
    return told


def _outputs(bound: Component[Any], schemas: Mapping[str, sch.Schema], stored: TableSchemas) -> dict[str, sch.Schema]:
    tables = [unbound(schema, name) for name, schema in schemas.items()]
    match bound:
        case Source():
            return {"table": source_schema(bound, stored)}
        case LearnedTransform():
            return {"table": bound.transform(tables[0], bound.unfitted()).schema()}
        case Split():
            bound.roles(tables[0])
            return {"table": sch.Schema({**_without_role(schemas["table"]), ROLE: dt.string})}
        case Estimator():
            return {"predictions": predictions_schema(bound, schemas["table"])}
        case Transform():
            made = bound.transform(*tables)
            ports = made if isinstance(made, Mapping) else {bound.spec.outputs[0].name: made}
            return {name: table.schema() for name, table in ports.items()}
        case _:
            return {}


def source_schema(source: Source[Any], stored: TableSchemas) -> sch.Schema:
    """The schema of a source's rows, with the row id."""
    table = source.table()
    if isinstance(table, StoredTable):
        return stored(table)
    return sch.Schema({ROW: dt.int64, **sch.Schema.from_pyarrow(table.schema)})


def predictions_schema(bound: Estimator[Any], schema: sch.Schema) -> sch.Schema:
    """The input's columns and what the model says of each row.

    Raises
    ------
    ParamError
        When a column already has such a name.
    """
    added = {PREDICTION: schema[bound.params.target] if bound.task == "classification" else dt.float64}
    if bound.task == "classification":
        added |= {PROBABILITY: dt.float64, PROBABILITIES: dt.Array(dt.float64)}
    for name in added:
        if name in schema:
            raise ParamError(
                f"The table already has a column {name!r}, which the model would add.", hint="Rename or drop it."
            )
    return sch.Schema({**schema, **added})


def _is_fed(drawn: Component[Any], schemas: Mapping[str, sch.Schema]) -> bool:
    if isinstance(drawn, Evaluation):
        return True
    needed = [port.name for port in drawn.spec.inputs if port.kind == "table" and not port.optional]
    return all(name in schemas for name in needed)


def _inputs(pipeline: Pipeline, node_id: str, known: Mapping[str, NodeSchemas]) -> dict[str, sch.Schema | None]:
    """The schema at each table input, in the order of the ports."""
    try:
        ports = component_of(pipeline.by_id[node_id]).spec.inputs
    except ComponentError:
        return {}
    arriving = {edge.target_port: edge for edge in pipeline.into(node_id)}
    tables = {}
    for port in ports:
        edge = arriving.get(port.name)
        if port.kind == "table" and edge and edge.source in known:
            tables[port.name] = known[edge.source].outputs.get(edge.source_port)
    return tables


def _targets(pipeline: Pipeline) -> dict[str, frozenset[str]]:
    targets = {}
    for node in pipeline.nodes:
        try:
            targets[node.id] = read_params(node).params.targets()
        except (ParamError, ComponentError):
            target = node.params.get("target")
            targets[node.id] = frozenset({target}) if isinstance(target, str) else frozenset()
    return targets


def _without_role(schema: sch.Schema) -> dict[str, dt.DataType]:
    return {name: dtype for name, dtype in schema.items() if name != ROLE}


def _param_error(node: Node, item: Any) -> ParamError:
    place = [str(part) for part in item["loc"]]
    field = place[0] if place else None
    words = (field or "").replace("_", " ")
    if item["type"] == "missing":
        return ParamError(f"{node.label}: {words} is not set.", hint=f"Choose {words}.", node_id=node.id, field=field)
    if item["type"] == "extra_forbidden":
        return ParamError(f"{node.label} has no param {field!r}.", hint="Remove it.", node_id=node.id, field=field)
    reason = item["msg"].removeprefix("Value error, ")
    return ParamError(f"{node.label}: {words}: {reason}.", hint="Correct the value.", node_id=node.id, field=field)
