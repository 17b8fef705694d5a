"""The profile of a whole table."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from engine.errors import DataError
from engine.profile.associations import associate
from engine.profile.noticed import findings_of, score
from engine.profile.profiled import Profile
from engine.profile.relations import correlate, count_duplicates, find_keys, missing_together
from engine.profile.source import MEMORY_MB, Tabular, opened
from engine.profile.statistics import THREADS, measure
from engine.profile.summary import summary_of

SAMPLE_ROWS = 25_000
SAMPLE_CELLS = 10_000_000


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
    # Columns are looked at side by side; threads inside a product of vectors would only wait for each other.
    one_each = threadpool_limits(1, user_api="blas")
    with one_each, opened(table, columns, memory_mb) as source, ThreadPoolExecutor(THREADS) as pool:
        (found,) = source.one(f"SELECT count(*) FROM {source.relation}")  # noqa: S608
        if rows is not None and rows != found:
            raise DataError(f"The table should have {rows:,} rows and has {found:,}.", hint="Import the data again.")
        names = list(source.columns)
        sample = source.sample(found, min(SAMPLE_ROWS, SAMPLE_CELLS // max(len(names), 1)), names)
        measured = tuple(measure(source, found, sample))
        associations = pool.submit(associate, sample, measured)
        missing = pool.submit(missing_together, source.another(), measured)
        correlations = pool.submit(correlate, source.another(), measured)
        keys = find_keys(source, measured, found, sample)
        # Where a key tells all rows apart, none repeats another.
        duplicates = 0 if keys else count_duplicates(source, names)
        related = correlations.result(), associations.result(), missing.result()
    findings = findings_of(found, duplicates, measured, related[0])
    deductions = score(found, duplicates, measured, findings)
    described = Profile(
        rows=found,
        duplicates=duplicates,
        quality_score=round(max(0.0, 100.0 - sum(one.points for one in deductions)), 1),
        deductions=tuple(deductions),
        columns=measured,
        correlations=related[0],
        findings=tuple(findings),
        associations=related[1],
        sampled_rows=sample.num_rows,
        keys=keys,
        missing_patterns=related[2],
    )
    return described.model_copy(update={"summary": tuple(summary_of(described))})
