"""Read a model's answers back from its table, and report on them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from components.base import Evaluation, Grouped, Model, Predictions, Unsupervised
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.errors import DataError
from engine.schemas import PREDICTION, PROBABILITIES
from engine.serve.modelfile import MODEL, ModelFile
from engine.train.groups import read_groups
from engine.train.target import plain


def report(
    evaluation: Evaluation[Any],
    model: Model[Any],
    table: ir.Table,
    backend: Backend,
    facts: Mapping[str, Any],
    folder: Path,
) -> dict[str, Any]:
    """What an evaluation says of a model.

    Parameters
    ----------
    table
        What the model said of rows, possibly filtered since.
    facts, folder
        The model's own description, and where its files are.

    Raises
    ------
    DataError
        When the columns or the rows are gone.
    """
    if isinstance(model, Unsupervised):
        return evaluation.describe(read_grouped(type(model), table, backend, folder))
    return evaluation.report(read_predictions(table, backend, facts))


def read_grouped(kind: type[Unsupervised[Any]], table: ir.Table, backend: Backend, folder: Path) -> Grouped:
    """What a model without a target said of rows.

    Raises
    ------
    DataError
        When the columns or the rows are gone.
    """
    described = ModelFile.model_validate_json((folder / MODEL).read_text())
    return read_groups(kind, table, described.matrix, backend)


def read_predictions(table: ir.Table, backend: Backend, facts: Mapping[str, Any]) -> Predictions:
    """What a model said of its test rows.

    Parameters
    ----------
    table
        A model's `predictions` output, possibly filtered since.
    facts
        The model's own description: task, target, classes, positive.

    Raises
    ------
    DataError
        When the columns or the test rows are gone.
    """
    target = facts["target"]
    is_classification = facts["task"] == "classification"
    for name in (target, PREDICTION, ROLE, *([PROBABILITIES] if is_classification else [])):
        if name not in table.columns:
            raise DataError(f"The predictions have no column {name!r} any more.", hint="Connect the model directly.")
    wanted = [target, PREDICTION, *([PROBABILITIES] if is_classification else [])]
    tested = table.filter((table[ROLE] == "test") & table[target].notnull() & table[PREDICTION].notnull())
    # Sums must not depend on the order of the rows.
    order = [tested[name] for name in (ROW, target, PREDICTION) if name in tested.columns]
    found = backend.collect(tested.order_by(order).select(wanted))
    if not found.num_rows:
        raise DataError("There are no test rows to evaluate.", hint="Check the split and the filters before this node.")
    if not is_classification:
        truth, answers = (found.column(i).cast(pa.float64(), safe=False).to_numpy() for i in (0, 1))
        return Predictions("regression", truth, answers)
    return _classified(found, tuple(facts["classes"]), facts.get("positive"))


def _classified(found: pa.Table, classes: tuple[Any, ...], positive: Any) -> Predictions:
    truth, answers = (np.array(plain(found.column(i)).to_pylist(), dtype=object) for i in (0, 1))
    flat = found.column(2).combine_chunks().flatten().to_numpy()
    known = np.isin(truth, np.array(classes, dtype=object))
    return Predictions(
        "classification",
        truth[known],
        answers[known],
        flat.reshape(len(truth), len(classes))[known],
        classes,
        positive,
    )
