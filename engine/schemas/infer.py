"""Columns at every port, without executing anything."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
from pydantic import ValidationError

from components.base import (
    Application,
    Component,
    Estimator,
    Learner,
    Reporting,
    Source,
    StoredTable,
    Wrapper,
)
from components.base.outside import OutsideTable
from components.catalog import component
from components.errors import ComponentError
from components.ports import ROW
from engine.errors import PEOPLE_ERRORS, CanvasbackError, ParamError
from engine.graph import Node, Pipeline, component_of
from engine.schemas.known import KEPT_ANSWERS, NodeSchemas, output_tables
from engine.schemas.models import added_by, model_inputs, reported
from engine.schemas.param_words import in_words
from storage.errors import StorageError

PREDICTION = "prediction"
PROBABILITY = "probability"
PROBABILITIES = "__cb_probabilities"
"""Hidden: the probability of every class, in the model's order."""

log = logging.getLogger("canvasback.schemas")

TableSchemas = Callable[[StoredTable | OutsideTable], sch.Schema]
"""Tells the schema of a stored table; raises MissingThing."""


def infer(pipeline: Pipeline, stored: TableSchemas) -> dict[str, NodeSchemas]:
    """The schemas of every node that can be reached from sound inputs.

    A node behind a broken one has no schemas and no errors: one mistake is told once.
    """
    known: dict[str, NodeSchemas] = {}
    order = pipeline.order()
    hidden = targets_after(pipeline, order)
    for node_id in order:
        known[node_id] = infer_node(pipeline, pipeline.by_id[node_id], known, hidden[node_id], stored)
    return known


def infer_node(
    pipeline: Pipeline, node: Node, known: Mapping[str, NodeSchemas], hidden: frozenset[str], stored: TableSchemas
) -> NodeSchemas:
    """The schemas of one node, from what is known of those before it.

    Parameters
    ----------
    node
        Which may have other params than in the pipeline.
    hidden
        The targets of everything after it.
    """
    schemas = inputs_of(pipeline, node.id, known)
    answer = _infer_node(node, schemas, hidden, _members(pipeline, node.id, known))
    return _with_rows(answer, node, stored) if isinstance(answer.component, Source) else answer


def inputs_of(pipeline: Pipeline, node_id: str, known: Mapping[str, NodeSchemas]) -> dict[str, sch.Schema]:
    """The columns that a node may speak of, by input port."""
    schemas = {port: found for port, found in _inputs(pipeline, node_id, known).items() if found is not None}
    return schemas | model_inputs(pipeline, node_id, known)


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
    node: Node, schemas: Mapping[str, sch.Schema], hidden: frozenset[str], members: tuple[Estimator[Any], ...]
) -> NodeSchemas:
    identity = " ".join((node.component, repr(node.params), *map(_identity, members)))
    try:
        return _sound(_Question(node, tuple(schemas.items()), hidden, identity, members))
    except ParamError as error:
        return NodeSchemas(inputs=schemas, errors=tuple(error.detail.pop("all", (error.at(node.id),))))
    except PEOPLE_ERRORS as error:
        return NodeSchemas(inputs=schemas, errors=(as_node_error(error, node),))
    except Exception as error:  # a component's own mistake must not take the canvas away
        log.warning("component %r failed on %r", node.component, node.params, exc_info=True)
        return NodeSchemas(inputs=schemas, errors=(_mistake(node, error),))


@dataclass(frozen=True)
class _Question:
    """What the answer about a node depends on: nodes with equal questions share one, whatever they are called."""

    node: Node = field(compare=False)
    schemas: tuple[tuple[str, sch.Schema], ...]
    hidden: frozenset[str]
    identity: str
    members: tuple[Estimator[Any], ...] = field(default=(), compare=False)


@lru_cache(maxsize=KEPT_ANSWERS)
def _sound(asked: _Question) -> NodeSchemas:
    """The answer about a node that fits its inputs; what does not raises, and is not remembered."""
    schemas = dict(asked.schemas)
    drawn = read_params(asked.node)
    if not _is_fed(drawn, schemas) or (isinstance(drawn, Wrapper) and not asked.members):
        return NodeSchemas(inputs=schemas)
    bound = bind(drawn, schemas, asked.hidden)
    if isinstance(bound, Wrapper):
        bound = bound.made_of(asked.members)
    told = bound.outline(*schemas.values())
    if told is not None:
        return NodeSchemas(bound, schemas, {port: outline.schema for port, outline in told.items()}, told)
    if isinstance(bound, Estimator):
        return NodeSchemas(bound, schemas, {"predictions": predictions_schema(bound, schemas["table"])})
    if isinstance(bound, Reporting):
        return NodeSchemas(bound, schemas, reported(bound))
    if isinstance(bound, Application):
        return NodeSchemas(bound, schemas, {"table": _with_added(schemas["table"], added_by(schemas))})
    built = output_tables(bound, schemas)
    return NodeSchemas(bound, schemas, {port: table.schema() for port, table in built.items()}, built=built)


def _with_rows(answer: NodeSchemas, node: Node, stored: TableSchemas) -> NodeSchemas:
    """A source's answer with its columns: those of a stored table may change at any time, so they are asked again."""
    assert isinstance(answer.component, Source)  # noqa: S101  the only caller checks
    try:
        return NodeSchemas(answer.component, outputs={"table": source_schema(answer.component, stored)})
    except PEOPLE_ERRORS as error:
        return NodeSchemas(errors=(as_node_error(error, node),))


def _mistake(node: Node, error: Exception) -> CanvasbackError:
    first = (str(error).strip().splitlines() or [""])[0][:200]
    told = CanvasbackError(
        f"{node.label} cannot work with this table: {first or type(error).__name__}.",
        hint="Choose other columns or another component; the log has the details.",
        node_id=node.id,
    )
    told.code = "component_failed"  # type: ignore[misc]  # the one case that has no class
    return told


def bind(drawn: Component[Any], schemas: Mapping[str, sch.Schema], hidden: frozenset[str]) -> Component[Any]:
    """The component with explicit columns. What learns or prepares leaves the targets further down alone.

    Raises
    ------
    ComponentError
    """
    if isinstance(drawn, Estimator):
        return type(drawn)(drawn.params.bind(schemas, frozenset({drawn.params.target})))
    prepares = isinstance(drawn, Learner) or drawn.spec.category.startswith("prepare/")
    return type(drawn)(drawn.params.bind(schemas, hidden if prepares else frozenset()))


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


def source_schema(source: Source[Any], stored: TableSchemas) -> sch.Schema:
    """The schema of a source's rows, with the row id."""
    table = source.table()
    if isinstance(table, StoredTable | OutsideTable):
        return stored(table)
    return sch.Schema({ROW: dt.int64, **sch.Schema.from_pyarrow(table.schema)})


def predictions_schema(bound: Estimator[Any], schema: sch.Schema) -> sch.Schema:
    """The input's columns and what the model says of each row.

    Raises
    ------
    ParamError
        When a column already has such a name.
    """
    added = {PREDICTION: _answer_type(schema[bound.params.target]) if bound.task == "classification" else dt.float64}
    if bound.task == "classification":
        added |= {PROBABILITY: dt.float64, PROBABILITIES: dt.Array(dt.float64)}
    return _with_added(schema, added)


def _with_added(schema: sch.Schema, added: Mapping[str, dt.DataType]) -> sch.Schema:
    # DuckDB ignores case: "Prediction" would be taken for ours.
    taken = next((name for name in schema if name.lower() in added), None)
    if taken:
        raise ParamError(
            f"The table already has a column {taken!r}, which the model would add.", hint="Rename or drop it."
        )
    return sch.Schema({**schema, **added})


def _is_fed(drawn: Component[Any], schemas: Mapping[str, sch.Schema]) -> bool:
    if isinstance(drawn, Reporting):
        return bool(schemas)
    is_told = isinstance(drawn, Application)
    needed = [port.name for port in drawn.spec.inputs if (port.kind == "table" or is_told) and not port.optional]
    if isinstance(drawn, Wrapper):
        needed = ["table"]  # implied where it is not drawn
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


def _members(pipeline: Pipeline, node_id: str, known: Mapping[str, NodeSchemas]) -> tuple[Estimator[Any], ...]:
    """The models that arrive at a node, in drawing order; none where one of them is not sound."""
    above = [known.get(edge.source) for edge in pipeline.models_into(node_id)]
    found = tuple(each.component for each in above if each and isinstance(each.component, Estimator))
    return found if len(found) == len(above) else ()


def _identity(model: Estimator[Any]) -> str:
    members = model.members if isinstance(model, Wrapper) else ()
    return " ".join((model.spec.key, repr(model.params), *map(_identity, members)))


def targets_after(pipeline: Pipeline, order: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each node, the targets of everything after it."""
    hidden: dict[str, frozenset[str]] = {}
    for node_id in reversed(tuple(order)):
        after = {edge.target for edge in pipeline.out_of(node_id) if edge.target in hidden}
        hidden[node_id] = frozenset[str]().union(
            *(hidden[target] | _targets(pipeline.by_id[target]) for target in after)
        )
    return hidden


def _targets(node: Node) -> frozenset[str]:
    """What a node says it predicts, even while its other params do not fit yet."""
    try:
        named = component(node.component).params_type().targets()
    except ComponentError:
        return frozenset()
    return frozenset(value for name in named if isinstance(value := node.params.get(name), str))


def _answer_type(target: dt.DataType) -> dt.DataType:
    """Decimals are learned, and told, as floats."""
    return dt.float64 if target.is_decimal() else target


def _quoted_param(node: Node, message: str) -> str | None:
    """The param that a complaint about all of them names first: “'quantile' is set exactly when …”."""
    fields = component(node.component).params_type().model_fields
    return next((name for name in re.findall(r"'(\w+)'", message) if name in fields), None)


def _param_error(node: Node, item: Any) -> ParamError:
    place = [str(part) for part in item["loc"]]
    field = place[0] if place else _quoted_param(node, item["msg"])
    words = (field or "").replace("_", " ")
    if item["type"] == "missing":
        message = f"{node.label}: “{words.capitalize()}” is not set."
        return ParamError(message, hint="Give it a value.", node_id=node.id, field=field)
    if item["type"] == "extra_forbidden":
        message = f"{node.label} has no setting “{words}” here; another version may have it."
        detail = {"unknown": field} if len(place) == 1 else {}
        return ParamError(message, hint="Remove it.", node_id=node.id, field=field, detail=detail)
    plain = in_words(item)
    reason = f"“{words.capitalize()}” {plain}" if plain else f"{words}: {item['msg'].removeprefix('Value error, ')}"
    return ParamError(f"{node.label}: {reason}.", hint="Correct the value.", node_id=node.id, field=field)
