"""Exact quantiles of many rows by place, in two passes: count in ranges, then sort only what the ranges leave open.

Which range holds a quantile, the counts tell. Only its values have to be known, one in hundreds: so nothing is
estimated, and memory does not grow with the rows. (The first round of Munro and Paterson's selection, 1980, with
ranges from a sample instead of none.)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.charting.axis import Axis, place_of
from engine.charting.columns import Column
from engine.charting.drawn import MOST_PLACES
from engine.charting.groups import TOTAL, Grouped, Rows, beside, keep
from engine.charting.look import SOME_ROWS, Look

REACH = 1.5
"""Whiskers end at the last value within so many interquartile ranges of the box (Tukey, 1977)."""
MOST_SPOTS, LEAST_SPOTS = 1_024, 64
MOST_COUNTS = 600_000
"""Counts that are kept; with more places there are fewer ranges for each."""
EDGE = 0.002
"""The share of a sample beyond the ranges at either end, which the outermost of them hold."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Box(NamedTuple):
    """What a box plot draws of one place."""

    q1: float
    median: float
    q3: float
    least: float
    most: float
    far: int


def can_count(look: Look, axes: Sequence[Axis]) -> bool:
    """Whether quantiles are found by counting: of many rows, at not too many places, which need no ranking by them."""
    chooses = any(axis.form == "category" for axis in axes)
    is_ranked = chooses and look.spec.keep in ("highest", "lowest")
    return look.is_vast and not is_ranked and _places(look, axes) * LEAST_SPOTS <= MOST_COUNTS


def medians(
    look: Look, axes: Sequence[Axis], name: str, most: Mapping[str, int], sets: Sequence[Sequence[str]] = ()
) -> Grouped:
    """The median of a column at each place.

    Parameters
    ----------
    most
        How many categories are kept, by role.
    sets
        Of a pivot table: the roles of the cells and of each total.
    """
    counted = _Counted(look, axes, name, most, sets)
    groups = counted.groups()
    counted.learn(groups, [group.open_at((0.5,)) for group in groups])
    figures = [group.quantile(0.5) if group.total else None for group in groups]
    places, rows = [group.place for group in groups], [group.rows for group in groups]
    return Grouped(counted.axes, places, figures, rows, is_exact=True)


def boxes(look: Look, axes: Sequence[Axis], name: str, most: Mapping[str, int]) -> Grouped:
    """The quartiles at each place, the ends of the whiskers, and how many values lie beyond."""
    counted = _Counted(look, axes, name, most)
    groups = [group for group in counted.groups() if group.total]
    counted.learn(groups, [group.open_at((0.25, 0.5, 0.75)) | group.open_fences() for group in groups])
    found = [group.box() for group in groups]
    extra = {part: [getattr(box, part) for box in found] for part in ("q1", "q3", "least", "most", "far")}
    places, rows = [group.place for group in groups], [group.rows for group in groups]
    return Grouped(counted.axes, places, [box.median for box in found], rows, extra, is_exact=True)


@dataclass
class _Group:
    """One place: how many values lie in each range, their ends, and the values of ranges that were looked into.

    Parameters
    ----------
    spots, counts, lows, highs
        In the order of the ranges; only those in which there is a value.
    """

    place: tuple[Any, ...]
    rows: int
    spots: Whole
    counts: Whole
    lows: Floats
    highs: Floats
    known: dict[int, Floats] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    def open_at(self, shares: Sequence[float]) -> set[int]:
        """The ranges that must be looked into for some quantiles."""
        found = (self._find(rank) for share in shares for rank in self._ranks(share)) if self.total else ()
        return {int(self.spots[at]) for at, offset in found if self._end(at, offset) is None}

    def open_fences(self) -> set[int]:
        """The ranges in which a whisker may end, wherever the quartiles lie in theirs."""
        (q1_low, q1_high), (q3_low, q3_high) = self._bounds(0.25), self._bounds(0.75)
        below = q1_low - REACH * (q3_high - q1_low), q1_high - REACH * max(q3_low - q1_high, 0.0)
        above = q3_low + REACH * max(q3_low - q1_high, 0.0), q3_high + REACH * (q3_high - q1_low)
        meets = [(self.lows <= high) & (self.highs >= low) for low, high in (below, above)]
        return {int(spot) for spot in self.spots[(meets[0] | meets[1]) & (self.lows < self.highs)]}

    def quantile(self, share: float) -> float:
        """A quantile, interpolated between the two values around it."""
        low, high = (self._value(*self._find(rank)) for rank in self._ranks(share))
        position = (self.total - 1) * share
        return low + (high - low) * (position - int(position))

    def box(self) -> Box:
        """The box of these values."""
        q1, median, q3 = (self.quantile(share) for share in (0.25, 0.5, 0.75))
        lowest, highest = q1 - REACH * (q3 - q1), q3 + REACH * (q3 - q1)
        least, below = self._beyond(lowest, self.lows, self.highs, 1)
        most, above = self._beyond(-highest, -self.highs, -self.lows, -1)
        return Box(q1, median, q3, least, -most, below + above)

    def _beyond(self, fence: float, lows: Floats, highs: Floats, sign: int) -> tuple[float, int]:
        """The first value inside a fence, and how many lie outside; upper fences are looked at upside down."""
        inside = lows >= fence
        least = float(lows[inside].min(initial=np.inf))
        outside = int(self.counts[highs < fence].sum())
        for at in np.flatnonzero(~inside & (highs >= fence)):
            values = sign * self.known[int(self.spots[at])]
            outside += int((values < fence).sum())
            least = min(least, float(values[values >= fence].min(initial=np.inf)))
        return least, outside

    def _ranks(self, share: float) -> tuple[int, int]:
        position = (self.total - 1) * share
        return int(np.floor(position)), int(np.ceil(position))

    def _find(self, rank: int) -> tuple[int, int]:
        """The range of a rank, and the rank within it."""
        ends = np.cumsum(self.counts)
        at = int(np.searchsorted(ends, rank, side="right"))
        return at, int(rank - (ends[at] - self.counts[at]))

    def _bounds(self, share: float) -> tuple[float, float]:
        (first, _), (last, _) = (self._find(rank) for rank in self._ranks(share))
        return float(self.lows[first]), float(self.highs[last])

    def _end(self, at: int, offset: int) -> float | None:
        """The value of a rank that is one of the ends of its range; None of the others."""
        if offset == 0 or self.lows[at] == self.highs[at]:
            return float(self.lows[at])
        return float(self.highs[at]) if offset == self.counts[at] - 1 else None

    def _value(self, at: int, offset: int) -> float:
        end = self._end(at, offset)
        return float(self.known[int(self.spots[at])][offset]) if end is None else end


class _Counted:
    """A column counted in ranges, by place."""

    def __init__(
        self, look: Look, axes: Sequence[Axis], name: str, most: Mapping[str, int], sets: Sequence[Sequence[str]] = ()
    ) -> None:
        self._look = look
        self._run = look.source.connection
        number = look.columns[name].number
        parts = {axis.role: axis.sql for axis in axes} | {"v": number, "spot": self._spot(look.columns[name], axes)}
        self._rows = look.some(**parts)
        names = "".join(f"{axis.role}, " for axis in axes)
        counts = f"SELECT {names}spot, count(*) AS n, min(v) AS lo, max(v) AS hi FROM {self._rows} GROUP BY ALL"  # noqa: S608
        self._run.execute(f"CREATE OR REPLACE TEMP TABLE counted AS {counts}", look.values or None)
        self.axes = keep(look, axes, Rows("counted", [], "sum(n)", "sum(n)"), most)
        roles = [axis.role for axis in self.axes]
        self._sets = [list(roles) for roles in sets] or [roles]

    def groups(self) -> list[_Group]:
        """All places, with their counts in order."""
        found: list[_Group] = []
        for at, roles in enumerate(self._sets):
            self._number(at, roles, first=len(found))
            found += self._groups(at, roles)
        return found

    def learn(self, groups: Sequence[_Group], wanted: Sequence[set[int]]) -> None:
        """Look into some ranges of each place, in one pass over the rows."""
        asked = [(number, spot) for number, spots in enumerate(wanted) for spot in spots]
        if not asked:
            return
        numbers, spots = zip(*asked, strict=True)
        self._run.register("asked", pa.table({"number": numbers, "spot": spots}))
        roles = [axis.role for axis in self.axes]
        raw = "".join(f"n.{role}, " for role in roles)
        decisive = " UNION ALL ".join(
            f"SELECT {raw}n.spot, n.number FROM numbered_{at} n JOIN asked a ON a.number = n.number AND a.spot = n.spot"  # noqa: S608
            for at in range(len(self._sets))
        )
        self._run.execute(f"CREATE OR REPLACE TEMP TABLE decisive AS {decisive}")
        same = "".join(f" AND r.{role} IS NOT DISTINCT FROM d.{role}" for role in roles)
        found = self._run.execute(
            f"SELECT d.number, d.spot, list(r.v) FROM {self._rows} r "  # noqa: S608
            f"JOIN decisive d ON r.spot = d.spot{same} GROUP BY ALL",
            self._look.values or None,
        ).to_arrow_table()
        numbers, spots = (found.column(part).to_pylist() for part in (0, 1))
        for number, spot, values in zip(numbers, spots, found.column(2), strict=True):
            groups[number].known[spot] = np.sort(values.values.to_numpy(zero_copy_only=False))

    def _spot(self, column: Column, axes: Sequence[Axis]) -> str:
        """The SQL of a value's range; they divide what lies between the ends of a sample."""
        spots = int(max(LEAST_SPOTS, min(MOST_SPOTS, MOST_COUNTS // max(_places(self._look, axes), 1))))
        share = min(100.0, 100.0 * SOME_ROWS / max(self._look.rows, 1))
        sample = f"SELECT v FROM {self._look.some(v=column.number)} USING SAMPLE {share:f} PERCENT (system, 7)"  # noqa: S608
        ((ends,),) = self._look.all(
            f"SELECT quantile_cont(v, [{EDGE}, {1 - EDGE}]) FROM ({sample}) WHERE v IS NOT NULL"  # noqa: S608
        )
        low, high = ends or (0.0, 0.0)
        width = (high - low) / spots
        width = width if 0 < width < np.inf else 1.0
        return place_of(column, low, width, spots)

    def _number(self, at: int, roles: Sequence[str], first: int) -> None:
        """Give each place a number, and write it beside the counts, with the words of the table itself."""
        placed, names = beside(self.axes, "counted"), ", ".join(f"place_{role}" for role in roles)
        distinct = f"SELECT DISTINCT {names} FROM {placed}" if roles else "SELECT 1"  # noqa: S608
        self._run.execute(
            f"CREATE OR REPLACE TEMP TABLE places_{at} AS "  # noqa: S608
            f"SELECT *, {first} + row_number() OVER () - 1 AS number FROM ({distinct})"
        )
        same = " AND ".join(f"p.place_{role} IS NOT DISTINCT FROM c.place_{role}" for role in roles) or "true"
        self._run.execute(
            f"CREATE OR REPLACE TEMP TABLE numbered_{at} AS "  # noqa: S608
            f"SELECT c.*, p.number FROM {placed} c JOIN places_{at} p ON {same}"
        )

    def _groups(self, at: int, roles: Sequence[str]) -> Iterator[_Group]:
        merged = (
            f"SELECT number, spot, sum(n)::BIGINT AS n, min(lo) AS lo, max(hi) AS hi FROM numbered_{at} GROUP BY 1, 2"  # noqa: S608
        )
        lists = ", ".join(f"list({part} ORDER BY spot) FILTER (spot IS NOT NULL)" for part in ("spot", "n", "lo", "hi"))
        names = "".join(f", place_{role}" for role in roles)
        found = self._run.execute(
            f"SELECT rows, spots, counts, lows, highs{names} FROM (SELECT number, sum(n)::BIGINT AS rows, {lists} "  # noqa: S608
            f"FROM ({merged}) GROUP BY 1) t(number, rows, spots, counts, lows, highs) JOIN places_{at} USING (number) "
            "ORDER BY number"
        ).fetchall()
        for rows, spots, counts, lows, highs, *place in found:
            given = dict(zip(roles, place, strict=True))
            yield _Group(
                tuple(given.get(axis.role, TOTAL) for axis in self.axes), rows,
                np.asarray(spots or (), np.int64), np.asarray(counts or (), np.int64),
                np.asarray(lows or (), np.float64), np.asarray(highs or (), np.float64),
            )  # fmt: skip


def _places(look: Look, axes: Sequence[Axis]) -> int:
    """About how many places there are, before categories are chosen."""
    found = 1
    for axis in axes:
        distinct = look.facts[axis.column.name].distinct if axis.column.name in look.facts else 0
        found *= {"range": axis.ranges, "date": MOST_PLACES}.get(axis.form, distinct) + 1
    return found
