"""One figure for each place: along, in colours, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.charting.axis import MISSING_PLACE, OTHER_PLACE, Axis
from engine.charting.look import Look
from engine.charting.measure import Measure
from engine.charting.spec import Keep

TOO_MANY_WORDS = 200_000
"""With more categories than this in a vast table, the most frequent ones are found by an estimate."""


@dataclass(frozen=True)
class Grouped:
    """Figures by place.

    Parameters
    ----------
    places
        One tuple for each figure, in the order of the axes: a number of a category or range, a number, a moment; None
        where the row has no place.
    figures, rows, extra
        What there is at each place: the figure, the rows behind it, and other parts of a mark by name.
    is_exact
        Whether the figures are exact although the table is so large that they were to be estimated.
    """

    axes: tuple[Axis, ...]
    places: list[tuple[Any, ...]]
    figures: list[float | None]
    rows: list[int]
    extra: Mapping[str, list[Any]] = field(default_factory=dict)
    is_exact: bool = False


def grouped(look: Look, axes: Sequence[Axis], measure: Measure, most: Mapping[str, int], sides: str = "") -> Grouped:
    """Aggregate the rows by their places.

    Parameters
    ----------
    most
        How many categories are kept, by role.
    sides
        Of a pivot table: which totals there are, as `GROUPING SETS`.
    """
    rows = _rows(look, axes, measure)
    kept = keep(look, axes, rows, most)
    names = ", ".join(axis.role for axis in kept)
    marks = [f"grouping({axis.role})" for axis in kept] if sides else []
    chosen = ", ".join([*(axis.role for axis in kept), rows.figure, rows.amount, *marks])
    by = f" GROUP BY {sides or names}" if kept else ""
    query = f"SELECT {chosen} FROM {placed(kept, rows.sql)}{by}"  # noqa: S608
    found = look.source.connection.execute(query, rows.values or None).fetchall()
    width = len(kept)
    return Grouped(
        kept,
        [tuple(_total(row, at, width) if marks else row[at] for at in range(width)) for row in found],
        [_finite(row[width]) for row in found],
        [int(row[width + 1] or 0) for row in found],
    )


def keep(look: Look, axes: Sequence[Axis], rows: "Rows", most: Mapping[str, int]) -> tuple[Axis, ...]:
    """Choose the categories of each axis, and write them down where queries can join them."""
    kept = tuple(_kept(look, axis, rows, most[axis.role]) if axis.form == "category" else axis for axis in axes)
    for axis in kept:
        if axis.form == "category":
            _write_down(look, axis)
    return kept


def placed(axes: Sequence[Axis], rows: str) -> str:
    """The SQL of rows with the numbers of their categories."""
    if not axes:
        return rows
    joins = "".join(
        f" LEFT JOIN kept_{axis.role} ON kept_{axis.role}.word = r.{axis.role}"
        for axis in axes
        if axis.form == "category"
    )
    chosen = ", ".join(f"{_place(axis)} AS {axis.role}" for axis in axes)
    names = ", ".join(axis.role for axis in axes)
    return f"(SELECT {chosen}, r.* EXCLUDE ({names}) FROM {rows} r{joins})"  # noqa: S608


def beside(axes: Sequence[Axis], rows: str) -> str:
    """The SQL of rows with the places of their axes beside them: `place_x` beside `x`."""
    joins = "".join(
        f" LEFT JOIN kept_{axis.role} ON kept_{axis.role}.word = r.{axis.role}"
        for axis in axes
        if axis.form == "category"
    )
    places = "".join(f", {_place(axis)} AS place_{axis.role}" for axis in axes)
    return f"(SELECT r.*{places} FROM {rows} r{joins})"  # noqa: S608


TOTAL = "(total)"


def _total(row: Sequence[Any], at: int, width: int) -> Any:
    """The place of a total is no place of the axis."""
    return TOTAL if row[width + 2 + at] else row[at]


@dataclass(frozen=True)
class Rows:
    """Where figures come from: the table itself, or groups of it that were made before."""

    sql: str
    values: list[Any]
    figure: str
    amount: str


def _rows(look: Look, axes: Sequence[Axis], measure: Measure) -> Rows:
    parts = {axis.role: axis.sql for axis in axes} | {"v": measure.value}
    if not measure.is_combinable or any(_is_vast(look, axis) for axis in axes):
        return Rows(look.some(**parts), look.values, measure.direct, "count(*)")
    late = [axis for axis in axes if axis.later]
    parts |= {axis.role: axis.early for axis in late}
    names = "".join(f"{axis.role}, " for axis in axes)
    query = f"SELECT {names}count(*) AS n, {', '.join(measure.parts)} FROM {look.some(**parts)} GROUP BY ALL"  # noqa: S608
    look.source.connection.execute(f"CREATE OR REPLACE TEMP TABLE smaller AS {query}", look.values or None)
    placed_late = ", ".join(f"{axis.later} AS {axis.role}" for axis in late)
    smaller = f"(SELECT * REPLACE ({placed_late}) FROM smaller)" if late else "smaller"  # noqa: S608
    return Rows(smaller, [], measure.combined, "sum(n)")


def _is_vast(look: Look, axis: Axis) -> bool:
    facts = look.facts.get(axis.column.name)
    return axis.form == "category" and look.is_vast and facts is not None and facts.distinct > TOO_MANY_WORDS


def _kept(look: Look, axis: Axis, rows: Rows, most: int) -> Axis:
    if _is_vast(look, axis):
        query = f"SELECT approx_top_k({axis.role}, {most}) FROM {look.some(**{axis.role: axis.sql})}"  # noqa: S608
        ((words,),) = look.all(query)
        return axis.keeping(words or (), look.facts[axis.column.name].distinct)
    role = axis.role
    query = (
        f"SELECT {role}, count(*) OVER () FROM {rows.sql} WHERE {role} IS NOT NULL "  # noqa: S608
        f"GROUP BY 1 ORDER BY {_rank(look, rows)}, {rows.amount} DESC, 1 LIMIT {most:d}"
    )
    found = look.source.connection.execute(query, rows.values or None).fetchall()
    return axis.keeping([word for word, _ in found], found[0][1] if found else 0)


def _rank(look: Look, rows: Rows) -> str:
    order: Mapping[Keep, str] = {
        "most_rows": f"{rows.amount} DESC",
        "highest": f"{rows.figure} DESC NULLS LAST",
        "lowest": f"{rows.figure} ASC NULLS LAST",
        "auto": f"{rows.figure} DESC NULLS LAST" if look.spec.aggregate == "sum" else f"{rows.amount} DESC",
    }
    return order[look.spec.keep]


def _write_down(look: Look, axis: Axis) -> None:
    connection, name = look.source.connection, f"kept_{axis.role}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (word VARCHAR, place INTEGER)")
    if axis.words:
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", [[word, at] for at, word in enumerate(axis.words)])  # noqa: S608


def _place(axis: Axis) -> str:
    if axis.form != "category":
        return f"r.{axis.role}"
    otherwise = f"CASE WHEN r.{axis.role} IS NULL THEN {MISSING_PLACE} ELSE {OTHER_PLACE} END"
    return f"coalesce(kept_{axis.role}.place, {otherwise})"


def _finite(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if number - number == 0 else None
