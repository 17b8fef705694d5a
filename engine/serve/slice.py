"""What an endpoint runs: the part of a pipeline between its origin and a model.

Nodes that replay row by row are kept with what they learned; those for training only are skipped; the other side of a
join is frozen with the model, and so is what scikit-learn has fitted; a node that makes new rows is where the
endpoint's input starts.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from components.base import Component, LearnedTransform, Split, Transform, Unsupervised
from components.catalog import component
from components.ports import visible
from engine.graph import Pipeline
from engine.leakage import line


class Step(BaseModel):
    """One node as the endpoint runs it.

    Parameters
    ----------
    state
        What a learned transform has learned; of a scikit-learn transformer, the matrix that it takes.
    lookups
        Port → name of the frozen table behind it.
    port
        The output that the next step goes on with; empty for the first one.
    """

    model_config = ConfigDict(frozen=True)

    node: str
    component: str
    version: int
    params: dict[str, Any]
    state: dict[str, Any] | None = None
    lookups: dict[str, str] = {}
    port: str = ""

    def load(self) -> Component[Any]:
        """The component with its bound params, as it serves."""
        kind = component(self.component)
        return kind(kind.params_type().model_validate(self.params)).when_serving()

    def apply(self, table: ir.Table, lookup: Callable[[str], ir.Table]) -> ir.Table:
        """This step on a table, where it is no scikit-learn transformer."""
        loaded = self.load()
        if isinstance(loaded, LearnedTransform):
            return loaded.transform(table, loaded.state_type().model_validate(self.state))
        if isinstance(loaded, Unsupervised):
            # No feature depends on what it would say (`engine.leakage.unanswered`), but nodes may name the columns.
            return table.mutate(**{name: ibis.null(kind) for name, kind in loaded.adds.items()})
        assert isinstance(loaded, Transform)  # noqa: S101  nothing else is put into a slice
        made = loaded.transform(table, *(lookup(name) for name in self.lookups.values()))
        return made[self.port or loaded.spec.outputs[0].name] if isinstance(made, Mapping) else made


class ServingSlice(BaseModel):
    """The steps from an endpoint's input to the model's features.

    Parameters
    ----------
    columns
        Name → Ibis type of every column at the origin; which of them are needed is found out when the slice is
        compiled.
    """

    model_config = ConfigDict(frozen=True)

    origin: str
    columns: dict[str, str]
    steps: tuple[Step, ...]

    def origin_schema(self) -> sch.Schema:
        """The origin's columns."""
        return sch.schema(self.columns)

    def apply(self, table: ir.Table, lookup: Callable[[str], ir.Table]) -> ir.Table:
        """All steps, in order, where none of them is a scikit-learn transformer."""
        for step in self.steps:
            table = step.apply(table, lookup)
        return table


def transformer_file(node_id: str) -> str:
    """What the fitted transformer of a node is called among a model's files."""
    return f"transform-{node_id}.skops"


def make_slice(
    pipeline: Pipeline,
    model: str,
    components: Mapping[str, Component[Any]],
    states: Mapping[str, Any],
    origin_schema: sch.Schema,
) -> tuple[ServingSlice, dict[str, tuple[str, str]]]:
    """The slice of a model, and where each frozen table comes from.

    Parameters
    ----------
    components
        Node id → component with bound params.
    states
        Node id → learned state, or the matrix of a scikit-learn transformer.

    Returns
    -------
    ServingSlice
    dict
        Name of a frozen table → the node and port that gave it.
    """
    path = line(pipeline, model)
    frozen: dict[str, tuple[str, str]] = {}
    steps = []
    for node_id, following in itertools.pairwise(path[1:]):
        bound = components[node_id]
        if bound.spec.serving == "training_only" or isinstance(bound, Split):
            continue
        lookups = _lookups(pipeline, node_id, bound)
        frozen |= dict(lookups.values())
        state = states.get(node_id)
        steps.append(
            Step(
                node=node_id,
                component=bound.spec.key,
                version=bound.spec.version,
                params=bound.params.model_dump(mode="json"),
                state=state.model_dump(mode="json") if state is not None else None,
                lookups={port: name for port, (name, _) in lookups.items()},
                port=next(edge.source_port for edge in pipeline.into(following) if edge.source == node_id),
            )
        )
    columns = {name: str(dtype) for name, dtype in visible(origin_schema).items()}
    return ServingSlice(origin=path[0], columns=columns, steps=tuple(steps)), frozen


def _lookups(pipeline: Pipeline, node_id: str, bound: Component[Any]) -> dict[str, tuple[str, tuple[str, str]]]:
    """Every table input but the first."""
    others = [port.name for port in bound.spec.inputs if port.kind == "table"][1:]
    return {
        edge.target_port: (f"lookup-{node_id}-{edge.target_port}", (edge.source, edge.source_port))
        for edge in pipeline.into(node_id)
        if edge.target_port in others
    }
