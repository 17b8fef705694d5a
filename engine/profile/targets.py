"""How much each column goes together with one that is to be predicted, ranked."""

from collections.abc import Sequence
from typing import Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from engine.errors import DataError, UnknownColumn
from engine.profile.associations import (
    MOST_CATEGORIES,
    Coded,
    categories_of,
    correlation_ratio,
    cramers_v,
    numbers_of,
    spearman,
)
from engine.profile.profiled import ColumnProfile, Measure
from engine.profile.telling import telling

ALL = 0.99
"""A column that alone tells so much of a target is more likely its answer than its cause."""


class Told(BaseModel):
    """How strongly a column goes together with the target.

    Parameters
    ----------
    value
        From 0 to 1; for ranks from -1 to 1.
    tells_all
        Whether this column alone gives the target away.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    measure: Measure
    value: float
    tells_all: bool = False
    direction: Literal["rises", "falls", ""] = ""


def tells_target(sample: pa.Table, columns: Sequence[ColumnProfile], target: str) -> tuple[Told, ...]:
    """Rank columns by their association with a target, the strongest first.

    Parameters
    ----------
    sample
        Rows from all over the table.

    Raises
    ------
    UnknownColumn
    DataError
        Where the target is neither a number nor has few values.
    """
    by_name = {one.name: one for one in columns}
    if target not in by_name:
        raise UnknownColumn(f"There is no column {target!r}.", hint="Choose another one.", field=target)
    answer = _coded(sample, by_name[target])
    if answer is None:
        raise DataError(
            f"{target} is neither a number nor a category with at most {MOST_CATEGORIES} values.",
            hint="Choose another target.",
            field=target,
        )
    is_number = _is_number(by_name[target])
    given_away = {name for name, share in telling(sample, target).items() if share >= ALL}
    found = [
        told
        for one in columns
        if one.name != target and (told := _told(sample, one, answer, is_number, one.name in given_away)) is not None
    ]
    return tuple(sorted(found, key=lambda told: -abs(told.value)))


def can_be_target(column: ColumnProfile) -> bool:
    """Whether the association with a column can be measured."""
    return column.semantic not in ("empty", "constant", "identifier") and (_is_number(column) or _is_category(column))


def _is_number(column: ColumnProfile) -> bool:
    return column.kind == "numeric" and column.semantic == "number"


def _is_category(column: ColumnProfile) -> bool:
    return column.kind in ("text", "boolean", "numeric") and 2 <= column.distinct <= MOST_CATEGORIES


def _coded(sample: pa.Table, column: ColumnProfile) -> Coded | None:
    if not can_be_target(column):
        return None
    return numbers_of(sample, column.name) if _is_number(column) else categories_of(sample, column.name)


def _told(sample: pa.Table, column: ColumnProfile, answer: Coded, is_number: bool, gives_away: bool) -> Told | None:
    coded = _coded(sample, column)
    if coded is None:
        return None
    measure: Measure
    if _is_number(column) and is_number:
        measure, value = "spearman", spearman(coded, answer)
    elif _is_number(column) or is_number:
        measure = "correlation_ratio"
        value = correlation_ratio(coded, answer) if is_number else correlation_ratio(answer, coded)
    else:
        measure, value = "cramers_v", cramers_v(coded, answer)
    if value is None:
        return None
    way: Literal["rises", "falls", ""] = "" if measure != "spearman" else "rises" if value > 0 else "falls"
    return Told(column=column.name, measure=measure, value=round(value, 6), tells_all=gives_away, direction=way)
