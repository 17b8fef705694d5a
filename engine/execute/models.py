"""What learns from a matrix of the rows: models with their serving slice, transformers, and what balances classes."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow.parquet as pq
from pydantic import BaseModel

from components.base import Estimator, LearnedTransform, MatrixTransform, Model, Resampler, Split, Unsupervised
from engine.backends.backend import Backend
from engine.cache import Entry
from engine.execute.folds import fold_plans, inner_plans, split_within
from engine.execute.tables import STATE, Facts, Tables
from engine.leakage import line, origin
from engine.plan import Plan, PlannedNode
from engine.schemas import carried
from engine.serve.modelfile import Others, write_model
from engine.serve.slice import make_slice, transformer_file
from engine.train.folds import Fold
from engine.train.matrix import MatrixSpec
from engine.train.resample import resample
from engine.train.room import Room
from engine.train.training import Inner, Rows, Trained, train
from engine.train.transforms import learn as learn_transformer
from engine.train.transforms import write_made
from engine.train.unsupervised import learn as learn_groups

TRANSFORMER = "transformer.skops"


class Done(Protocol):
    """Another plan that was run, of which nobody was told."""

    def entry(self, node_id: str) -> Entry:
        """The kept results of a node."""
        ...

    def table(self, node_id: str, port: str) -> ir.Table:
        """An output of a node."""
        ...


Aside = Callable[[Plan], Done]
"""Runs another plan."""


class Models:
    """Trains the models of a plan, and what else is fitted on a matrix.

    Parameters
    ----------
    room
        What the matrices of all that train at once may take.
    aside
        Runs other plans.
    """

    def __init__(self, plan: Plan, tables: Tables, backend: Backend, room: Room, aside: Aside) -> None:
        self._plan = plan
        self._tables = tables
        self._backend = backend
        self._room = room
        self._aside = aside

    def train(self, node: PlannedNode, model: Model[Any], folder: Path) -> Facts:
        """Write a trained model with all that an endpoint needs, and what it says of rows."""
        pipeline, table = self._plan.placement.pipeline, self._tables.inputs(node)[0]
        path = line(pipeline, node.id)
        components = {planned.id: planned.component for planned in self._plan.nodes}
        learned = {n: c for n in path if isinstance(c := components[n], LearnedTransform)}
        trained = self._trained(
            node, model, table, folder, is_cross_fitted=any(c.cross_fitted for c in learned.values())
        )
        kept = {n: self._tables.entry(n).folder for n in path if isinstance(components[n], MatrixTransform)}
        states: dict[str, BaseModel] = {n: self._tables.state(n) for n in learned}
        states |= {n: MatrixSpec.model_validate_json((at / STATE).read_text()) for n, at in kept.items()}
        rows = self._tables.table(*origin(pipeline, node.id))
        serving, frozen = make_slice(pipeline, node.id, components, states, rows.schema())
        others = Others(
            {name: self._tables.table(*place) for name, place in frozen.items()},
            {transformer_file(n): at / TRANSFORMER for n, at in kept.items()},
        )
        facts = write_model(folder, model, trained, serving, (rows, table), others, self._backend)
        port = next(port.name for port in model.spec.outputs if port.kind == "table")
        answered = pq.read_metadata(folder / f"{port}.parquet").num_rows
        return {"rows": {port: answered}, "rows_in": trained.seen, "model": facts}

    def transform(self, node: PlannedNode, transformer: MatrixTransform[Any], folder: Path) -> Facts:
        """Write a fitted transformer, and what it makes of every row."""
        table = self._tables.inputs(node)[0]
        fitted = learn_transformer(transformer, table, self._backend, self._room, self._categories(node))
        transformer.save(fitted.transformer, folder / TRANSFORMER)
        (folder / STATE).write_text(fitted.spec.model_dump_json())
        rows = write_made(fitted, table, self._backend, folder / "table.parquet")
        return {"rows": {"table": rows}, "report": fitted.report()}

    def resample(self, node: PlannedNode, resampler: Resampler[Any], folder: Path) -> Facts:
        """Write the rows with other train rows among them."""
        port = resampler.spec.outputs[0].name
        table, path = self._tables.inputs(node)[0], folder / f"{port}.parquet"
        balanced = resample(resampler, table, self._backend, path, self._room)
        return {"rows": {port: balanced.rows}, "rows_in": balanced.seen}

    def _trained(
        self, node: PlannedNode, model: Model[Any], table: ir.Table, folder: Path, *, is_cross_fitted: bool
    ) -> Trained:
        categories = self._categories(node)
        if isinstance(model, Unsupervised):
            return learn_groups(model, table, self._backend, folder, self._room, categories)
        assert isinstance(model, Estimator)  # noqa: S101  a model has a target or none
        folds = [self._fold(plan, node.id) for plan in fold_plans(self._plan, node)]
        splits = (self._plan.by_id[n].component for n in line(self._plan.placement.pipeline, node.id))
        may_watch = all(split.keeps_back for split in splits if isinstance(split, Split))
        rows = Rows(table, categories, folds, is_cross_fitted, may_watch, self._inner(node, model))
        return train(model, rows, self._backend, folder, self._room)

    def _inner(self, node: PlannedNode, model: Estimator[Any]) -> Inner | None:
        """How the rows of a part that a model holds out are prepared for it alone, where that matters."""
        within = split_within(self._plan, node)
        if within is None:
            return None
        given = within.given

        def prepared(folds: int, parts: int) -> Iterator[ir.Table]:
            for plan in inner_plans(self._plan, within, model, self._tables, folds, parts):
                yield self._aside(plan).table(given.node, given.node_port)

        return prepared

    def _fold(self, plan: Plan, model: str) -> Fold:
        entry = self._aside(plan).entry(model)
        return Fold(entry.path("predictions"), entry.meta["model"])

    def _categories(self, node: PlannedNode) -> Mapping[str, tuple[str, ...]]:
        """What the packed columns that arrive somewhere stand for, as far as an encoder on the line learned it."""
        found: dict[str, tuple[str, ...]] = {}
        wanted = frozenset(next(iter(node.known.inputs.values())))
        while wanted and node.inputs:
            given = node.inputs[0]
            node = self._plan.by_id[given.node]
            if isinstance(node.component, LearnedTransform):
                made = node.component.categories(self._tables.state(node.id))
                found |= {name: made[name] for name in made if name in wanted}
            wanted &= carried(node.known, given.node_port)
        return found
