"""Conditions that describe rows: proposed by small trees, told in words and as an expression."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Array = np.ndarray[Any, Any]

DAY_LETTERS = 10
"""Of a day, as it is written."""
MOST_CATEGORIES = 20
"""Values of a text column that a condition may name: the most frequent ones."""


@dataclass(frozen=True)
class Condition:
    """One condition on one column; a missing value fulfils none but ``missing``.

    Parameters
    ----------
    test
        ``<=``, ``>``, ``=``, ``!=``, ``missing`` or ``present``.
    """

    column: str
    test: str
    value: Any = None

    def words(self) -> str:
        """For people.

        >>> Condition("celsius", "<=", -17).words()
        'celsius <= −17'
        """
        if self.value is None:
            return f"{self.column} is {self.test}"
        is_below_nought = isinstance(self.value, int | float) and self.value < 0
        told = f"−{-self.value}" if is_below_nought else self.value
        return f"{self.column} {'is' if self.test == '=' else 'is not' if self.test == '!=' else self.test} {told}"

    def expression(self) -> str:
        """For Filter rows."""
        name = '"' + self.column.replace('"', '""') + '"'
        if self.value is None:
            return f"{name} IS {'NOT ' if self.test == 'present' else ''}NULL"
        return f"{name} {self.test} {_literal(self.value)}"


class Described:
    """One column of some rows, as trees and conditions look at it."""

    def __init__(self, name: str, column: pa.ChunkedArray) -> None:
        self.name = name
        self._is_day = pa.types.is_date(column.type)
        self._column = pc.cast(column, _kept_as(column.type)).combine_chunks()
        self._is_ordered = not (pa.types.is_string(self._column.type) or pa.types.is_boolean(column.type))

    @cached_property
    def is_missing(self) -> Array:
        """Which rows have no value."""
        if self._is_ordered:
            return np.isnan(self._numbers)
        return np.asarray(self._column.is_null().to_numpy(zero_copy_only=False))

    @cached_property
    def _numbers(self) -> Array:
        column = pc.cast(self._column, pa.int64()) if pa.types.is_temporal(self._column.type) else self._column
        numbers = np.array(pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False))
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers

    def proposals(self, rows: Array) -> Iterator[tuple[Array, "Proposal"]]:
        """What a tree may split by, over some rows: a column of numbers, and what its two sides mean."""
        gaps = self.is_missing[rows]
        if 0 < gaps.sum() < len(gaps):
            yield gaps.astype(float), Proposal(self, "missing")
        if self._is_ordered:
            values = self._numbers[rows]
            if not gaps.all() and np.ptp(values[~gaps]) > 0:
                yield np.where(gaps, np.median(values[~gaps]), values), Proposal(self, "<=")
            return
        here = self._column.take(pa.array(rows))
        counted = sorted(pc.value_counts(here.drop_null()).to_pylist(), key=lambda it: (-it["counts"], it["values"]))
        for each in counted[:MOST_CATEGORIES] if len(counted) > 1 else ():
            yield self._equals(each["values"])[rows].astype(float), Proposal(self, "=", each["values"])

    def simplest(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """The same, saying which value it is where all others of the column are ruled out."""
        ruled_out = {one.value for one in conditions if one.column == self.name and one.test == "!="}
        if not ruled_out or self._is_ordered:
            return conditions
        left = set(pc.unique(self._column.drop_null()).to_pylist()) - ruled_out
        if len(left) != 1:
            return conditions
        others = [one for one in conditions if one.column != self.name or one.test != "!="]
        return merged([*others, Condition(self.name, "=", left.pop())])

    def _equals(self, value: Any) -> Array:
        same = pc.fill_null(pc.equal(self._column, pa.scalar(value, self._column.type)), False)
        return np.asarray(same.to_numpy(zero_copy_only=False))

    def border(self, threshold: float) -> Any:
        """A tree's threshold as a value of the column, with no more digits than it takes."""
        kind = self._column.type
        if pa.types.is_temporal(kind):
            told = str(pa.scalar(int(threshold), pa.int64()).cast(kind).as_py())
            return told[:DAY_LETTERS] if self._is_day else told
        return int(np.floor(threshold)) if pa.types.is_integer(kind) else float(f"{threshold:.4g}")

    def fulfils(self, condition: Condition) -> Array:
        """Which rows fulfil a condition on this column."""
        if condition.test in ("missing", "present"):
            return self.is_missing if condition.test == "missing" else ~self.is_missing
        if condition.test in ("=", "!="):
            same = self._equals(condition.value)
            return same if condition.test == "=" else ~same & ~self.is_missing
        with np.errstate(invalid="ignore"):
            below = self._numbers <= self._as_number(condition.value)
        return below if condition.test == "<=" else ~below & ~self.is_missing

    def _as_number(self, value: Any) -> float:
        kind = self._column.type
        if not pa.types.is_temporal(kind):
            return float(value)
        return float(pa.array([value]).cast(kind).cast(pa.int64())[0].as_py())


@dataclass(frozen=True)
class Proposal:
    """What a split of a tree means."""

    column: Described
    test: str
    value: Any = None

    def side(self, threshold: float, *, is_left: bool) -> Condition:
        """The condition that one side of the split fulfils."""
        name = self.column.name
        if self.test == "missing":
            return Condition(name, "present" if is_left else "missing")
        if self.test == "=":
            return Condition(name, "!=" if is_left else "=", self.value)
        return Condition(name, "<=" if is_left else ">", self.column.border(threshold))


def merged(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Without what follows from the others: of several borders on one side the narrowest."""
    found = dict.fromkeys(conditions)
    for test, narrowest in (("<=", min), (">", max)):
        for name in {one.column for one in found if one.test == test}:
            borders = [one for one in found if (one.column, one.test) == (name, test)]
            kept = narrowest(borders, key=lambda one: one.value)
            found = {one: None for one in found if one not in borders or one == kept}
    named = {one.column for one in found if one.test == "="}
    told = named | {one.column for one in found if one.test in ("<=", ">", "!=")}
    follows = {one for one in found if one.test == "present" and one.column in told}
    follows |= {one for one in found if one.test == "!=" and one.column in named}
    return tuple(sorted(found.keys() - follows, key=lambda one: (one.column, one.test, str(one.value))))


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _kept_as(kind: pa.DataType) -> pa.DataType:
    """One type for all of a kind, so that borders can be told and read back."""
    if pa.types.is_date(kind):
        return pa.timestamp("us")
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time(kind):
        return pa.time64("us")
    return pa.string() if pa.types.is_large_string(kind) else kind
