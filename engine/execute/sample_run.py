"""Sample rows sent through a drawing, node by node; an edit of one node computes only it and what comes after."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

from components.base import Component, Cut, LearnedFromRows, LearnedTransform, MatrixTransform, Source, Split, Transform
from components.ports import ROLE
from engine.backends.backend import Backend
from engine.backends.duckdb import DuckDBBackend
from engine.checks import Review
from engine.errors import PEOPLE_ERRORS, CanvasbackError, LimitReached
from engine.execute.shelf import Shelf, Tables
from engine.schemas import NodeSchemas, with_roles
from engine.train.room import Room
from engine.train.transforms import learn

MOST_NODES = 60
"""Further from its sources, a node is not tried: every step before it may have to be taken again."""
MOST_ROWS = 200_000
"""That one node may make of the sample."""
LEARNED_ROWS = 2_000
"""Of the sample, for what looks at rows one by one to learn: nothing can stop it in between."""


LEARNING_MB = 32
"""For what scikit-learn may learn from, which bounds how long it takes: nothing can stop it either."""


class NotTried(CanvasbackError):
    """Sample rows cannot show what the node does."""

    code = "not_tried"


class Samples(Protocol):
    """Gives a few rows of a source, with their ids."""

    def identity(self, source: Source[Any]) -> str:
        """What tells these rows from any others, without reading them."""

    def rows(self, source: Source[Any]) -> pa.Table:
        """The rows.

        Raises
        ------
        MissingThing
        """


class SampleRun:
    """What nodes make of the samples.

    Parameters
    ----------
    shelf
        What earlier runs made; this one adds to it.
    """

    def __init__(self, review: Review, samples: Samples, shelf: Shelf, backend: DuckDBBackend) -> None:
        self._placed = review.placement.pipeline
        self._order = tuple(self._placed.order())
        self._schemas = review.schemas
        self._samples = samples
        self._shelf = shelf
        self._backend = backend
        self._prints: dict[str, str] = {}
        self._made: dict[str, Tables] = {}

    def known(self, node_id: str) -> NodeSchemas:
        """What is known of a node before it runs."""
        return self._schemas.get(node_id, NodeSchemas())

    def inputs(self, node_id: str) -> dict[str, pa.Table]:
        """The rows that arrive at the table inputs of a node, in the order of its ports.

        Raises
        ------
        NotTried
            When a step before it has errors, fails on the sample, or works on whole tables only.
        """
        if len(self._placed.ancestors(node_id)) > MOST_NODES:
            raise NotTried("Too many steps come before this node to show it on sample rows.", hint="Run to here.")
        ends = {edge.target_port: (edge.source, edge.source_port) for edge in self._placed.into(node_id)}
        known = self.known(node_id)
        # What reads no table of a node, such as a model, does not ask for its rows.
        return {port: self._before(ends[port][0])[ends[port][1]] for port in known.inputs if port in ends}

    def outputs(self, node_id: str) -> Tables:
        """What a node makes of the rows that arrive.

        Raises
        ------
        CanvasbackError, ComponentError, StorageError
        """
        if node_id not in self._made:
            fingerprint = self._print(node_id)
            made = self._shelf.get(fingerprint)
            if made is None:
                made = self._make(node_id)
                self._shelf.put(fingerprint, made)
            self._made[node_id] = made
        return self._made[node_id]

    def _before(self, node_id: str) -> Tables:
        """The same, of a node before the one that is looked at: what goes wrong there is told with its name."""
        label = self._placed.by_id[node_id].label
        if self.known(node_id).component is None:
            raise NotTried(f"{label} comes before and is not set up yet.", hint="Set it up first.")
        try:
            return self.outputs(node_id)
        except NotTried:
            raise
        except PEOPLE_ERRORS as error:
            message = getattr(error, "message", str(error))
            raise NotTried(f"{label}, which comes before, stops at the sample rows: {message}") from error

    def _make(self, node_id: str) -> Tables:
        component = self.known(node_id).component
        if isinstance(component, Source):
            return {"table": self._samples.rows(component)}
        if component is None or not is_tried(component):
            label = self._placed.by_id[node_id].label
            raise NotTried(f"{label} comes before and needs a whole run.", hint="Run to here to see rows.")
        inputs = self.inputs(node_id)
        if isinstance(component, MatrixTransform):
            (rows,) = inputs.values()
            return {"table": computed(component, rows, self._backend)}
        arriving = [self._backend.lend(table) for table in inputs.values()]
        made = applied(component, arriving, self._backend)
        return {port: self._collected(table, node_id) for port, table in made.items()}

    def _collected(self, table: ir.Table, node_id: str) -> pa.Table:
        """The rows, unless there are too many: a join can make billions of a sample."""
        made = self._backend.few(table, MOST_ROWS + 1)
        if len(made) <= MOST_ROWS:
            return made
        label = self._placed.by_id[node_id].label
        message = f"{label} makes so many rows even of the sample that the preview was stopped."
        raise NotTried(message, hint="Check what it joins or repeats by.")

    def _print(self, node_id: str) -> str:
        """What a result depends on: the component, its params, and the prints of what arrives."""
        above = self._placed.ancestors(node_id)
        for name in (*(name for name in self._order if name in above), node_id):
            if name not in self._prints:
                self._prints[name] = self._own_print(name)
        return self._prints[node_id]

    def _own_print(self, node_id: str) -> str:
        component = self.known(node_id).component
        if component is None:
            return f"unknown {node_id}"
        data = self._samples.identity(component) if isinstance(component, Source) else ""
        above = [
            (edge.target_port, self._prints.get(edge.source, ""), edge.source_port)
            for edge in self._placed.into(node_id)
        ]
        params = component.params.model_dump(mode="json")
        told = [component.spec.key, component.spec.version, data or params, sorted(above)]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def is_tried(component: Component[Any]) -> bool:
    """Whether sample rows can show what a component does: it is a query, or learns in a moment."""
    return component.is_lazy or (isinstance(component, MatrixTransform) and component.is_quick)


def computed(component: MatrixTransform[Any], rows: pa.Table, backend: Backend) -> pa.Table:
    """What a scikit-learn transformer that learned from these rows makes of them.

    Raises
    ------
    NotTried
        When there are too many columns to do so in a moment.
    UnfitForTraining
    """
    table = backend.register(rows)  # learning reads in threads of its own
    try:
        fitted = learn(component, table, backend, Room(LEARNING_MB))
    except LimitReached as error:
        message = f"{component.spec.title} has too many columns here to be shown on sample rows."
        raise NotTried(message, hint="Run to here to see rows.") from error
    made = fitted.made(rows)
    schema = component.outline(table.schema())["table"].schema.to_pyarrow()
    return pa.table({name: made[name] if name in made else rows.column(name) for name in schema.names})


def applied(component: Component[Any], inputs: list[ir.Table], backend: Backend) -> Mapping[str, ir.Table]:
    """The outputs of a lazy component, learned from these rows where it learns.

    Raises
    ------
    NotTried
        When it is not lazy.
    """
    match component:
        case LearnedTransform():
            (table,) = inputs
            rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
            return {"table": component.transform(table, _learned(component, rows, backend))}
        case Split():
            (table,) = inputs
            cuts = component.cuts(table)
            found = [] if cuts is None else [Cut(**row) for row in backend.collect(cuts).to_pylist()]
            return {"table": with_roles(component, table, found)}
        case Transform():
            given = component.transform(*inputs)
            return dict(given) if isinstance(given, Mapping) else {component.spec.outputs[0].name: given}
        case _:
            raise NotTried(f"{component.spec.title} needs a whole run.", hint="Run to here to see rows.")


def _learned(component: LearnedTransform[Any, Any], rows: ir.Table, backend: Backend) -> Any:
    if isinstance(component, LearnedFromRows):
        return component.learn_rows(backend.collect(component.asked(rows).limit(LEARNED_ROWS)))
    return component.measured(backend.measured(rows, component.measures(rows)))
