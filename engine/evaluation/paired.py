"""Several models on the rows that none of them saw: joined by row id, row by row the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.base import Predictions
from components.evaluate.metrics import part
from components.ports import ROW
from engine.evaluation.evidence import Evidence

Ids = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Shared:
    """The same rows, as several models answered for them.

    Parameters
    ----------
    ids : ndarray of shape (n_rows,)
    answers
        One for each model, in its order; the rows in the same order for all.
    columns
        The rows as they begin, as the first model's table has them.
    held_out
        How many rows each of the models kept that it had not seen.
    changed
        How many rows that all of them know are left out, because their values are not the same for all.
    """

    ids: Ids
    answers: tuple[Predictions, ...]
    columns: pa.Table
    held_out: tuple[int, ...]
    changed: int = 0

    @property
    def rows(self) -> int:
        """How many rows they share."""
        return len(self.ids)


def share_rows(kept: Sequence[Evidence], *, same_values: bool = False) -> Shared:
    """The rows that all models held out.

    A row id is kept from one version of a dataset to the next, so that models of two versions share rows; those whose
    values are not what they were are left out.

    Parameters
    ----------
    same_values
        Whether all tables are of one version, so that equal ids are equal rows.

    Raises
    ------
    DataError
        When a model kept no test row.
    """
    first, *others = kept
    common = [name for name in first.columns if all(name in other.columns for other in others)]
    beside = () if same_values else tuple(common)
    told = [first.predictions(ROW, *first.columns), *(other.predictions(ROW, *beside) for other in others)]
    ids = [_ids(predictions) for predictions in told]
    known: Ids = reduce(np.intersect1d, ids)
    places = [np.searchsorted(each, known) for each in ids]
    alike = _alike(told, places, beside)
    answers = tuple(part(predictions, place[alike]) for predictions, place in zip(told, places, strict=True))
    assert told[0].columns is not None  # noqa: S101  asked for above
    rows = told[0].columns.select(list(first.columns)).take(pa.array(places[0][alike]))
    return Shared(known[alike], answers, rows, tuple(map(len, ids)), int((~alike).sum()))


def _ids(predictions: Predictions) -> Ids:
    assert predictions.columns is not None  # noqa: S101  asked for with the predictions
    return np.asarray(predictions.columns.column(ROW).to_numpy(), dtype=np.int64)


def _alike(told: Sequence[Predictions], places: Sequence[Ids], names: Sequence[str]) -> Any:
    """Which rows have the same truth, and the same values in these columns, for all models."""
    first, *others = zip(told, places, strict=True)
    truth = np.asarray(first[0].truth)[first[1]]
    alike = np.ones(len(truth), dtype=bool)
    for predictions, place in others:
        alike &= np.asarray(predictions.truth)[place] == truth
        for name in names:
            alike &= _equal(_column(*first, name), _column(predictions, place, name))
    return alike


def same_rows(one: pa.Table, other: pa.Table, names: Sequence[str]) -> Any:
    """Which rows of two tables, in the same order, hold the same in these columns."""
    same = np.ones(one.num_rows, dtype=bool)
    for name in names:
        same &= _equal(one.column(name), other.column(name))
    return same


def _column(predictions: Predictions, place: Ids, name: str) -> pa.ChunkedArray:
    assert predictions.columns is not None  # noqa: S101
    return predictions.columns.column(name).take(pa.array(place))


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> Any:
    """Where two columns hold the same; of a column that was given another type, everything."""
    if one.type != other.type or pa.types.is_nested(one.type):
        return np.ones(len(one), dtype=bool)
    same = pc.fill_null(pc.equal(one, other), False)
    nothing = pc.and_(pc.is_null(one, nan_is_null=True), pc.is_null(other, nan_is_null=True))
    return np.asarray(pc.or_(same, nothing).to_numpy(zero_copy_only=False))
