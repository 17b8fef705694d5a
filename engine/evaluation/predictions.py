"""Read a model's answers for the test rows back from its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.base import Grouped, Predictions, Unsupervised
from components.ports import ROLE, ROW, is_reserved
from engine.backends.backend import Backend
from engine.errors import DataError
from engine.schemas import PREDICTION, PROBABILITIES
from engine.serve.evidence import EVIDENCE, HELD_OUT, SAID_PREFIX, TRUTH
from engine.serve.modelfile import MODEL, ModelFile
from engine.serve.scorer import SCORE
from engine.train.groups import read_groups
from engine.train.target import plain

SEEN = "__cb_seen_"
"""Before the name of a column that comes beside the predictions."""


@dataclass(frozen=True)
class Beside:
    """Columns of the same rows that come beside the predictions.

    Parameters
    ----------
    begins
        The table where the rows begin; a column that it has not is taken from the predictions.
    """

    begins: ir.Table
    names: tuple[str, ...] = ()

    def join(self, table: ir.Table) -> ir.Table:
        """A table of predictions with these columns."""
        if not self.names:
            return table
        known = [name for name in self.names if name in self.begins.columns]
        own = table.mutate(**{f"{SEEN}{name}": table[name] for name in self.names if name not in known})
        if not known:
            return own
        found = self.begins.select(__cb_begins=ROW, **{f"{SEEN}{name}": self.begins[name] for name in known})
        return own.left_join(found, own[ROW] == found["__cb_begins"]).drop("__cb_begins")

    def columns(self, found: pa.Table) -> pa.Table | None:
        """These columns of what was collected, under their own names."""
        return pa.table({name: found.column(f"{SEEN}{name}") for name in self.names}) if self.names else None


def read_grouped(kind: type[Unsupervised[Any]], table: ir.Table, backend: Backend, folder: Path) -> Grouped:
    """What a model without a target said of rows.

    Raises
    ------
    DataError
        When the columns or the rows are gone.
    """
    described = ModelFile.model_validate_json((folder / MODEL).read_text())
    return _with_seen(read_groups(kind, table, described.matrix, backend), folder)


def _with_seen(grouped: Grouped, folder: Path) -> Grouped:
    """With the rows kept with the model, in the columns that people know."""
    if not (folder / EVIDENCE).exists():
        return grouped
    kept = pq.read_table(folder / EVIDENCE, filters=[(ROLE, "=", "test")] if grouped.unseen else None)
    kept = kept.filter(kept.column(f"{SAID_PREFIX}{PREDICTION}").is_valid())
    answers, score = kept.column(f"{SAID_PREFIX}{PREDICTION}"), f"{SAID_PREFIX}{SCORE}"
    return replace(
        grouped,
        seen=kept.select([name for name in kept.column_names if not is_reserved(name)]),
        seen_answers=answers.to_numpy(),
        seen_scores=kept.column(score).to_numpy() if score in kept.column_names else None,
    )


def learned_truth(folder: Path, facts: Mapping[str, Any]) -> np.ndarray[Any, Any] | None:
    """The true answers of the train rows kept in a model's folder; None where none are."""
    if not (folder / EVIDENCE).exists():
        return None
    kept = pq.read_table(folder / EVIDENCE, columns=[TRUTH], filters=[(HELD_OUT, "=", False)])
    return as_answers(kept.column(TRUTH), facts["task"], facts["classes"])


def as_answers(truth: pa.ChunkedArray, task: str, classes: Sequence[Any]) -> np.ndarray[Any, Any] | None:
    """True answers as predictions have them, every class at least once, however rare; None where there are none."""
    known = truth.drop_null()
    if not len(known):
        return None
    if task != "classification":
        return np.asarray(known.cast(pa.float64(), safe=False).to_numpy())
    answers = plain(known).to_pylist()
    rare = set(classes) - set(answers)
    return np.array([*answers, *(label for label in classes if label in rare)], dtype=object)


def read_predictions(
    table: ir.Table,
    backend: Backend,
    facts: Mapping[str, Any],
    *,
    beside: Beside | None = None,
    validation: bool = False,
) -> Predictions:
    """What a model said of its test rows.

    Parameters
    ----------
    table
        A model's `predictions` output, possibly filtered since.
    facts
        The model's own description: task, target, classes, positive.
    beside
        Other columns of the same rows.
    validation
        Whether what it said of validation rows is wanted too.

    Raises
    ------
    DataError
        When the columns or the test rows are gone.
    """
    _check_columns(table, facts)
    found = _read(table, backend, facts, "test", beside)
    if found is None or not len(found.truth):
        raise DataError("There are no test rows to evaluate.", hint="Check the split and the filters before this node.")
    return replace(found, validation=_read(table, backend, facts, "validation")) if validation else found


def read_shared(told: Sequence[tuple[ir.Table, Mapping[str, Any]]], backend: Backend) -> list[Predictions]:
    """What several models said of the test rows that they share; of rows that a join made several of, none.

    Raises
    ------
    DataError
        When they share none.
    """
    for table, facts in told:
        _check_columns(table, facts)
    single = [_single(_known(table, facts, "test")) for table, facts in told]
    shared = reduce(lambda left, right: left.semi_join(right, ROW), single)
    found = [_read(table.semi_join(shared, ROW), backend, facts, "test") for table, facts in told]
    alike = [each for each in found if each is not None]
    if len(alike) < len(told) or not all(len(each.truth) == len(alike[0].truth) > 0 for each in alike):
        raise DataError(
            "These models have no test rows in common.", hint="Let them learn behind the same split of the same table."
        )
    return alike


def _check_columns(table: ir.Table, facts: Mapping[str, Any]) -> None:
    for name in (*_wanted(facts), ROLE):
        if name not in table.columns:
            raise DataError(f"The predictions have no column {name!r} any more.", hint="Connect the model directly.")


def _wanted(facts: Mapping[str, Any]) -> list[str]:
    return [facts["target"], PREDICTION, *([PROBABILITIES] if facts["task"] == "classification" else [])]


def _known(table: ir.Table, facts: Mapping[str, Any], role: str) -> ir.Table:
    return table.filter((table[ROLE] == role) & table[facts["target"]].notnull() & table[PREDICTION].notnull())


def _single(table: ir.Table) -> ir.Table:
    counted = table.group_by(ROW).aggregate(__cb_rows=table.count())
    return counted.filter(counted["__cb_rows"] == 1).select(ROW)


def _read(
    table: ir.Table, backend: Backend, facts: Mapping[str, Any], role: str, beside: Beside | None = None
) -> Predictions | None:
    """The predictions for the rows of a role; None where there are none."""
    seen = Beside(table) if beside is None else beside
    rows, wanted = _known(table, facts, role), _wanted(facts)
    # Sums must not depend on the order of the rows.
    order = [name for name in (ROW, *wanted[:2]) if name in rows.columns]
    found = backend.collect(seen.join(rows).order_by(order).select(*wanted, *(f"{SEEN}{name}" for name in seen.names)))
    if not found.num_rows:
        return None
    columns = seen.columns(found)
    if facts["task"] != "classification":
        truth, answers = (found.column(i).cast(pa.float64(), safe=False).to_numpy() for i in (0, 1))
        return Predictions("regression", truth, answers, columns=columns)
    return _classified(found, columns, tuple(facts["classes"]), facts.get("positive"))


def _classified(found: pa.Table, columns: pa.Table | None, classes: tuple[Any, ...], positive: Any) -> Predictions:
    truth, answers = (np.array(plain(found.column(i)).to_pylist(), dtype=object) for i in (0, 1))
    flat = pc.list_flatten(found.column(2)).to_numpy()
    known = np.isin(truth, np.array(classes, dtype=object))
    return Predictions(
        "classification",
        truth[known],
        answers[known],
        flat.reshape(len(truth), len(classes))[known],
        classes,
        positive,
        None if columns is None else columns.filter(pa.array(known)),
    )
