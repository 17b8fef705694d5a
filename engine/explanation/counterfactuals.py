"""The smallest changes of a row that would change a model's answer, each proved by asking the model.

Values are taken from rows of the data. Few columns count first, then small steps: a beam search over one, two, three …
changed columns, whose finds are drawn back towards the row as far as the answer stays. Source: Wachter, Mittelstadt &
Russell, *Counterfactual Explanations without Opening the Black Box* (2017), for the idea and the scaled distance;
Mothilal, Sharma & Tan, *DiCE* (2020), for asking for several different ones.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.explanation.outputs import as_numbers
from engine.serve.scorer import Scored, Scorer

Array = np.ndarray[Any, Any]

WANTED, MOST_COLUMNS = 5, 6
VALUES, FINE_VALUES = 16, 48
"""Values tried of each column, and when a step is drawn back."""
BEAM, MOVES = 14, 300
"""Ways that are followed at once, and single changes, the most helpful ones, that are added to them."""


@dataclass(frozen=True)
class Wish:
    """What the answer shall become.

    Parameters
    ----------
    label
        A class; None for any other than now.
    least, most
        Bounds of a predicted number.
    """

    label: Any = None
    least: float | None = None
    most: float | None = None

    def missing(self, scored: Scored, now: Scored, classes: Sequence[Any]) -> tuple[Array, Array]:
        """How far each answer is from what is wished, and whether it is there."""
        said = as_numbers(scored)
        if self.least is not None or self.most is not None:
            low = self.least - said[:, 0] if self.least is not None else np.full(len(said), -np.inf)
            high = said[:, 0] - self.most if self.most is not None else np.full(len(said), -np.inf)
            gap = np.maximum(low, high)
            return gap, gap <= 0
        if scored.probabilities is None:
            gap = said[:, 0] if now.labels[0] else -said[:, 0]
            return gap, np.array([label != now.labels[0] for label in scored.labels])
        return self._class_gap(said, scored, now.labels[0], classes)

    def _class_gap(self, said: Array, scored: Scored, now: Any, classes: Sequence[Any]) -> tuple[Array, Array]:
        place = list(classes).index(now if self.label is None else self.label)
        others = np.delete(said, place, axis=1).max(axis=1)
        if self.label is None:
            return said[:, place] - others, np.array([label != now for label in scored.labels])
        return others - said[:, place], np.array([label == self.label for label in scored.labels])


@dataclass(frozen=True)
class Change:
    """A changed row that has the wished answer.

    Parameters
    ----------
    changes
        Column → value before and after.
    distance
        Sum of the steps: in standard deviations for numbers and times, 1 for each other value.
    row
        The whole changed row, as it was asked about.
    """

    changes: dict[str, tuple[Any, Any]]
    distance: float
    row: pa.Table


def counterfactuals(
    scorer: Scorer,
    row: pa.Table,
    seen: pa.Table,
    wish: Wish,
    locked: Collection[str] = (),
    wanted: int = WANTED,
) -> list[Change]:
    """Different smallest changes with the wished answer, those of the fewest columns first; none where none is found.

    Parameters
    ----------
    row
        One row with the model's fields.
    seen
        Rows of the data: only their values are used.
    locked
        Columns that stay as they are.
    """
    choices = [
        _Choice(name, row.column(name), seen.column(name), is_locked=name in locked) for name in row.column_names
    ]
    search = _Search(scorer, choices, wish, scorer.score(row))
    found = [search.drawn_back(changed) for changed in search.find(wanted)]
    ordered = sorted(found, key=lambda it: (len(it.changes), it.distance, sorted(it.changes)))
    return ordered[:wanted]


class _Choice:
    """The values that a column may take: its own first."""

    def __init__(self, name: str, own: pa.ChunkedArray, seen: pa.ChunkedArray, *, is_locked: bool) -> None:
        self.name = name
        self.own = own.combine_chunks().cast(seen.type)
        known = seen.combine_chunks().drop_null()
        self.is_ordered = not (pa.types.is_string(seen.type) or pa.types.is_boolean(seen.type))
        self._levels = known.take(pc.sort_indices(known)) if self.is_ordered and not is_locked else known
        chosen = self.own.slice(0, 0) if is_locked or not len(known) else self._offered(known, VALUES)
        others = pc.not_equal(chosen, self.own[0]) if self.own[0].is_valid else pa.array([True] * len(chosen))
        self.values = pa.concat_arrays([self.own, chosen.filter(others)])
        self._spread = self._numbers(known).std() if self.is_ordered and len(known) else 1.0
        self.steps = self._steps(self.values)

    def _offered(self, known: pa.Array, most: int) -> pa.Array:
        if not self.is_ordered:
            counted = sorted(pc.value_counts(known).to_pylist(), key=lambda it: (-it["counts"], it["values"]))
            return pa.array([each["values"] for each in counted[:most]], known.type)
        places = np.linspace(0, len(self._levels) - 1, most).round().astype(int)
        return pc.unique(self._levels.take(pa.array(places)))

    def between(self, value: pa.Scalar) -> pa.Array:
        """Values from the row's own to this one, the nearest first, this one last."""
        if not self.is_ordered or not self.own[0].is_valid:
            return pa.array([value.as_py()], self.own.type)
        low, high = (pc.min_element_wise(self.own[0], value), pc.max_element_wise(self.own[0], value))
        inside = pc.and_(pc.greater_equal(self._levels, low), pc.less_equal(self._levels, high))
        there = pc.unique(self._levels.filter(inside))
        there = there.filter(pc.not_equal(there, self.own[0]))
        there = there if value.as_py() > self.own[0].as_py() else there[::-1]
        places = np.unique(np.linspace(0, len(there) - 1, min(FINE_VALUES, len(there))).round().astype(int))
        return there.take(pa.array(places))

    def step_to(self, value: pa.Scalar) -> float:
        """How far a value is from the row's own."""
        return float(self._steps(pa.concat_arrays([self.own, pa.array([value.as_py()], self.own.type)]))[1])

    def _steps(self, values: pa.Array) -> Array:
        if not self.is_ordered or not self.own[0].is_valid:
            return np.array([0.0] + [1.0] * (len(values) - 1))
        numbers = self._numbers(values)
        return np.asarray(np.abs(numbers - numbers[0]) / (self._spread or 1.0))

    def _numbers(self, values: pa.Array) -> Array:
        kind = values.type
        if pa.types.is_temporal(kind):
            values = values.cast(pa.int32() if pa.types.is_date32(kind) or pa.types.is_time32(kind) else pa.int64())
        return np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False))


class _Search:
    """Ways from a row to an answer; a way is the place of each column's value among its choices."""

    def __init__(self, scorer: Scorer, choices: Sequence[_Choice], wish: Wish, now: Scored) -> None:
        self._scorer = scorer
        self._choices = choices
        self._wish = wish
        self._now = now

    def find(self, wanted: int) -> list[Array]:
        """For each set of columns whose change is enough, while no part of it is, the shortest way that was tried."""
        best: dict[frozenset[int], tuple[float, Array]] = {}
        beam = np.zeros((1, len(self._choices)), dtype=int)
        moves = [(nth, place) for nth, it in enumerate(self._choices) for place in range(1, len(it.values))]
        for size in range(min(MOST_COLUMNS, len(self._choices))):
            grown = [way for way in self._grown(beam, moves) if not any(done <= _changed(way) for done in best)]
            if not grown:
                break
            ways = np.array(grown)
            gaps, there = self._judged(self._table(ways))
            for way in ways[there]:
                length = self._length(way)
                if _changed(way) not in best or length < best[_changed(way)][0]:
                    best[_changed(way)] = (length, way)
            if len(best) >= wanted:
                break
            if size == 0:
                moves = [
                    (nth, way[nth]) for way in ways[np.argsort(gaps, kind="stable")[:MOVES]] for nth in _changed(way)
                ]
            beam = self._promising(ways[~there], gaps[~there])
        ordered = sorted(best.items(), key=lambda it: (len(it[0]), it[1][0], sorted(it[0])))
        return [way for _, (_, way) in ordered[:wanted]]

    def drawn_back(self, way: Array) -> Change:
        """The same columns, each as near to the row as the answer allows."""
        values = [choice.values.slice(place, 1) for choice, place in zip(self._choices, way, strict=True)]
        changed = sorted(_changed(way), key=lambda nth: -float(self._choices[nth].steps[way[nth]]))
        for nth in changed:
            nearer = self._choices[nth].between(values[nth][0])
            rows = pa.table(
                [nearer if place == nth else _repeated(value, len(nearer)) for place, value in enumerate(values)],
                names=[choice.name for choice in self._choices],
            )
            _, there = self._judged(rows)
            if there.any():
                values[nth] = nearer.slice(int(there.argmax()), 1)
        changes = {
            self._choices[nth].name: (self._choices[nth].own[0].as_py(), values[nth][0].as_py()) for nth in changed
        }
        length = sum(self._choices[nth].step_to(values[nth][0]) for nth in changed)
        return Change(changes, length, pa.table(values, names=[choice.name for choice in self._choices]))

    def _grown(self, beam: Array, moves: Sequence[tuple[int, int]]) -> Iterator[Array]:
        told: set[bytes] = set()
        for way in beam:
            for nth, place in moves:
                longer = way.copy()
                longer[nth] = place
                if way[nth] == 0 and longer.tobytes() not in told:
                    told.add(longer.tobytes())
                    yield longer

    def _promising(self, ways: Array, gaps: Array) -> Array:
        """The nearest to the wish, each set of columns once."""
        kept: dict[frozenset[int], Array] = {}
        for place in np.argsort(gaps, kind="stable"):
            kept.setdefault(_changed(ways[place]), ways[place])
            if len(kept) == BEAM:
                break
        return np.array(list(kept.values()))

    def _judged(self, rows: pa.Table) -> tuple[Array, Array]:
        return self._wish.missing(self._scorer.score(rows), self._now, self._scorer.model.classes)

    def _table(self, ways: Array) -> pa.Table:
        columns = [choice.values.take(pa.array(ways[:, nth])) for nth, choice in enumerate(self._choices)]
        return pa.table(columns, names=[choice.name for choice in self._choices])

    def _length(self, way: Array) -> float:
        return float(sum(choice.steps[place] for choice, place in zip(self._choices, way, strict=True)))


def _changed(way: Array) -> frozenset[int]:
    return frozenset(np.flatnonzero(way).tolist())


def _repeated(value: pa.Array, times: int) -> pa.Array:
    return value.take(pa.array(np.zeros(times, dtype=int)))
