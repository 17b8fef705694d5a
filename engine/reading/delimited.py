"""Text tables: CSV, TSV and their relatives."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import StringIO, TextIOWrapper
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from engine.findings import Finding
from engine.reading.closing import LOOKED_AT, Closing, HoldBack, find_closing
from engine.reading.column_types import TypedColumn, settle_types
from engine.reading.dialect import detect_dialect
from engine.reading.encoding import detect_encoding, wrong_encoding
from engine.reading.errors import EmptyFile, UnreadableFile
from engine.reading.header import Cells, Head, find_head
from engine.reading.left_out import LeftOut
from engine.reading.limits import HEAD_CHARS
from engine.reading.names import settle_names
from engine.reading.proof import prove_regular
from engine.reading.read_as import Column, ReadAs
from engine.reading.reading import Reading, Tell, Workspace
from engine.reading.records import Lines, Records, Report
from engine.reading.report import findings_of, skipped_lines
from engine.reading.stage import Stage, connect, stage_proved, stage_rows
from engine.reading.typed import typed_batches
from engine.reading.values import uses_comma
from engine.reading.watched import watched

_TAIL_BYTES = 1 << 16
_PROVED, _STAGED = 0.45, 0.7
"""The share of the looking that a proof takes, and after which lines are read one by one; then come the types."""
_TOLD_ROWS = 20_000
EVERY_FIELD = frozenset(ReadAs.model_fields)


@dataclass
class Staged:
    """A text table whose cells are all in DuckDB's reach, as text."""

    stage: Stage
    report: Report = field(default_factory=Report)


def detect(path: Path, read_as: ReadAs, fixed: frozenset[str]) -> tuple[ReadAs, list[Finding]]:
    """Find out how a text table is to be read; what is in `fixed` stays."""
    findings: list[Finding] = []
    if "encoding" not in fixed:
        encoding, findings = detect_encoding(path)
        read_as = read_as.model_copy(update={"encoding": encoding})
    lines = head_lines(path, read_as)
    read_as, about_dialect = detect_dialect(_behind(lines, read_as, fixed), read_as, fixed)
    head = find_head(head_records(lines, read_as), read_as, fixed)
    read_as = read_as.model_copy(
        update={"header": head.header_rows > 0, "header_rows": max(head.header_rows, 1), "skip_rows": head.skip_rows}
    )
    skipped = [] if "skip_rows" in fixed else _skipped_unread(lines, head)
    return _with_decimal(path, read_as, fixed), [*findings, *about_dialect, *skipped, *head.findings]


def open_delimited(path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace) -> Reading:
    """Read a text table exactly as `read_as` says."""
    lines = head_lines(path, read_as)
    head = find_head(head_records(lines, read_as), read_as, EVERY_FIELD)
    head = replace(head, skip_lines=_behind_blanks(lines, head))
    names, findings = settle_names(head.names or [""] * head.width if head.header_rows else _numbered(head.width))
    connection = connect(workspace.path)
    closing = None if workspace.kept.get("is_cut") else _find_closing(path, read_as, head)
    left_out = len(closing.rows) if closing and read_as.skip_closing else 0
    staged = _stage(connection, path, read_as, head, workspace, left_out)
    tell = workspace.part(_PROVED if staged.stage.table is None else _STAGED, 1)
    columns = watched(connection, lambda: settle_types(connection, staged.stage, names, read_as), tell)
    findings += [closing.finding(is_left_out=bool(left_out))] if closing else []
    findings += [*findings_of(staged.report, staged.stage.rows, read_as, head.width), *_of_columns(columns)]
    if not staged.stage.rows:
        findings.append(_no_rows())
    if _ends_open(path):
        findings.append(_last_line_open())

    def batches() -> Iterator[pa.RecordBatch]:
        return typed_batches(connection, staged.stage, columns, reading.schema, batch_rows)

    shown = [Column(name=column.name, type=column.type) for column in columns]
    reading = Reading(read_as, shown, batches, findings, staged.report.rejected, workspace)
    reading.rejected_count, reading.left_out = staged.report.rejected_count, staged.report.left_out
    reading.rows = staged.stage.rows
    reading.notice_columns(columns)
    return reading


def head_lines(path: Path, read_as: ReadAs) -> list[str]:
    """Return the first lines of the text."""
    try:
        with path.open(encoding=read_as.encoding, newline="") as stream:
            text = stream.read(HEAD_CHARS)
            complete = not stream.read(1)
    except (UnicodeError, LookupError) as error:
        raise wrong_encoding(read_as) from error
    lines = list(StringIO(text, newline=""))
    if not text.strip():
        raise EmptyFile("The file is empty.", hint="Check that the export finished, and import it again.")
    return lines if complete or len(lines) == 1 else lines[:-1]


def head_records(lines: list[str], read_as: ReadAs) -> list[tuple[int, Cells]]:
    """Return the first records that are not blank, in whatever width they have."""
    records = Records(Lines(iter(lines)), read_as)
    return list(islice(((line, cells) for line, cells in records if len(cells) > 1 or "".join(cells).strip()), 500))


def _stage(
    connection: duckdb.DuckDBPyConnection, path: Path, read_as: ReadAs, head: Head, workspace: Workspace, closing: int
) -> Staged:
    """Prove the table regular and let DuckDB read it, or read it line by line, without so many rows at its end."""
    may_prove = head.width < 500 and not closing
    tell = workspace.part(0, _PROVED)
    rows = prove_regular(path, read_as, head.width, head.skip_lines, tell) if may_prove else None
    if rows is not None and not _repeats_header(path, read_as, head, rows, workspace):
        return Staged(stage_proved(workspace.link(path), read_as, head.width, head.skip_lines, rows))
    try:
        with path.open(encoding=read_as.encoding, newline="") as stream:
            return _stage_carefully(connection, stream, read_as, head, workspace, closing)
    except UnicodeError as error:
        raise wrong_encoding(read_as) from error


def _stage_carefully(
    connection: duckdb.DuckDBPyConnection,
    stream: TextIOWrapper,
    read_as: ReadAs,
    head: Head,
    workspace: Workspace,
    closing: int,
) -> Staged:
    lines = Lines.of(stream)
    for _ in islice(lines, head.skip_lines):
        lines.taken.clear()
    records = Records(lines, read_as, head.width, head.header_line, LeftOut())
    rows = HoldBack(records, closing)
    told = _told(rows, stream, workspace.part(_PROVED, _STAGED))
    stage = stage_rows(connection, told, head.width, workspace.path / "text.arrow")
    for line, cells in rows.held:
        records.report.close(line, read_as.delimiter.join(cells))
    if not stage.rows and records.report.rejected_count:
        first = records.report.rejected[0]
        raise UnreadableFile(
            f"No line fits a table of {head.width} columns. Line {first.line}: {first.reason}.",
            hint="Choose another delimiter or quote, or say how many lines come before the header.",
        )
    return Staged(stage, records.report)


def _told(rows: Iterable[tuple[int, Cells]], stream: TextIOWrapper, tell: Tell) -> Iterator[Cells]:
    """The cells, while the share of the file that was read is told."""
    size = max(1, os.fstat(stream.fileno()).st_size)
    for number, (_, cells) in enumerate(rows):
        if number % _TOLD_ROWS == 0:
            tell(os.lseek(stream.fileno(), 0, os.SEEK_CUR) / size)
        yield cells


def _find_closing(path: Path, read_as: ReadAs, head: Head) -> Closing | None:
    """Look at the end of the file alone: where cells have quoted line ends, the first few rows may be torn."""
    size, wide = path.stat().st_size, read_as.encoding.startswith(("utf-16", "utf-32"))
    if wide and size > _TAIL_BYTES:
        return None
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL_BYTES))
        text = file.read().decode(read_as.encoding, errors="replace")
    lines = list(StringIO(text, newline=""))[head.skip_lines if size <= _TAIL_BYTES else 1 :]
    records = Records(Lines(iter(lines)), read_as, head.width, head.header_line)
    return find_closing([cells for _, cells in deque(records, LOOKED_AT)])


def _repeats_header(path: Path, read_as: ReadAs, head: Head, rows: int, workspace: Workspace) -> bool:
    """Say whether a header line is repeated among regular rows, or DuckDB does not see what the proof has seen."""
    link = workspace.link(path)
    stage = stage_proved(link, read_as, head.width, head.skip_lines, rows)
    pairs = enumerate(head.header_line[:20])
    same = " AND ".join(f"coalesce({Stage.column(i)}, '') = ?" for i, _ in pairs) or "false"
    query = f"SELECT count(*), count(*) FILTER ({same}) FROM {stage.relation}"  # noqa: S608
    try:
        with connect(workspace.path) as connection:
            counted, repeated = connection.execute(query, head.header_line[:20]).fetchone() or (0, 0)
    except duckdb.InvalidInputException:  # it trips over some last lines without an end
        return True
    finally:
        link.unlink()
    return bool(repeated) or counted != rows


def _behind(lines: list[str], read_as: ReadAs, fixed: frozenset[str]) -> list[str]:
    return lines[read_as.skip_rows :] or lines if "skip_rows" in fixed else lines


def _behind_blanks(lines: list[str], head: Head) -> int:
    """Count empty lines below the header to what is skipped; in a table of one column they are missing values."""
    skip = head.skip_lines
    while head.width > 1 and skip < len(lines) and not lines[skip].strip():
        skip += 1
    return skip


def _skipped_unread(lines: list[str], head: Head) -> list[Finding]:
    """Tell of lines before the table that are not even records: they may have been its header."""
    before = {number: line for number, line in enumerate(lines[: head.skip_rows], start=1) if line.strip()}
    if not before or any(finding.code == "preamble" for finding in head.findings):
        return []
    first = next(iter(before))
    return [
        Finding(
            code="preamble",
            severity="warning",
            message=f"{skipped_lines(len(before))} before the table, which cannot be read; the first is line "
            f"{first}: {before[first].strip()[:100]!r}.",
            fix="Look whether one of them has the names, and correct its quotes.",
            detail={"lines": {str(line): text.strip()[:200] for line, text in list(before.items())[:20]}},
        )
    ]


def _ends_open(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 4, 0))
        return not file.read().rstrip(b"\0").endswith((b"\n", b"\r"))


def _last_line_open() -> Finding:
    return Finding(
        code="last_line_open",
        severity="info",
        message="The last line has no end: if the file was cut off, its last value may be incomplete.",
        fix="Look at the last row, and export the file again if it was cut off.",
    )


def _with_decimal(path: Path, read_as: ReadAs, fixed: frozenset[str]) -> ReadAs:
    if "decimal" in fixed or read_as.delimiter == ",":
        return read_as
    cells = [cell for _, record in head_records(head_lines(path, read_as), read_as) for cell in record]
    return read_as.model_copy(update={"decimal": "," if uses_comma(cells) else "."})


def _numbered(width: int) -> list[str]:
    return [f"column_{position}" for position in range(1, width + 1)]


def _of_columns(columns: list[TypedColumn]) -> list[Finding]:
    return [finding for column in columns for finding in column.findings]


def _no_rows() -> Finding:
    return Finding(
        code="no_rows",
        severity="warning",
        message="The file has a header and no rows.",
        fix="Check that the export finished.",
    )
