"""What happened to single lines, told as findings."""

from collections.abc import Iterator

from engine.findings import Finding
from engine.reading.closing import REASON as CLOSING
from engine.reading.read_as import ReadAs
from engine.reading.records import Report
from engine.reading.type_findings import choice

_SHOWN = 20


def findings_of(report: Report, rows: int, read_as: ReadAs, width: int) -> list[Finding]:
    """Tell what a reading line by line noticed."""
    return [
        *_second_table(report, width),
        *_rejected(report, rows, read_as),
        *_repeated_header(report),
        *_repaired(report),
        *_stray(report),
        *_fitted(report),
        *_blank(report),
    ]


def _rejected(report: Report, rows: int, read_as: ReadAs) -> Iterator[Finding]:
    count = report.rejected_count - len(report.repeated_headers) - report.closing
    if not count:
        return
    shown = [one for one in report.rejected if one.reason not in ("repeats the header", CLOSING)][:_SHOWN]
    first = shown[0] if shown else report.rejected[0]
    is_text = read_as.format == "csv"
    do, were = ("does", "was") if count == 1 else ("do", "were")
    yield Finding(
        code="rejected_lines",
        severity="error",
        message=f"{count:,} of {rows + report.rejected_count:,} lines {do} not fit the table and {were} left out. "
        f"The first is line {first.line}: {first.reason}.",
        fix="Correct these lines in the file" + (", or check the delimiter and the quote." if is_text else "."),
        detail={
            "count": count,
            "reasons": dict(report.reasons),
            "lines": [{"line": one.line, "reason": one.reason, "text": one.text} for one in shown],
            "choices": [choice("Make these lines fit", lenient=True)] if is_text else [],
        },
    )


def _second_table(report: Report, width: int) -> Iterator[Finding]:
    if not report.widths:
        return
    other, count = report.widths.most_common(1)[0]
    if (
        count < 10
        or count < 0.9 * report.rejected_count
        or report.rejected[-1].line - report.rejected[0].line > 3 * count
    ):
        return
    yield Finding(
        code="second_table",
        severity="error",
        message=f"From line {report.rejected[0].line} on, {count:,} lines have {other} fields instead of {width}: "
        "a second table seems to follow. It was not read.",
        fix="Put each table into a file of its own.",
        detail={"line": report.rejected[0].line, "fields": other, "count": count},
    )


def _repeated_header(report: Report) -> Iterator[Finding]:
    if lines := report.repeated_headers:
        yield Finding(
            code="repeated_header",
            severity="warning",
            message=f"The header is repeated in line {lines[0]}{_more(len(lines))}: files seem to be joined here. "
            "The repetitions were left out, the rows below them kept.",
            fix="Check that the rows below belong to the same table.",
            detail={"lines": lines[:_SHOWN], "count": len(lines)},
        )


def _repaired(report: Report) -> Iterator[Finding]:
    if lines := report.repaired:
        yield Finding(
            code="unescaped_quotes",
            severity="warning",
            message=f"Quotes inside text are not doubled in line {lines[0]}{_more(report.repaired_count)}; "
            "they were read as part of the text.",
            fix="Look at these lines in the preview.",
            detail={"lines": lines[:_SHOWN], "count": report.repaired_count},
        )


def _stray(report: Report) -> Iterator[Finding]:
    if lines := report.stray_lines:
        yield Finding(
            code="stray_quotes",
            severity="info",
            message=f"Line {lines[0]}{_more(report.stray_count)} has a quote in the middle of plain text.",
            fix="Look at these lines; choose no quote character if quotes mean inches or seconds.",
            detail={"lines": lines[:_SHOWN], "count": report.stray_count},
        )


_FITTED = {
    "padded": ("with too few fields: what is missing at the end was left empty", "warning"),
    "joined": ("with too many fields: the surplus was joined to the last column", "warning"),
    "cut": ("with empty fields too many, which were cut", "info"),
    "broken_quotes": ("with quotes in the wrong place, which were read as text", "warning"),
    "nul_byte": ("with NUL bytes, which were left out", "warning"),
}


def _fitted(report: Report) -> Iterator[Finding]:
    for code, lines in report.fitted.items():
        count = report.fitted_count[code]
        what, severity = _FITTED[code]
        yield Finding(
            code=f"lines_{code}",
            severity=severity,
            message=f"1 line {what}; it is line {lines[0]}."
            if count == 1
            else f"{count:,} lines {what}; the first is line {lines[0]}.",
            fix="Look at these lines: values may stand in the wrong column.",
            detail={"lines": lines[:_SHOWN], "count": count},
        )


def _blank(report: Report) -> Iterator[Finding]:
    if report.blank:
        yield Finding(
            code="blank_lines",
            severity="info",
            message=f"{empty_lines(report.blank)} skipped between the rows.",
            detail={"count": report.blank},
        )


def skipped_lines(count: int) -> str:
    return "1 line was skipped" if count == 1 else f"{count:,} lines were skipped"


def empty_lines(count: int) -> str:
    return "1 empty line was" if count == 1 else f"{count:,} empty lines were"


def _more(count: int) -> str:
    return f" and {count - 1:,} more" if count > 1 else ""
