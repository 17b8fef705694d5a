"""How far the values of a column moved from one table to another.

The population stability index compares the shares of the deciles of the first table, or of its categories: below 0.1
little happened, above 0.25 much (Siddiqi, Credit Risk Scorecards, 2006).
"""

# ruff: noqa: S608  (names are quoted, and values are our own)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.types as kinds

from engine.versions.arrow_kinds import is_moment, is_number
from engine.versions.as_written import as_written
from engine.versions.scratch import identifier
from storage.table_rules import ROW_ID

Shift = Literal["none", "some", "strong", "unknown"]
DECILES = tuple(at / 10 for at in range(1, 10))
MOST_CATEGORIES = 1_000
SAMPLE_ROWS = 50_000
LEAST_ROWS = 50
"""With fewer values, shares of deciles say nothing."""
LEAST_PER_CATEGORY = 3
"""Where categories occur less often on average, as names do, each new one would move the shares."""
LEAST_SHARE = 1e-4
SOME, STRONG = 0.1, 0.25


@dataclass(frozen=True)
class Drift:
    """What became of a column's values.

    Parameters
    ----------
    missing, mean
        Share of missing values, and mean of numbers, in the first table and in the second.
    psi
        Population stability index; None where it says nothing.
    new, lost
        Categories that only the second, or only the first, table has; the most frequent ones.
    """

    missing: tuple[float, float]
    mean: tuple[float | None, float | None] = (None, None)
    psi: float | None = None
    new: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def shift(self) -> Shift:
        """How much the values moved, in a word."""
        if self.psi is None:
            return "unknown"
        return "strong" if self.psi >= STRONG else "some" if self.psi >= SOME else "none"


def drift_of(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, schemas: tuple[pa.Schema, pa.Schema]
) -> dict[str, Drift]:
    """Compare the columns that two relations share, in two passes over each.

    Parameters
    ----------
    left, right
        Relations of SQL.
    """
    columns = _columns(*schemas)
    if not columns:
        return {}
    before, after = (_first_look(connection, relation, columns) for relation in (left, right))
    edges = _edges(connection, left, columns, next(iter(before.values()))["rows"])
    looks = {name: _Look(column, edges.get(name, [])) for name, column in columns.items()}
    few = {name for name in columns if max(before[name]["distinct"], after[name]["distinct"]) <= MOST_CATEGORIES}
    counts = [_second_look(connection, relation, looks, few) for relation in (left, right)]
    return {
        name: _drift(column, (before[name], after[name]), (counts[0].get(name), counts[1].get(name)))
        for name, column in columns.items()
    }


@dataclass(frozen=True)
class _Column:
    """A column as it is compared: numbers and moments by deciles, the rest by categories."""

    value: str
    by_deciles: bool
    is_number: bool


@dataclass(frozen=True)
class _Look:
    column: _Column
    edges: list[float]


def _columns(left: pa.Schema, right: pa.Schema) -> dict[str, _Column]:
    found = {}
    for own in right:
        at = left.get_field_index(own.name)
        if own.name == ROW_ID or at < 0:
            continue
        pair, name = (left.field(at).type, own.type), identifier(own.name)
        if all(map(is_number, pair)):
            found[own.name] = _Column(f"CAST({name} AS DOUBLE)", True, True)
        elif all(map(is_moment, pair)):
            found[own.name] = _Column(f"epoch(CAST({name} AS TIMESTAMP))", True, False)
        elif not any(kinds.is_binary(kind) or kinds.is_large_binary(kind) for kind in pair):
            found[own.name] = _Column(as_written(own.name, pair), False, False)
    return found


def _first_look(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, _Column]) -> dict[str, Any]:
    """How many values there are, their mean, and about how many are different."""
    asked = ["count(*)"]
    for column in columns.values():
        asked += [
            f"count({column.value})",
            f"avg({_finite(column)})" if column.is_number else "NULL",
            "0" if column.by_deciles else f"approx_count_distinct({column.value})",
        ]
    rows, *found = connection.execute(f"SELECT {', '.join(asked)} FROM {relation}").fetchone() or ()
    names = ("filled", "mean", "distinct")
    return {
        name: {"rows": rows, **dict(zip(names, found[3 * at : 3 * at + 3], strict=True))}
        for at, name in enumerate(columns)
    }


def _edges(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, _Column], rows: int
) -> dict[str, list[float]]:
    """The deciles of the first table, from some of its rows: both tables are counted in full."""
    asked = {
        name: f"quantile_disc({_finite(column)}, {list(DECILES)})"
        for name, column in columns.items()
        if column.by_deciles
    }
    if not asked:
        return {}
    every = max(1, rows // SAMPLE_ROWS)
    query = f"SELECT {', '.join(asked.values())} FROM {relation} WHERE hash({ROW_ID}) % {every} = 0"
    found = connection.execute(query).fetchone() or ()
    return {name: sorted(set(deciles or [])) for name, deciles in zip(asked, found, strict=True)}


def _finite(column: _Column) -> str:
    return f"CASE WHEN isfinite({column.value}) THEN {column.value} END"


def _second_look(
    connection: duckdb.DuckDBPyConnection, relation: str, looks: Mapping[str, _Look], few: set[str]
) -> dict[str, Any]:
    """How many values lie in each tenth; how often each category occurs."""
    asked: dict[str, str] = {}
    for name, look in looks.items():
        value = look.column.value
        if look.column.by_deciles:
            asked[name] = f"histogram({value}, {look.edges}::DOUBLE[])"
        elif name in few:
            asked[name] = f"histogram({value})"
    if not asked:
        return {}
    found = connection.execute(f"SELECT {', '.join(asked.values())} FROM {relation}").fetchone() or ()
    return dict(zip(asked, found, strict=True))


def _drift(column: _Column, seen: tuple[Mapping[str, Any], Mapping[str, Any]], counts: tuple[Any, Any]) -> Drift:
    missing = tuple(1 - side["filled"] / side["rows"] if side["rows"] else 0.0 for side in seen)
    mean = tuple(side["mean"] for side in seen)
    filled = tuple(int(side["filled"]) for side in seen)
    enough = min(filled) >= LEAST_ROWS
    new: list[str] = []
    lost: list[str] = []
    psi = None
    if counts[0] is None or counts[1] is None:
        pass
    elif column.by_deciles:
        tenths = sorted(set(counts[0]) | set(counts[1]))
        psi = stability(*([side.get(tenth, 0) for tenth in tenths] for side in counts)) if enough else None
    else:
        left, right = counts
        names = list(dict.fromkeys([*left, *right]))
        if enough and min(filled) >= LEAST_PER_CATEGORY * len(names):
            psi = stability(*([side.get(name, 0) for name in names] for side in counts))
        new = sorted(set(right) - set(left), key=lambda name: (-right[name], name))
        lost = sorted(set(left) - set(right), key=lambda name: (-left[name], name))
    return Drift((missing[0], missing[1]), (mean[0], mean[1]), psi, new, lost)


def stability(left: Sequence[int], right: Sequence[int]) -> float:
    """The population stability index of two sets of counts.

    >>> round(stability([10, 10], [10, 10]), 3), round(stability([50, 50], [90, 10]), 3)
    (0.0, 0.879)
    """
    shares = [[max(count / max(sum(counts), 1), LEAST_SHARE) for count in counts] for counts in (left, right)]
    return float(sum((after - before) * log(after / before) for before, after in zip(*shares, strict=True)))
