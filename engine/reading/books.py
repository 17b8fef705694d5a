"""Workbooks of spreadsheet programs: xlsx, xlsm, xlsb, xls and ods, one sheet at a time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.findings import Finding
from engine.reading.apart import apart
from engine.reading.closing import LOOKED_AT, REASON, Closing, find_closing
from engine.reading.column_types import TypedColumn, settle_types
from engine.reading.grid import LINE, Kind, cell_name
from engine.reading.header import Cells, Head, find_head
from engine.reading.left_out import LeftOut
from engine.reading.names import settle_names
from engine.reading.read_as import Column, ColumnType, ReadAs, Rejected, Sheet
from engine.reading.reading import Reading, Workspace
from engine.reading.report import empty_lines
from engine.reading.stage import Stage, connect
from engine.reading.typed import typed_batches

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
OLD_MARK = b"\xd0\xcf\x11\xe0"
_HEAD_ROWS = 500
_KINDS: tuple[tuple[set[Kind], ColumnType], ...] = (
    ({Kind.INT}, "int64"),
    ({Kind.INT, Kind.FLOAT}, "float64"),
    ({Kind.BOOLEAN}, "boolean"),
    ({Kind.DATE}, "date"),
    ({Kind.DATE, Kind.MOMENT}, "timestamp"),
)
_WORDS = {
    Kind.TEXT: "texts",
    Kind.INT: "numbers",
    Kind.FLOAT: "numbers",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "dates",
    Kind.MOMENT: "times",
    Kind.TIME: "times of day",
}


@dataclass
class Grid:
    """What the sheet holds: `table` has the rows that are not empty, `told` what was noticed on the way."""

    table: pa.Table
    told: dict[str, Any]

    @property
    def width(self) -> int:
        return int(self.told["width"])

    def head(self) -> list[tuple[int, Cells]]:
        """The first rows as texts, each with its number on the sheet."""
        some = self.table.slice(0, _HEAD_ROWS)
        columns = [[text or "" for text in some.column(f"c{i}").to_pylist()] for i in range(self.width)]
        return list(zip(some.column(LINE).to_pylist(), map(list, zip(*columns, strict=True)), strict=True))


def detect_book(
    path: Path, read_as: ReadAs, fixed: frozenset[str], workspace: Workspace, most_rows: int | None
) -> tuple[ReadAs, list[Finding]]:
    """Find out which sheet is read and where its header is; what is in `fixed` stays."""
    grid = _grid(path, read_as, workspace, most_rows)
    records = grid.head()
    findings: list[Finding] = []
    titles = 0 if "skip_rows" in fixed else _titles(records, grid.width)
    head = find_head(records[titles:], read_as, fixed)
    if titles:
        findings.append(_titles_skipped(records[:titles]))
    chosen = {"sheet": grid.told["sheet"], "header": head.header_rows > 0, "header_rows": max(head.header_rows, 1)}
    skip_rows = head.skip_rows if "skip_rows" in fixed or records else 0
    return read_as.model_copy(update={**chosen, "skip_rows": skip_rows}), [*findings, *head.findings]


def open_book(
    path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace, most_rows: int | None = None
) -> Reading:
    """Read a sheet as `read_as` says; columns keep the types that the cells have."""
    grid = _grid(path, read_as, workspace, most_rows)
    head = find_head(grid.head(), read_as, frozenset(ReadAs.model_fields))
    body = grid.table.filter(pc.greater(grid.table.column(LINE), head.skip_lines)) if head.skip_lines else grid.table
    closing = _find_closing(grid, body)
    left_out = body.slice(body.num_rows - len(closing.rows)) if closing and read_as.skip_closing else body.slice(0, 0)
    body = body.slice(0, body.num_rows - left_out.num_rows)
    kept, dropped = _filled_columns(grid, body, head)
    given = head.names or [""] * grid.width
    names, findings = settle_names([given[i] for i in kept] if head.names else [f"column_{i + 1}" for i in kept])
    texts = body.select([f"c{i}" for i in kept]).rename_columns([Stage.column(i) for i in range(len(kept))])
    connection = connect(workspace.path)
    connection.register("staged", texts)
    stage = Stage("staged", body.num_rows, texts)
    counts = [_counts(body.column(f"k{i}")) for i in kept]
    known = {name: kind for name, found in zip(names, counts, strict=True) if (kind := _type_of(found))}
    columns = settle_types(connection, stage, names, read_as, known)
    findings += [finding for column in columns for finding in column.findings]
    findings += [closing.finding(is_left_out=bool(left_out.num_rows))] if closing else []
    findings += [*_mixed(columns, counts), *_about(grid, body, head, len(dropped))]

    def batches() -> Iterator[pa.RecordBatch]:
        return typed_batches(connection, stage, columns, reading.schema, batch_rows)

    shown = [Column(name=column.name, type=column.type) for column in columns]
    reading = Reading(read_as, shown, batches, findings, _rejected(left_out, grid.width), workspace)
    reading.rejected_count = left_out.num_rows
    reading.left_out = _kept_aside(reading.rejected)
    reading.sheets = tuple(Sheet(**sheet) for sheet in grid.told["sheets"])
    reading.rows = stage.rows
    reading.notice_columns(columns)
    return reading


def _grid(path: Path, read_as: ReadAs, workspace: Workspace, most_rows: int | None) -> Grid:
    """Have the sheet written down by another process, once for each reading."""
    asked = (read_as.sheet, read_as.cell_range, most_rows)
    if (known := workspace.kept.get("grid")) is None or known[0] not in (asked, (None, *asked[1:])):
        name = f"grid-{len(workspace.kept)}.arrow"
        order = {"sheet": read_as.sheet, "cell_range": read_as.cell_range, "most_rows": most_rows}
        told = apart("grid", workspace, path=str(path), name=name, **order)
        table = pa.ipc.open_file(pa.memory_map(str(workspace.path / name))).read_all()
        known = workspace.kept["grid"] = ((told["sheet"], *asked[1:]), Grid(table, told))
    grid: Grid = known[1]
    return grid


def _titles(records: list[tuple[int, Cells]], width: int) -> int:
    """Count leading rows with one text only, which may be merged over several cells, above a row with more."""
    for index, (_, cells) in enumerate(records[:20]):
        filled = [cell for cell in cells if cell]
        if width < 2 or len(set(filled)) > 1:
            return index
    return 0


def _find_closing(grid: Grid, body: pa.Table) -> Closing | None:
    if not grid.told["is_whole"]:
        return None
    last = body.slice(max(0, body.num_rows - LOOKED_AT)).select([f"c{i}" for i in range(grid.width)])
    rows = list(zip(*(column.to_pylist() for column in last.columns), strict=True))
    return find_closing(rows)


def _rejected(left_out: pa.Table, width: int) -> list[Rejected]:
    lines = left_out.column(LINE).to_pylist()
    texts = [["" if cell is None else str(cell) for cell in left_out.column(f"c{i}").to_pylist()] for i in range(width)]
    return [
        Rejected(line=line, text="\t".join(cells), reason=REASON)
        for line, cells in zip(lines, zip(*texts, strict=True), strict=True)
    ]


def _kept_aside(rejected: Sequence[Rejected]) -> LeftOut:
    kept = LeftOut()
    for line in rejected:
        kept.add(line)
    return kept


def _filled_columns(grid: Grid, body: pa.Table, head: Head) -> tuple[list[int], list[int]]:
    """Leave columns out that have neither a name nor a value."""
    kept: list[int] = []
    dropped: list[int] = []
    for i in range(grid.width):
        has_name = bool(head.names) and bool(head.names[i].strip())
        is_filled = has_name or bool(pc.any(pc.not_equal(body.column(f"k{i}"), Kind.EMPTY)).as_py())
        (kept if is_filled else dropped).append(i)
    return (kept, dropped) if kept else (dropped, kept)


def _counts(kinds: pa.ChunkedArray) -> Counter[Kind]:
    found = pc.value_counts(kinds).to_pylist()
    every = Counter({Kind(one["values"]): one["counts"] for one in found})
    del every[Kind.EMPTY], every[Kind.ERROR]
    return every


def _type_of(counts: Counter[Kind]) -> ColumnType | None:
    """The type that the cells have; None where they are texts, or of several kinds."""
    return next((name for kinds, name in _KINDS if counts and set(counts) <= kinds), None)


def _mixed(columns: list[TypedColumn], counts: list[Counter[Kind]]) -> Iterator[Finding]:
    for column, found in zip(columns, counts, strict=True):
        kinds = {_WORDS[kind]: count for kind, count in found.items()}
        if column.type != "string" or len(kinds) < 2 or column.findings:
            continue
        told = " and ".join(f"{count:,} {word}" for word, count in kinds.items())
        yield Finding(
            code="mixed_values",
            severity="warning",
            column=column.name,
            message=f"{column.name} mixes {told}, so it was read as text.",
            fix="Make it a number with “Change type”; other values become missing.",
            detail={"kinds": kinds, "component": "cast", "params": {"columns": [column.name], "to": "float64"}},
        )


def _about(grid: Grid, body: pa.Table, head: Head, dropped: int) -> Iterator[Finding]:
    told = grid.told
    yield from _about_sheets(told)
    if told["errors"]:
        where = f" ({', '.join(told['error_cells'])}{' …' if told['errors'] > len(told['error_cells']) else ''})"
        yield Finding(
            code="error_cells",
            severity="warning",
            message=f"{told['errors']:,} cells hold errors such as #N/A or #DIV/0!"
            f"{where if told['error_cells'] else ''}; they were read as missing values.",
            fix="Correct the formulas in the workbook if they should hold values.",
            detail={"count": told["errors"], "cells": told["error_cells"]},
        )
    if told["merged"]:
        yield Finding(
            code="merged_cells",
            severity="info",
            message=f"{told['merged']:,} areas of merged cells: each of their cells got the value that is seen there.",
            detail={"count": told["merged"]},
        )
    if dropped:
        message = f"{dropped:,} columns without a name and without a value were left out."
        yield Finding(code="empty_columns", severity="info", message=message, detail={"count": dropped})
    if body.num_rows:
        lines = body.column(LINE)
        blank = lines[-1].as_py() - lines[0].as_py() + 1 - body.num_rows
        if blank:
            message = f"{empty_lines(blank)} skipped between the rows."
            yield Finding(code="blank_lines", severity="info", message=message, detail={"count": blank})
    else:
        yield Finding(code="no_rows", severity="warning", message="The sheet has a header and no rows.")
    if not told["is_whole"]:
        message = f"The first {grid.table.num_rows:,} rows were looked at; the rest is checked while it is read."
        yield Finding(code="head_inspected", severity="info", message=message)


def _about_sheets(told: dict[str, Any]) -> Iterator[Finding]:
    others = [sheet for sheet in told["sheets"] if sheet["name"] != told["sheet"]]
    if others:
        hidden = [str(sheet["name"]) for sheet in others if sheet["hidden"]]
        also = f" Hidden: {', '.join(map(repr, hidden[:5]))}." if hidden else ""
        yield Finding(
            code="other_sheets",
            severity="info",
            message=f"The sheet {told['sheet']!r} was read; the workbook has {len(others):,} more.{also}",
            fix="Choose another sheet if you meant that one.",
            detail={"sheet": told["sheet"], "sheets": told["sheets"]},
        )


def _titles_skipped(records: list[tuple[int, Cells]]) -> Finding:
    lines = {line: next((cell for cell in cells if cell), "")[:200] for line, cells in records}
    place = cell_name(next(iter(lines)) - 1, 0)
    return Finding(
        code="preamble",
        severity="warning",
        message=f"{'1 row' if len(lines) == 1 else f'{len(lines)} rows'} above the table "
        f"{'was' if len(lines) == 1 else 'were'} skipped, from {place} on: {next(iter(lines.values()))!r}.",
        fix="Say how many rows come before the header if the table begins elsewhere.",
        detail={"lines": {str(line): text for line, text in lines.items()}},
    )
