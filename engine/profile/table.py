"""The profile of a whole table."""

from collections.abc import Sequence

from engine.errors import DataError
from engine.profile.noticed import findings_of, score
from engine.profile.profiled import Profile
from engine.profile.relations import correlate, count_duplicates
from engine.profile.source import MEMORY_MB, Tabular, opened
from engine.profile.statistics import measure


def profile(
    table: Tabular, columns: Sequence[str] | None = None, rows: int | None = None, memory_mb: int = MEMORY_MB
) -> Profile:
    """Profile a table.

    Parameters
    ----------
    table
        Paths of Parquet files, or an Arrow table.
    columns
        Only these; reserved ones are never looked at.
    rows
        How many rows there must be, where that is known.
    memory_mb
        What it may take.

    Raises
    ------
    UnknownColumn
        Where a column is not there.
    DataError
        Where the files cannot be read, or have another number of rows.
    """
    with opened(table, columns, memory_mb) as source:
        (found,) = source.one(f"SELECT count(*) FROM {source.relation}")  # noqa: S608
        if rows is not None and rows != found:
            raise DataError(f"The table should have {rows:,} rows and has {found:,}.", hint="Import the data again.")
        measured = tuple(measure(source, found))
        duplicates = count_duplicates(source)
        correlations = correlate(source, measured)
    findings = findings_of(found, duplicates, measured, correlations)
    deductions = score(found, duplicates, measured, findings)
    return Profile(
        rows=found,
        duplicates=duplicates,
        quality_score=round(max(0.0, 100.0 - sum(one.points for one in deductions)), 1),
        deductions=tuple(deductions),
        columns=measured,
        correlations=correlations,
        findings=tuple(findings),
    )
