"""Where models say different things of the same rows, and who is right there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from components.base import Predictions
from components.evaluate.conditions import Described
from components.evaluate.error_slices import ErrorSlicesParams
from components.evaluate.slices import Slice, find

Array = np.ndarray[Any, Any]

TOLERANCE = 0.1
"""Numbers that are closer to one another than this share of the truth's standard deviation say the same."""
LEAST_ROWS = 100
"""Fewer rows hold no segment that is worth a name."""
MOST_DESCRIBED = 40
"""Columns that segments are looked for in: the first ones."""
MOST_LOOKED_AT = 5_000
_DESCRIBABLE = (
    *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean),
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_date, pa.types.is_timestamp),
)


@dataclass(frozen=True)
class Disagreement:
    """Models beside each other, row by row.

    Parameters
    ----------
    differs : ndarray of bool, shape (n_rows,)
        Where they do not all say the same.
    right : ndarray of bool, shape (n_models, n_rows)
        Whether a model is right; of numbers, whether none of the others is nearer to the truth.
    pairs : ndarray of int, shape (n_models, n_models)
        In how many rows two of them say different things.
    apart : ndarray of shape (n_rows,)
        How far they are from each other: in the chance that they gave to the truth, or in their numbers.
    tolerance
        By how much numbers must differ to be told apart; 0 for classes.
    """

    names: tuple[str, ...]
    differs: Array
    right: Array
    pairs: Array
    apart: Array
    tolerance: float = 0.0

    @property
    def rows(self) -> int:
        """In how many rows they say different things."""
        return int(self.differs.sum())

    def right_where_different(self) -> dict[str, int]:
        """How often each is right (of numbers: nearest) where they say different things."""
        return {name: int(row[self.differs].sum()) for name, row in zip(self.names, self.right, strict=True)}

    def nobody_right(self) -> int:
        """In how many of these rows none is right."""
        return int((self.differs & ~self.right.any(axis=0)).sum())

    def furthest(self, most: int) -> Array:
        """Positions of rows where they say different things, those where they are furthest apart first."""
        places = np.flatnonzero(self.differs)
        return np.asarray(places[np.argsort(-self.apart[places], kind="stable")][:most])


def disagreement(answers: Mapping[str, Predictions]) -> Disagreement:
    """Models beside each other on the same rows, in the same order."""
    told = list(answers.values())
    if told[0].task == "classification":
        return _of_classes(tuple(answers), told)
    return _of_numbers(tuple(answers), told)


def segments(where: Array, columns: pa.Table, most: int = 5) -> list[Slice]:
    """The segments of rows in which more rows are marked than elsewhere, the surest first.

    Parameters
    ----------
    where : ndarray of bool, shape (n_rows,)
    columns
        The original columns of the same rows.
    """
    marked = int(where.sum())
    if len(where) < LEAST_ROWS or not 0 < marked < len(where):
        return []
    kept = np.arange(len(where))
    if len(kept) > MOST_LOOKED_AT:
        kept = np.sort(np.random.default_rng(0).choice(kept, MOST_LOOKED_AT, replace=False))
    params = ErrorSlicesParams(least_rows=max(20, len(kept) // 100), most=most)
    looked = columns.take(pa.array(kept))
    described = {name: Described(name, looked.column(name)) for name in describable(columns)[:MOST_DESCRIBED]}
    found = find(where[kept].astype(float), described, params, is_share=True)
    return [each for each in found if each.chance < params.significance]


def describable(columns: pa.Table) -> list[str]:
    """Names of the columns that a condition can be about."""
    return [field.name for field in columns.schema if any(kind(field.type) for kind in _DESCRIBABLE)]


def _of_classes(names: tuple[str, ...], told: list[Predictions]) -> Disagreement:
    truth = np.asarray(told[0].truth)
    said = [np.asarray(p.prediction) for p in told]
    different: Array = np.array([[one != other for other in said] for one in said])
    chances = [_chance_of_truth(p, truth) for p in told]
    spread = np.ptp(np.array(chances), axis=0)
    right = np.array([answer == truth for answer in said])
    return Disagreement(names, np.asarray(different.any(axis=(0, 1))), right, different.sum(axis=2), spread)


def _chance_of_truth(p: Predictions, truth: Array) -> Array:
    """How sure a model was of what is true; without chances, whether it said so."""
    if p.probabilities is None:
        return np.asarray(np.asarray(p.prediction) == truth, dtype=float)
    is_class = np.column_stack([truth == label for label in p.classes])
    return np.asarray((np.asarray(p.probabilities) * is_class).sum(axis=1))


def _of_numbers(names: tuple[str, ...], told: list[Predictions]) -> Disagreement:
    truth = np.asarray(told[0].truth, dtype=float)
    said = np.array([np.asarray(p.prediction, dtype=float) for p in told])
    tolerance = TOLERANCE * float(truth.std())
    apart = np.abs(said[:, None, :] - said[None, :, :])
    error = np.abs(said - truth)
    spread = np.ptp(said, axis=0)
    return Disagreement(
        names, spread > tolerance, error == error.min(axis=0), (apart > tolerance).sum(axis=2), spread, tolerance
    )
