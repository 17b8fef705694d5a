"""The values that do not fit the type of their column, by example: one more query for the columns that have some."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from engine.findings import Finding
from engine.reading.stage import Stage
from engine.reading.type_counts import COLUMNS_PER_QUERY
from engine.reading.type_findings import Say

_SHOWN_CHARS = 40


@dataclass(frozen=True)
class Misfits:
    """What is still to be told of a column.

    Parameters
    ----------
    source
        The column of the stage.
    condition
        SQL that holds for a value that does not fit.
    say
        The finding, by some of the values.
    """

    source: str
    condition: str
    say: Say


def name_misfits(
    connection: duckdb.DuckDBPyConnection, stage: Stage, misfits: Mapping[int, Misfits]
) -> Iterator[tuple[int, Finding]]:
    """Each finding with the first and the last of its values in order of the alphabet, blanks aside."""
    all_of_them = list(misfits.items())
    for start in range(0, len(all_of_them), COLUMNS_PER_QUERY):
        yield from _named(connection, stage, all_of_them[start : start + COLUMNS_PER_QUERY])


def _named(
    connection: duckdb.DuckDBPyConnection, stage: Stage, some: Sequence[tuple[int, Misfits]]
) -> Iterator[tuple[int, Finding]]:
    relation = stage.narrowed(connection, [one.source for _, one in some])
    edges = [
        f"{edge}({one.source}) FILTER ({one.condition} AND trim({one.source}) <> '')"
        for _, one in some
        for edge in ("min", "max")
    ]
    found = connection.execute(f"SELECT {', '.join(edges)} FROM {relation}").fetchone() or ()  # noqa: S608
    for (place, one), first, last in zip(some, found[::2], found[1::2], strict=True):
        yield place, one.say(tuple(dict.fromkeys(text.strip()[:_SHOWN_CHARS] for text in (first, last) if text)))
