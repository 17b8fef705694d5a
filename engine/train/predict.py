"""What a model says of rows it has not learned from, written down batch by batch."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.base import Predictions
from components.ports import ROLE
from engine.backends.backend import Backend
from engine.schemas import PREDICTION, PROBABILITIES, PROBABILITY
from engine.train.fill import as_numbers
from engine.train.order import in_order
from engine.train.target import Classes, plain

if TYPE_CHECKING:
    from engine.train.training import Trained

Answers = tuple[npt.NDArray[Any], ...]
"""Truth and answers of some test rows, and the probabilities for a classification."""


def write_predictions(
    trained: "Trained", table: ir.Table, target: str, backend: Backend, path: Path
) -> tuple[Predictions, int]:
    """Write the answer for every row.

    Returns
    -------
    Predictions
        Those for the test rows with a known target.
    int
        Test rows left out, because no train row has their label: each counts as a miss, but has no probability.

    Raises
    ------
    UnfitForTraining
        For values the model cannot take.
    """

    def write(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> list[Answers]:
        tested = []
        with pq.ParquetWriter(path, _schema(trained, table, target), compression="zstd") as writer:
            for batch in backend.batches(ordered):
                look(batch)
                matrix = trained.spec.fill(batch, takes_missing=trained.takes_missing)
                found, chances = trained.answer(matrix)
                writer.write_batch(_with_answers(batch, trained, writer.schema, found, chances))
                mask = _is_test(batch, target)
                columns = (truth(batch.column(target), trained.classes), found, chances)
                tested.append(tuple(column[mask] for column in columns if column is not None))
        return tested

    tested = in_order(table, [target, *(feature.name for feature in trained.spec.features)], write)
    columns = [np.concatenate(parts) for parts in zip(*tested, strict=True)] if tested else _nothing(trained)
    return _predictions(trained, *columns)


def _nothing(trained: "Trained") -> Answers:
    """The answers for no rows."""
    none = (np.empty(0, np.int64), np.empty(0, np.int64))
    return (*none, np.empty((0, len(trained.classes.labels)))) if trained.classes else none


def truth(column: pa.Array | pa.ChunkedArray, classes: Classes | None) -> npt.NDArray[Any]:
    """The target as a model compares it: label positions, or numbers."""
    return classes.encode(plain(column)) if classes else as_numbers(column)


def _predictions(
    trained: "Trained",
    found_truth: npt.NDArray[Any],
    found: npt.NDArray[Any],
    chances: npt.NDArray[np.float64] | None = None,
) -> tuple[Predictions, int]:
    if trained.classes is None or chances is None:
        return Predictions("regression", found_truth, found), 0
    known = found_truth >= 0
    labels = np.array(trained.classes.labels, dtype=object)
    tested = Predictions(
        "classification",
        labels[found_truth[known]],
        labels[found[known]],
        chances[known],
        trained.classes.labels,
        trained.positive,
    )
    return tested, int((~known).sum())


def _schema(trained: "Trained", table: ir.Table, target: str) -> pa.Schema:
    schema = table.schema().to_pyarrow()
    if trained.classes is None:
        return schema.append(pa.field(PREDICTION, pa.float64()))
    label = schema.field(target).type
    label = pa.float64() if pa.types.is_decimal(label) else label
    added = [(PREDICTION, label), (PROBABILITY, pa.float64()), (PROBABILITIES, pa.list_(pa.float64()))]
    return pa.schema([*schema, *(pa.field(name, kind) for name, kind in added)])


def _with_answers(
    batch: pa.RecordBatch,
    trained: "Trained",
    schema: pa.Schema,
    found: npt.NDArray[Any],
    chances: npt.NDArray[np.float64] | None,
) -> pa.RecordBatch:
    if trained.classes is None or chances is None:
        return pa.RecordBatch.from_arrays([*batch.columns, pa.array(found, type=pa.float64())], schema=schema)
    labels = pa.array(trained.classes.labels, type=schema.field(PREDICTION).type)
    width = len(trained.classes.labels)
    offsets = pa.array(np.arange(len(found) + 1, dtype=np.int32) * width)
    said = chances[np.arange(len(found)), found.astype(np.int64)] if chances.size else np.empty(0)
    added = [
        labels.take(pa.array(found.astype(np.int64))),
        pa.array(said, pa.float64()),
        pa.ListArray.from_arrays(offsets, pa.array(chances.ravel())),
    ]
    return pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)


def _is_test(batch: pa.RecordBatch, target: str) -> npt.NDArray[np.bool_]:
    is_test = pc.and_(pc.equal(batch.column(ROLE), "test"), batch.column(target).is_valid())
    mask: npt.NDArray[np.bool_] = is_test.to_numpy(zero_copy_only=False)
    return mask
