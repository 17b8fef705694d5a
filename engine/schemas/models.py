"""What is known, before it runs, of a model that another node takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch

from components.base import Application, Component, Evaluation, Model, Reporting, Split
from components.errors import ColumnMissing, ComponentError, WrongKind
from components.params import ARTICLE
from components.ports import ROW, is_reserved, kind_of, visible
from engine.graph import Edge, Node, Pipeline, component_of, makes_new_rows
from engine.schemas.known import NodeSchemas
from engine.schemas.lineage import computed_from

SAYS = "__cb_says_"
"""Before the name of what a model adds to a row, where a port tells it beside the columns that it reads."""

Known = Mapping[str, NodeSchemas]


@dataclass(frozen=True)
class Taken:
    """A trained model as another node takes it.

    Parameters
    ----------
    node
        Which node trains it.
    reads
        The columns that its answers depend on, where its line begins.
    rows
        What can be known of its test rows: the columns where they begin, and those that were made on the way; without
        the target.
    adds
        The columns of what it says.
    """

    node: str
    component: Model[Any]
    reads: sch.Schema
    rows: sch.Schema
    adds: Mapping[str, dt.DataType]


def model_behind(pipeline: Pipeline, edge: Edge) -> str | None:
    """The node whose model a wire brings, or whose predictions, possibly filtered since."""
    seen: set[str] = set()
    above: Edge | None = edge
    while above is not None and above.source in pipeline.by_id and above.source not in seen:
        source = pipeline.by_id[above.source]
        if _is_a(source, Model):
            return source.id
        if makes_new_rows(source, above.source_port):
            return None
        seen.add(source.id)
        above = pipeline.first_input(source.id)
    return None


def model_at(pipeline: Pipeline, edge: Edge, known: Known) -> Taken | None:
    """The model that a wire brings, as far as it is known."""
    node_id = model_behind(pipeline, edge)
    found = known.get(node_id or "", NodeSchemas())
    if node_id is None or not isinstance(found.component, Model):
        return None
    arriving, said = found.inputs.get("table"), found.outputs.get(answers_port(found.component))
    begins = _where_rows_begin(pipeline, node_id, known)
    if arriving is None or said is None or begins is None:
        return None
    target = found.component.target
    reads = _reads(pipeline, node_id, found.component, known)
    there = {name.lower() for name in begins}  # engines do not tell "Age" from "age"
    made = {name: dtype for name, dtype in visible(arriving).items() if name.lower() not in there}
    plain = {name: dtype for name, dtype in made.items() if kind_of(dtype) != "one_hot"}
    rows = {name: dtype for name, dtype in {**visible(begins), **plain}.items() if name != target}
    return Taken(
        node_id,
        found.component,
        sch.Schema({name: dtype for name, dtype in visible(begins).items() if name in reads}),
        sch.Schema(rows),
        {name: dtype for name, dtype in said.items() if name not in arriving},
    )


def answers_port(model: Model[Any]) -> str:
    """Where a model's answers for rows come out."""
    return next(port.name for port in model.spec.outputs if port.kind == "table")


def model_inputs(pipeline: Pipeline, node_id: str, known: Known) -> dict[str, sch.Schema]:
    """For each port through which a model comes, the columns of its rows that the node may speak of."""
    node = pipeline.by_id[node_id]
    if not _is_a(node, Reporting, Application):
        return {}
    found: dict[str, sch.Schema] = {}
    ports = {port.name for port in component_of(node).spec.inputs if port.kind == "model"}
    ports |= {"predictions"} if _is_a(node, Reporting) else set()
    for edge in pipeline.into(node_id):
        model = model_at(pipeline, edge, known) if edge.target_port in ports else None
        if model is not None:
            found.setdefault(edge.target_port, _told(model, node))
    return found


def reported(bound: Reporting[Any]) -> dict[str, sch.Schema]:
    """The figures of a report."""
    return {port.name: sch.schema({ROW: "int64", **bound.figures}) for port in bound.spec.outputs}


def added_by(schemas: Mapping[str, sch.Schema]) -> dict[str, dt.DataType]:
    """What an application adds to its table, once it is sure that the table has what the model reads.

    Raises
    ------
    ColumnMissing, WrongKind
        Naming the columns.
    """
    model, table = schemas["model"], visible(schemas["table"])
    reads = visible(model)
    missing = [name for name in reads if name not in table]
    if missing:
        listed = ", ".join(repr(name) for name in missing[:8]) + (" and more" if len(missing) > 8 else "")
        what = "columns" if len(missing) > 1 else "a column"
        hint = "Connect a table like the one that the model's line begins with, or rename its columns."
        raise ColumnMissing(f"The table lacks {what} that the model needs: {listed}.", hint=hint, column=missing[0])
    for name, dtype in reads.items():
        wanted, found = kind_of(dtype), kind_of(table[name])
        if wanted != found:
            message = f"Column {name!r} is {ARTICLE[found]}, but the model has learned from {ARTICLE[wanted]}."
            raise WrongKind(message, hint="Convert it with “Change type” first.", column=name)
    return {name.removeprefix(SAYS): dtype for name, dtype in model.items() if name.startswith(SAYS)}


def _told(model: Taken, node: Node) -> sch.Schema:
    if _is_a(node, Evaluation):
        return model.rows
    if _is_a(node, Application):
        return sch.Schema({**model.reads, **{f"{SAYS}{name}": dtype for name, dtype in model.adds.items()}})
    return model.reads


def _up(pipeline: Pipeline, node_id: str) -> Iterator[Edge]:
    """The wires from a node up to where its rows begin."""
    while edge := pipeline.first_input(node_id):
        yield edge
        if makes_new_rows(pipeline.by_id[edge.source], edge.source_port):
            return
        node_id = edge.source


def _where_rows_begin(pipeline: Pipeline, node_id: str, known: Known) -> sch.Schema | None:
    way = list(_up(pipeline, node_id))
    return known.get(way[-1].source, NodeSchemas()).outputs.get(way[-1].source_port) if way else None


def _reads(pipeline: Pipeline, node_id: str, model: Model[Any], known: Known) -> frozenset[str]:
    """The columns that the features are computed from, followed up as an endpoint computes them."""
    *inner, _ = _up(pipeline, node_id)
    wanted = frozenset(model.params.features)
    for edge in inner:
        here = known[edge.source]
        replayed = here.component is not None and here.component.spec.serving != "training_only"
        if replayed and not isinstance(here.component, Split):
            first = next(iter(here.inputs))
            wanted = frozenset(name for port, name in computed_from(here, edge.source_port, wanted) if port == first)
    return frozenset(name for name in wanted if not is_reserved(name))


def _is_a(node: Node, *families: type[Component[Any]]) -> bool:
    try:
        return issubclass(component_of(node), families)
    except ComponentError:
        return False
