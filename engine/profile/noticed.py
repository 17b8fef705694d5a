"""What is remarkable about a table, each with the node that helps, and what it costs the quality score."""

import re
from collections.abc import Iterator, Sequence

from components.quality.find_pii import HASHED, MASKED
from engine.findings import Finding, Severity
from engine.profile.notes import advised, counted, found
from engine.profile.noticed_texts import MISTYPED, is_date, numbers_as_text, of_text, words_for_yes_and_no
from engine.profile.profiled import ColumnProfile, Correlation, Deduction

_LONG_AGO_DAYS = 30
_GAP_STEPS = 10
_INDEX = re.compile(r"(Unnamed: \d+)|__index_level_\d+__")
"""What pandas calls the numbers of rows that it writes beside a table."""


def findings_of(
    rows: int, duplicates: int, columns: Sequence[ColumnProfile], correlations: Sequence[Correlation]
) -> list[Finding]:
    """List everything remarkable, whole-table findings first."""
    if not rows:
        return [Finding(code="no_rows", severity="warning", message="The table has no rows.", fix="Import it again.")]
    noticed = [*_duplicates(rows, duplicates), *words_for_yes_and_no(columns)]
    for column in columns:
        noticed += _of_column(column, rows)
    return noticed + list(_correlated(correlations))


def score(rows: int, duplicates: int, columns: Sequence[ColumnProfile], findings: Sequence[Finding]) -> list[Deduction]:
    """Explain the quality score: up to 40 points for missing values, 20 for duplicates, 40 for columns in need."""
    if not rows or not columns:
        return [Deduction(reason="The table is empty", points=100.0)]
    missing = sum(column.missing for column in columns) / (rows * len(columns))
    idle = sum(column.semantic in ("constant", "empty") for column in columns) / len(columns)
    mistyped = {one.column for one in findings if one.code in MISTYPED}
    reasons = (
        (f"{100 * missing:.1f} % of the cells are missing", min(40.0, 100 * missing)),
        (f"{100 * duplicates / rows:.1f} % of the rows are duplicates", min(20.0, 100 * duplicates / rows)),
        (f"{100 * idle:.0f} % of the columns hold one value or none", min(20.0, 50 * idle)),
        (
            f"{_columns(len(mistyped))} texts that should be numbers, dates, or written in one way",
            min(20.0, 50 * len(mistyped) / len(columns)),
        ),
    )
    return [Deduction(reason=reason, points=round(points, 1)) for reason, points in reasons if round(points, 1) > 0]


def _columns(number: int) -> str:
    return "1 column holds" if number == 1 else f"{number} columns hold"


def _of_column(column: ColumnProfile, rows: int) -> Iterator[Finding]:
    if column.semantic == "empty":
        yield found("empty_column", "warning", column, "has no values", "Drop it.", "drop_columns")
        return
    if column.missing:
        yield _missing(column, rows)
    if column.semantic == "constant":
        text = f"always holds {column.min!r}" if column.min is not None else "always holds the same value"
        yield found("constant", "warning", column, text, "Drop it: it tells a model nothing.", "drop_columns")
        return
    if _numbers_rows(column, rows):
        text = "holds the numbers that pandas gave the rows, and nothing of what they are about"
        yield found("row_numbers", "warning", column, text, "Drop it.", "drop_columns")
        return
    if column.semantic == "identifier" and not _is_mistyped(column):
        text = "has a different value in every row, so it looks like an identifier"
        yield found("identifier", "info", column, text, "Drop it before training.", "drop_columns")
        yield from numbers_as_text(column)
        yield from _personal(column)
        return
    yield from _personal(column)
    yield from _of_times(column)
    yield from of_text(column) if column.kind == "text" else _of_number(column, rows)


def _numbers_rows(column: ColumnProfile, rows: int) -> bool:
    named = _INDEX.fullmatch(column.name)
    # A heading that was empty is called so, too: then only the values tell.
    counted_up = column.kind == "numeric" and column.min in (0, 1) and column.distinct > rows / 2
    return named is not None and (named[1] is None or counted_up)


def _is_mistyped(column: ColumnProfile) -> bool:
    """Amounts and dates may all be different, and are no names for rows."""
    return column.kind == "text" and (
        column.written is not None or (is_date(str(column.min)) and is_date(str(column.max)))
    )


def _missing(column: ColumnProfile, rows: int) -> Finding:
    share = column.missing / rows
    fix, component = _fill_for(column, share)
    severity: Severity = "warning" if share >= 0.05 else "info"
    return found(
        "missing", severity, column, f"misses {counted(column.missing, 'value')} ({100 * share:.1f} %)", fix, component
    )


def _fill_for(column: ColumnProfile, share: float) -> tuple[str, str]:
    if share > 0.5:
        return "Drop it, or impute with care.", "drop_columns"
    if column.kind in ("datetime", "other") or share < 0.01:
        return "Drop the rows without a value.", "drop_missing"
    if column.kind != "numeric":
        return "Fill with the most frequent value.", "impute_mode"
    if abs(column.skewness or 0) > 2:
        return "Fill with the median.", "impute_median"
    return "Fill with the mean.", "impute_mean"


def _personal(column: ColumnProfile) -> Iterator[Finding]:
    if not column.personal:
        return
    text = f"seems to hold personal data: {column.personal}"
    if column.personal in MASKED:
        yield found("personal_data", "warning", column, text, "Hide most of each value.", "mask_column")
    elif column.personal in HASHED:
        yield found("personal_data", "warning", column, text, "Replace values by their fingerprint.", "hash_column")
    else:
        yield found("personal_data", "warning", column, text, "Drop it before it leaves the house.", "drop_columns")


def _of_times(column: ColumnProfile) -> Iterator[Finding]:
    fresh = column.freshness
    if fresh is None:
        return
    if fresh.future and column.meaning == "birth_date":
        text = f"lies in the future in {counted(fresh.future, 'row')}"
        yield advised("future_dates", "warning", column, text, "Look where these come from.")
    if fresh.gap_days and fresh.step_days and fresh.gap_days > max(_GAP_STEPS * fresh.step_days, _LONG_AGO_DAYS):
        text = f"has no value for {fresh.gap_days:,.0f} days after {str(fresh.gap_after)[:10]}"
        yield advised("date_gap", "info", column, text, "Check whether data are missing there.")


def _of_number(column: ColumnProfile, rows: int) -> Iterator[Finding]:
    if column.kind != "numeric" or column.semantic != "number":
        return
    if column.skewness is not None and abs(column.skewness) > 3:
        text = f"is very skewed (skewness {column.skewness:.1f})"
        helps = (
            ("math", {"function": "log1p"}) if not column.negative else ("power_transform", {"method": "yeo-johnson"})
        )
        yield found("skewed", "info", column, text, "Transform it for linear models.", *helps)
    if column.outliers and column.outliers >= max(1, 0.001 * rows):
        text = f"has {counted(column.outliers, 'value')} far from the rest (beyond 3 interquartile ranges)"
        yield found(
            "outliers",
            "info",
            column,
            text,
            "Check them, or clip them.",
            "clip_outliers",
            {"method": "iqr", "threshold": 3},
        )
    if column.zeros and column.zeros > 0.5 * rows:
        text = f"is zero in {100 * column.zeros / rows:.0f} % of the rows"
        yield advised("many_zeros", "info", column, text, "Check whether zero means that nothing is known.")


def _duplicates(rows: int, duplicates: int) -> Iterator[Finding]:
    if duplicates:
        yield Finding(
            code="duplicates",
            severity="warning",
            message=f"{duplicates:,} of {rows:,} rows repeat an earlier row.",
            fix="Remove them, unless repeated rows are meant.",
            detail={"count": duplicates, "component": "deduplicate", "params": {"columns": "all"}},
        )


def _correlated(correlations: Sequence[Correlation]) -> Iterator[Finding]:
    for one in correlations:
        if abs(one.value) >= 0.98:
            yield Finding(
                code="correlated",
                severity="info",
                column=one.right,
                message=f"{one.right} says almost the same as {one.left} (correlation {one.value:.3f}).",
                fix="Drop one of them.",
                detail={"with": one.left, "component": "drop_columns", "params": {"columns": [one.right]}},
            )
