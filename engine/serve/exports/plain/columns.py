"""Columns, and what makes them of others; put together, they are a scikit-learn `ColumnTransformer`."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

Kind = Literal["number", "flag", "text", "time"]
"""What a column holds on its way: numbers (flags as 0 and 1, missing ones as NaN), texts (missing ones as None), or
times (microseconds since 1970 as numbers)."""

MOST_PARTS = 3_000
"""Transformers in one pipeline; more are slower than any other way to serve a model."""


class TooIntricate(Exception):
    """The pipeline would have too many parts."""


@dataclass(frozen=True, eq=False)
class Given:
    """A field of a request."""

    name: str
    kind: Kind


@dataclass(frozen=True, eq=False)
class Made:
    """A column that a transformer makes of others.

    Parameters
    ----------
    label
        What the transformer is called in the pipeline.
    of
        What it is given, side by side.
    transformer
        Fitted, or without anything to learn.
    place, width
        Which column of what it makes, and how many columns of the matrix that is.
    learned
        For one that treats each column by itself: the same over several columns.
    node
        The node that it is the outcome of; None for what is only on the way there.
    """

    label: str
    of: tuple["Column", ...]
    transformer: Any
    kind: Kind = "number"
    place: int | None = None
    width: int = 1
    learned: "Learned | None" = None
    node: str | None = None


@dataclass(frozen=True)
class Learned:
    """A learned transform of some columns, each by itself, so that several go through one transformer.

    Parameters
    ----------
    step
        Its node.
    name
        The column that it treats.
    over
        The fitted transformer over the columns of these names.
    """

    step: str
    name: str
    over: Callable[[Sequence[str]], Any] = field(compare=False)


Column = Given | Made


def side_by_side(columns: Sequence[Column], converters: Callable[[Kind, int], Any]) -> Any:
    """What makes these columns, in order, of a frame with the fields of a request.

    Parameters
    ----------
    converters
        What reads so many fields of a kind.

    Raises
    ------
    TooIntricate
    """
    return _Assembly(converters).table(columns)


def thawed(part: Any, *, is_inner: bool = False) -> Any:
    """The same, of scikit-learn's own classes, without the shells that kept what is fitted from being fitted again.

    An inner table keeps only what it has fitted: a file holds what is to be fitted once more, and tables within tables
    would double at every level.
    """
    if isinstance(part, FrozenEstimator):
        return thawed(part.estimator, is_inner=is_inner)
    if isinstance(part, Pipeline):
        part.steps = [(name, thawed(step, is_inner=is_inner)) for name, step in part.steps]
    if not isinstance(part, ColumnTransformer):
        return part
    made = ColumnTransformer([])
    vars(made).update(vars(part))
    made.transformers_ = [(name, thawed(step, is_inner=True), columns) for name, step, columns in part.transformers_]
    made.transformers = [
        (name, "passthrough" if is_inner else step, columns) for name, step, columns in made.transformers_
    ]
    return made


class _Table(ColumnTransformer):  # type: ignore[misc]  # scikit-learn has no types
    """A table in the making; scikit-learn's own asks all parts below for their tags, at every level, for minutes."""

    def __sklearn_tags__(self) -> Any:
        return BaseEstimator.__sklearn_tags__(self)


class _Assembly:
    """One pipeline in the making."""

    def __init__(self, converters: Callable[[Kind, int], Any]) -> None:
        self._converters = converters
        self._parts = 0

    def table(self, columns: Sequence[Column]) -> Any:
        """What makes these columns in order."""
        groups = _groups(columns)
        names = _distinct(_label(columns[places[0]]) for places in groups)
        entries, order = [], list[int]()
        for name, places in zip(names, groups, strict=True):
            entries.append((name, *self._group([columns[place] for place in places])))
            order += places
        table = _Table(entries, sparse_threshold=0.0, verbose_feature_names_out=True)
        positions = _positions(columns, order)
        if positions == sorted(positions):
            return table
        in_order = _Table([("columns", "passthrough", np.argsort(positions).tolist())])
        return Pipeline([("columns", table), ("in_order", in_order)])

    def _group(self, columns: Sequence[Column]) -> tuple[Any, list[str]]:
        """What makes columns of one way, and the fields that it reads."""
        self._count()
        first, fields = columns[0], list(dict.fromkeys(name for column in columns for name in _fields(column)))
        if isinstance(first, Given):
            names = [column.name for column in columns if isinstance(column, Given)]
            return self._converters(first.kind, len(names)), names
        if _way(first) is not None:
            return self._learned([column for column in columns if isinstance(column, Made)])
        steps = list[tuple[str, Any]]()
        chosen = [column.place for column in columns if isinstance(column, Made) and column.place is not None]
        if chosen:
            steps.append(("chosen", _Table([("columns", "passthrough", chosen)])))
        inner: Column = first
        while True:
            assert isinstance(inner, Made)  # noqa: S101  the loop ends before a field
            self._count()
            steps.append((inner.label, FrozenEstimator(inner.transformer)))
            if (
                len(inner.of) == 1
                and isinstance(inner.of[0], Made)
                and inner.of[0].place is None
                and not _way(inner.of[0])
            ):
                inner = inner.of[0]
                continue
            break
        if len(inner.of) == 1 and isinstance(inner.of[0], Given):
            steps.append(("read", self._converters(inner.of[0].kind, 1)))
        else:
            steps.append(("columns", self.table(inner.of)))
        return _pipeline(reversed(steps)), fields

    def _learned(self, columns: Sequence[Made]) -> tuple[Any, list[str]]:
        """Learned transforms one after the other, each over all of the columns."""
        steps = list[tuple[str, Any]]()
        level: list[Column] = [*columns]
        while all(isinstance(column, Made) for column in level):
            made = [column for column in level if isinstance(column, Made)]
            learned = [column.learned for column in made if column.learned]
            self._count()
            steps.append((learned[0].step, FrozenEstimator(learned[0].over([each.name for each in learned]))))
            level = [column.of[0] for column in made]
        fields = [column.name for column in level if isinstance(column, Given)]
        return _pipeline([("read", self._converters(level[0].kind, len(level))), *reversed(steps)]), fields

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise TooIntricate


def _groups(columns: Sequence[Column]) -> list[list[int]]:
    """The places of columns that come the same way; a column that is there twice is in two of them."""
    found: dict[Any, list[int]] = {}
    times = Counter[int]()
    for place, column in enumerate(columns):
        way = _way(column)
        if way is None:
            shared = id(column.transformer) if isinstance(column, Made) and column.place is not None else place
            way = ("own", shared)
        times[id(column)] += 1
        found.setdefault((*way, times[id(column)]), []).append(place)
    return list(found.values())


def _way(column: Column) -> tuple[Any, ...] | None:
    """The learned transforms from a field to a column; None for one that is computed otherwise."""
    if isinstance(column, Given):
        return ("field", column.kind)
    if column.learned is None:
        return None
    before = _way(column.of[0])
    return None if before is None else (*before, column.learned.step)


def _positions(columns: Sequence[Column], order: Sequence[int]) -> list[int]:
    """Where each matrix column, as the groups make them, belongs."""
    widths = [column.width if isinstance(column, Made) else 1 for column in columns]
    starts = np.concatenate([[0], np.cumsum(widths)]).astype(int).tolist()
    return [starts[place] + offset for place in order for offset in range(widths[place])]


def _fields(column: Column) -> Iterator[str]:
    """Once for each column on the way: an expression names the same one again and again."""
    seen, coming = {id(column)}, [column]
    while coming:
        each = coming.pop()
        if isinstance(each, Given):
            yield each.name
            continue
        below = [one for one in each.of if id(one) not in seen]
        seen.update(map(id, below))
        coming += reversed(below)


def _label(column: Column) -> str:
    return f"{column.kind}s" if isinstance(column, Given) else column.label


def _distinct(labels: Any) -> list[str]:
    """Names that scikit-learn takes: each once, without two underscores in a row."""
    found: dict[str, None] = {}
    for label in labels:
        plain = str(label).replace("__", "_") or "column"
        name, number = plain, 2
        while name in found:
            name, number = f"{plain}_{number}", number + 1
        found[name] = None
    return list(found)


def _pipeline(steps: Any) -> Any:
    steps = list(steps)
    names = _distinct(name for name, _ in steps)
    parts = [part for _, part in steps]
    return parts[0] if len(parts) == 1 else Pipeline(list(zip(names, parts, strict=True)))
