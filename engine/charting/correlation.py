"""How closely numbers go together: Pearson's correlation of each pair, over the rows where both have values."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from engine.charting.columns import Column
from engine.charting.drawn import Drawn
from engine.charting.figures import nothing
from engine.charting.look import Look
from engine.errors import DataError

MOST_COLUMNS = 30
MOST_NAMED = 4
MOST_ROWS = 100_000
"""Of more, so many are drawn by chance: the error of a correlation is below 0.01 then."""

Matrix = NDArray[np.float64]


def draw_correlations(look: Look) -> Drawn:
    """A figure for each pair of columns.

    Raises
    ------
    DataError
        Where there are fewer than two columns of numbers.
    """
    columns = chosen_columns(look)
    if not look.rows:
        return nothing(look)
    values = _known(look, columns)
    return _drawn(look, columns, _computed(look, columns) if values is None else values)


def _known(look: Look, columns: Sequence[Column]) -> Matrix | None:
    """What the table's profile tells, over all rows; None where it leaves out a pair."""
    if look.known is None:
        return None
    deviations = {column.name: column.std for column in look.known.columns}
    told = {frozenset((one.left, one.right)): one.value for one in look.known.correlations}
    told |= {frozenset((name,)): 1.0 for name, std in deviations.items() if std}
    values = np.full((len(columns), len(columns)), np.nan)
    for pair in product(range(len(columns)), repeat=2):
        names = frozenset(columns[at].name for at in pair)
        if names in told:
            values[pair] = told[names]
        elif all(deviations.get(name) for name in names):
            return None
    return values


def _computed(look: Look, columns: Sequence[Column]) -> Matrix:
    parts = {f"v{at}": column.number for at, column in enumerate(columns)}
    is_drawn = look.rows > MOST_ROWS
    rows = look.by_chance(MOST_ROWS, look.rows) if is_drawn else look
    connection = look.source.connection
    # Written down first: a result that is read piece by piece is made on one core.
    connection.execute(f"CREATE OR REPLACE TEMP TABLE drawn AS FROM {rows.some(**parts)}", look.values or None)
    found = connection.execute("FROM drawn").to_arrow_table()
    raw = np.column_stack([found.column(name).to_numpy() for name in parts]).astype(np.float64)
    if is_drawn:
        look.notes.append(f"Computed from {len(raw):,} of {look.rows:,} rows, chosen by chance, always the same.")
    return correlate(raw)


def chosen_columns(look: Look) -> list[Column]:
    """The columns that were named, or the first ones that hold numbers and do more than tell rows apart."""
    if look.spec.columns:
        return _enough([look.columns[name] for name in look.spec.columns])
    profiled = look.profile.columns if look.profile else ()
    identifiers = {column.name for column in profiled if column.semantic == "identifier"}
    numbers = [column for column in look.columns.values() if column.kind == "numeric"]
    others = [column for column in numbers if column.name not in identifiers]
    if len(numbers) > len(others) > 1:
        left_out = [column.name for column in numbers if column.name in identifiers]
        more = f" and {len(left_out) - MOST_NAMED:,} more" if len(left_out) > MOST_NAMED else ""
        tell = "tells" if len(left_out) == 1 else "tell"
        look.notes.append(f"Without {', '.join(left_out[:MOST_NAMED])}{more}, which only {tell} rows apart.")
        numbers = others
    if len(numbers) > MOST_COLUMNS:
        look.notes.append(f"The first {MOST_COLUMNS} of {len(numbers):,} columns of numbers; choose others by name.")
    return _enough(numbers[:MOST_COLUMNS])


def _enough(columns: list[Column]) -> list[Column]:
    if len(columns) < 2:
        raise DataError(
            "A correlation needs two columns of numbers.",
            hint="Choose more columns, or another chart.",
            field="columns",
        )
    return columns


def correlate(values: Matrix) -> Matrix:
    """Pearson's correlation of each pair of columns; NaN where one of them does not vary."""
    there = np.isfinite(values)
    count = there.sum(axis=0)
    mean = np.where(there, values, 0).sum(axis=0) / np.maximum(count, 1)
    moved = np.where(there, values - mean, 0.0)
    scale = np.sqrt((moved**2).sum(axis=0))
    moved = moved / np.where(scale > 0, scale, 1)
    is_there = there.astype(np.float64)
    both = is_there.T @ is_there
    sums, squares = moved.T @ is_there, (moved**2).T @ is_there
    with np.errstate(all="ignore"):
        covariance = moved.T @ moved - sums * sums.T / both
        variance = squares - sums**2 / both
        deviation = np.sqrt(variance * variance.T)
        return np.where((deviation > 1e-12) & (both > 1), np.clip(covariance / deviation, -1.0, 1.0), np.nan)


def _drawn(look: Look, columns: list[Column], values: Matrix) -> Drawn:
    names = [column.name for column in columns]
    pairs = [(left, right) for left in range(len(names)) for right in range(len(names))]
    points = {
        "x": [names[right] for _, right in pairs],
        "category": [names[left] for left, _ in pairs],
        "y": [float(values[pair]) if np.isfinite(values[pair]) else None for pair in pairs],
    }
    return Drawn(
        spec=look.spec,
        points=points,
        forms={"x": "category", "category": "category"},
        order={"x": names, "category": names},
        titles={"x": "", "category": "", "y": "correlation"},
        rows=look.rows,
        notes=tuple(look.notes),
    )
