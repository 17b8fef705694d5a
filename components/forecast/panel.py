"""Rows read as series: sorted, without gaps, on one grid of times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from components.errors import UnfitData
from components.forecast.clock import Clock, Every, Times, clock_of

Gaps = Literal["refuse", "zero", "interpolate", "forward"]
NAMED = 3
"""How many series an error names."""
MOST_CELLS = 20_000_000


@dataclass(frozen=True)
class Series:
    """Values at consecutive places of a clock.

    Parameters
    ----------
    name
        The values of the group columns in words, “ of 'north'”; empty where there is one series only.
    first
        The place of the first value.
    values : ndarray of shape (n_values,)
    """

    name: str
    first: int
    values: Any
    clock: Clock

    def __len__(self) -> int:
        return len(self.values)

    def until(self, length: int) -> "Series":
        """Its first values."""
        return replace(self, values=self.values[:length])

    def places(self, start: int, count: int) -> Any:
        """The places of some values, the first of which is the ``start``-th; they may lie in the future."""
        import numpy as np

        return np.arange(self.first + start, self.first + start + count)

    @property
    def is_constant(self) -> bool:
        """Whether all values are the same."""
        return bool((self.values == self.values[0]).all())


@dataclass(frozen=True)
class Panel:
    """All series of a table.

    Parameters
    ----------
    keys
        The group columns, one row per series.
    zone
        Where the times are on the clocks of a time zone: its name.
    """

    series: tuple[Series, ...]
    clock: Clock
    keys: pa.Table
    time: pa.DataType
    zone: str | None

    def times(self, places: Any) -> pa.Array:
        """Times at some places, typed like the column that they came from."""
        times = self.clock.times(places)
        if pa.types.is_integer(self.time):
            return pa.array(times).cast(self.time)
        found = pa.array(times, pa.timestamp("us"))
        if self.zone:
            found = pc.assume_timezone(found, self.zone, ambiguous="earliest", nonexistent="earliest")
        elif pa.types.is_timestamp(self.time) and self.time.tz:
            found = found.cast(pa.timestamp("us", "UTC"))
        return found.cast(self.time, safe=False)

    def only(self, chosen: Sequence[int]) -> "Panel":
        """Some of the series."""
        return replace(
            self, series=tuple(self.series[i] for i in chosen), keys=self.keys.take(pa.array(chosen, "int64"))
        )


def read_panel(table: pa.Table, time: str, target: str, groups: Sequence[str], every: Every, gaps: Gaps) -> Panel:
    """The series of a table.

    Raises
    ------
    UnfitData
        When a time or a value is missing, a time is there twice, the times follow no step, or a step is left out.
    """
    import numpy as np

    table = _with_values(table, time, target, gaps)
    if not table.num_rows:
        raise UnfitData("There are no rows to forecast from.", hint="Look at what the nodes before leave over.")
    table = table.sort_by([(name, "ascending") for name in [*groups, time]])
    raw, zone = _raw(table[time], time)
    begins = _begins(table, groups)
    ends = np.append(begins[1:], table.num_rows)
    clock = clock_of([raw[a:b] for a, b in zip(begins, ends, strict=True)], every, time, is_time=_is_time(table[time]))
    keys = table.select(list(groups)).take(pa.array(begins))
    values = table[target].cast(pa.float64(), safe=False).to_numpy()
    places = clock.places(raw)
    last = int(places.max()) if gaps == "zero" else None
    _check_size(places, begins, ends, last, time)
    names = [_name(row) for row in keys.to_pylist()] if groups else [""]
    series = []
    for row, (a, b) in enumerate(zip(begins, ends, strict=True)):
        _refuse_duplicates(raw[a:b], names[row], time, is_time=_is_time(table[time]))
        filled = _filled(places[a:b], values[a:b], gaps, last)
        if filled is None:
            raise _gap(clock, places[a:b], names[row], time, is_time=_is_time(table[time]))
        series.append(Series(names[row], int(places[a]), filled, clock))
    return Panel(tuple(series), clock, keys, table[time].type, zone)


def told(names: Sequence[str]) -> str:
    """The first of some series in words."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(name.removeprefix(" of ") for name in names[:NAMED]) + more


def _with_values(table: pa.Table, time: str, target: str, gaps: Gaps) -> pa.Table:
    """The rows that count: none without a time, none without a value unless gaps may be filled."""
    for name in (time, target) if gaps == "refuse" else (time,):
        missing = table[name].null_count
        if missing:
            rows = "1 row has" if missing == 1 else f"{missing:,} rows have"
            fill = "drop such rows first, or choose how gaps are filled" if name == target else "drop such rows first"
            raise UnfitData(
                f"{rows} no value in column {name!r}.",
                hint=f"{fill[0].upper()}{fill[1:]}.",
                field="target" if name == target else "time",
                column=name,
            )
    return table.filter(pc.is_valid(table[target]))


def _is_time(column: pa.ChunkedArray) -> bool:
    return not pa.types.is_integer(column.type)


def _raw(column: pa.ChunkedArray, name: str) -> tuple[Times, str | None]:
    """Times as numbers; in the local time of a zone where that shows the same time of each day."""
    import numpy as np

    if pa.types.is_integer(column.type):
        return column.cast(pa.int64(), safe=False).to_numpy(), None
    zone = column.type.tz if pa.types.is_timestamp(column.type) else None
    local = pc.local_timestamp(column) if zone else column
    found = local.cast(pa.timestamp("us"), safe=False).cast(pa.int64()).to_numpy()
    if not zone or len(np.unique(np.mod(found, 86_400_000_000))) == 1:
        return found, zone
    return column.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64()).to_numpy(), None


def _begins(table: pa.Table, groups: Sequence[str]) -> Any:
    """Where each series begins in a sorted table."""
    import numpy as np

    changes = np.zeros(table.num_rows, bool)
    changes[0] = True
    for name in groups:
        codes = pc.dictionary_encode(table[name], null_encoding="encode").combine_chunks()
        codes = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
        changes[1:] |= np.diff(codes.indices.to_numpy(zero_copy_only=False)) != 0
    return np.flatnonzero(changes)


def _name(row: dict[str, Any]) -> str:
    return " of " + " / ".join("(missing)" if value is None else repr(value) for value in row.values())


def _check_size(places: Any, begins: Any, ends: Any, last: int | None, time: str) -> None:
    cells = sum(
        int((places[b - 1] if last is None else last) - places[a]) + 1 for a, b in zip(begins, ends, strict=True)
    )
    if cells > MOST_CELLS:
        raise UnfitData(
            f"With every gap filled there would be {cells:,} values; {MOST_CELLS:,} can be forecast from.",
            hint="Choose a longer step, or summarise by it first (Group by).",
            field="gaps",
            column=time,
        )


def _refuse_duplicates(times: Times, name: str, column: str, *, is_time: bool) -> None:
    import numpy as np

    same = np.flatnonzero(np.diff(times) == 0)
    if len(same):
        raise UnfitData(
            f"There are several rows{name} at {_shown(times[same[0]], is_time=is_time)} in column {column!r}.",
            hint="Summarise them to one row each first (Group by), or name the columns that tell the series apart.",
            field="time",
            column=column,
        )


def _filled(places: Any, values: Any, gaps: Gaps, last: int | None) -> Any | None:
    """The values at every place from the first to the last; None where one is left out that must not be."""
    import numpy as np

    end = int(places[-1]) if last is None else last
    every = np.arange(places[0], end + 1)
    if len(every) == len(places):
        return values
    match gaps:
        case "refuse":
            return None
        case "zero":
            found = np.zeros(len(every))
            found[places - places[0]] = values
            return found
        case "interpolate":
            return np.interp(every, places, values)
        case "forward":
            return values[np.searchsorted(places, every, side="right") - 1]


def _gap(clock: Clock, places: Any, name: str, column: str, *, is_time: bool) -> UnfitData:
    import numpy as np

    missing = int(places[-1] - places[0]) + 1 - len(places)
    first = places[np.flatnonzero(np.diff(places) > 1)[0]] + 1
    steps = "1 step is" if missing == 1 else f"{missing:,} steps are"
    shown = _shown(clock.times(np.array([first]))[0], is_time=is_time)
    return UnfitData(
        f"{steps} left out{' in the series' + name if name else ''}, the first at {shown} (column {column!r}, step "
        f"{clock.name}).",
        hint="Choose how gaps are filled: with 0 where no row means that nothing happened, else between neighbours.",
        field="gaps",
        column=column,
    )


def _shown(time: Any, *, is_time: bool) -> str:
    import numpy as np

    return (
        str(np.datetime64(int(time), "us").astype("datetime64[s]")).replace("T00:00:00", "") if is_time else str(time)
    )
