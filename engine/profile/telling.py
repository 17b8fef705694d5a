"""How much of a target each other column tells by itself: what tells all of it probably is its answer."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from components.ports import is_reserved

MOST_CLASSES, MOST_VALUES, MOST_COLUMNS = 20, 50, 300
LEAST_ROWS = 30

Floats = NDArray[np.float64]


def telling(rows: pa.Table, target: str) -> dict[str, float]:
    """From 0 (nothing) to 1 (all), for columns of numbers, flags and few texts.

    Parameters
    ----------
    rows
        A sample of a table.
    target
        A column of it.

    Returns
    -------
    dict
        For a target with few values: the distance of the ROC AUC from one half, doubled, for numbers where there are
        two; and how far beyond guessing the most frequent value the best guess per value of the column comes.
        For numbers: the absolute value of Pearson's correlation.
    """
    if target not in rows.column_names:
        return {}
    answer = rows.column(target).combine_chunks()
    names = [name for name in rows.column_names if name != target and not is_reserved(name)][:MOST_COLUMNS]
    is_class = _few(answer, MOST_CLASSES)
    found = {}
    for name in names:
        column = rows.column(name).combine_chunks()
        both = pc.and_(answer.is_valid(), column.is_valid())
        told = _told(column.filter(both), answer.filter(both), is_class=is_class) if pc.sum(both).as_py() else None
        if told is not None:
            found[name] = round(told, 6)
    return found


def _told(column: pa.Array, answer: pa.Array, *, is_class: bool) -> float | None:
    if len(column) < LEAST_ROWS:
        return None
    numbers = _numbers(column)
    if not is_class:
        wanted = _numbers(answer)
        return None if numbers is None or wanted is None else _correlation(numbers, wanted)
    classes = np.asarray(pc.dictionary_encode(answer).indices)
    tells = [_guess(np.asarray(pc.dictionary_encode(column).indices), classes)] if _few(column, MOST_VALUES) else []
    if numbers is not None and classes.max(initial=0) == 1:
        tells.append(abs(2 * _auc(numbers, classes) - 1))
    return max(tells, default=None)


def _few(column: pa.Array, most: int) -> bool:
    """Whether values repeat enough to be taken as categories."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or _is_number(column.type)):
        return False
    different = pc.count_distinct(column).as_py()
    return bool(2 <= different <= most and different * 5 <= len(column))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _numbers(column: pa.Array) -> Floats | None:
    if not (_is_number(column.type) or pa.types.is_decimal(column.type)):
        return None
    values: Floats = np.asarray(column.cast(pa.float64(), safe=False), dtype=np.float64)
    return values if np.isfinite(values).all() else None


def _correlation(left: Floats, right: Floats) -> float | None:
    if not left.std() or not right.std():
        return None
    return float(abs(np.corrcoef(left, right)[0, 1]))


def _auc(numbers: Floats, classes: NDArray[Any]) -> float:
    """The area under the ROC curve of the number itself; ties count half."""
    _, place = np.unique(numbers, return_inverse=True)
    size = place.max() + 1
    yes, no = (np.bincount(place[classes == one], minlength=size) for one in (1, 0))
    pairs = yes.sum() * no.sum()
    below = np.concatenate([[0], np.cumsum(no)[:-1]])
    return float((yes * (below + no / 2)).sum() / pairs) if pairs else 0.5


def _guess(values: NDArray[Any], classes: NDArray[Any]) -> float:
    """Goodman and Kruskal's lambda: which part of the wrong guesses is saved by knowing the value."""
    table = np.zeros((values.max() + 1, classes.max() + 1))
    np.add.at(table, (values, classes), 1)
    blind = table.sum(axis=0).max()
    return float((table.max(axis=1).sum() - blind) / (len(classes) - blind)) if blind < len(classes) else 0.0
