"""JSON: records one per line, or one list of records.

The file is read twice: once to learn all fields and what they hold, once for the rows. Neither keeps it in memory.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa

from engine.findings import Finding
from engine.reading.column_types import settle_types
from engine.reading.encoding import wrong_encoding
from engine.reading.errors import EmptyFile, UnreadableFile
from engine.reading.left_out import LeftOut
from engine.reading.limits import MAX_COLUMNS, MAX_JSON_RECORD_CHARS
from engine.reading.names import settle_names
from engine.reading.read_as import Column, ColumnType, ReadAs
from engine.reading.reading import Reading, Workspace
from engine.reading.records import Report
from engine.reading.report import findings_of
from engine.reading.stage import connect, stage_rows
from engine.reading.typed import typed_batches

Item = tuple[int, str, Any]
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
_BLOCK_CHARS = 1 << 20
_BROKEN = object()


@dataclass
class Fields:
    """The fields of all records, and which kinds of values each holds."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    report: Report = field(default_factory=lambda: Report(left_out=LeftOut()))
    records: int = 0

    def add(self, record: dict[str, Any]) -> None:
        self.records += 1
        for name, value in record.items():
            self.kinds.setdefault(name, Counter())[_kind(value)] += 1
        if len(self.kinds) > MAX_COLUMNS:
            raise UnreadableFile(
                f"The records have more than {MAX_COLUMNS:,} different fields.",
                hint="Store keys that are data as values of a field.",
            )


def open_json(path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace) -> Reading:
    """Read JSON records; nested values are kept as JSON text, with a finding."""
    fields = _survey(path, read_as)
    names, findings = settle_names(list(fields.kinds))
    given = list(fields.kinds)
    connection = connect(workspace.path)
    stage = stage_rows(connection, _rows(path, read_as, given), len(given), workspace.path / "text.arrow")
    exact = read_as.model_copy(update={"null_values": (), "types": {**_types(names, fields), **read_as.types}})
    columns = settle_types(connection, stage, names, exact)
    findings += [*findings_of(fields.report, stage.rows, read_as, len(names)), *_about(names, fields)]
    findings += [one for column in columns for one in column.findings]

    def batches() -> Iterator[pa.RecordBatch]:
        return typed_batches(connection, stage, columns, reading.schema, batch_rows)

    shown = [Column(name=column.name, type=column.type) for column in columns]
    reading = Reading(read_as, shown, batches, findings, fields.report.rejected, workspace)
    reading.rejected_count, reading.left_out = fields.report.rejected_count, fields.report.left_out
    reading.rows = stage.rows
    reading.notice_columns(columns)
    return reading


def _survey(path: Path, read_as: ReadAs) -> Fields:
    fields = Fields()
    for line, text, value in _items(path, read_as):
        if isinstance(value, dict) and value:
            fields.add(value)
        elif value is _BROKEN:
            fields.report.reject(line, text, "broken_json", "is not valid JSON")
        else:
            fields.report.reject(line, text, "no_record", "is not a record with fields ({…})")
    if not fields.records:
        _refuse(fields)
    return fields


def _refuse(fields: Fields) -> None:
    if not fields.report.rejected:
        raise EmptyFile("The file holds no records.", hint="Check that the export finished, and import it again.")
    first = fields.report.rejected[0]
    raise UnreadableFile(
        f"The JSON is not a list of records: item {first.line} {first.reason}.",
        hint='A table is a list of records, [{"a": 1}, {"a": 2}], or one record per line.',
    )


def _rows(path: Path, read_as: ReadAs, names: list[str]) -> Iterator[list[str | None]]:
    for _, _, value in _items(path, read_as):
        if isinstance(value, dict) and value:
            yield [_text(value.get(name)) for name in names]


def _items(path: Path, read_as: ReadAs) -> Iterator[Item]:
    try:
        with path.open(encoding=read_as.encoding) as stream:
            yield from _lines(stream) if read_as.format == "jsonl" else _elements(stream)
    except (UnicodeError, LookupError) as error:
        raise wrong_encoding(read_as) from error


def _lines(stream: TextIO) -> Iterator[Item]:
    for number, line in enumerate(iter(partial(stream.readline, MAX_JSON_RECORD_CHARS), ""), start=1):
        if line.strip():
            yield number, line, _decoded(line)


def _decoded(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _BROKEN


def _elements(stream: TextIO) -> Iterator[Item]:
    """Yield the elements of one list as they come; a single record is a list of one."""
    buffer = stream.read(_BLOCK_CHARS).lstrip()
    if not buffer.startswith("["):
        yield 1, buffer[:200], _decoded(buffer + stream.read(MAX_JSON_RECORD_CHARS))
        return
    buffer, number = buffer[1:], 0
    while True:
        buffer = buffer.lstrip().removeprefix(",").lstrip() if number else buffer.lstrip()
        if buffer.startswith("]"):
            return
        value, end, buffer = _next_element(buffer, stream)
        number += 1
        yield number, buffer[:200], value
        if value is _BROKEN:
            return
        buffer = buffer[end:]
        if not buffer.strip():
            buffer += stream.read(_BLOCK_CHARS)


def _next_element(buffer: str, stream: TextIO) -> tuple[Any, int, str]:
    """Decode one element, reading on as long as it is incomplete."""
    while True:
        try:
            value, end = _DECODER.raw_decode(buffer)
        except (ValueError, RecursionError):
            value, end = _BROKEN, len(buffer)
        if value is not _BROKEN and end < len(buffer):
            return value, end, buffer
        more = "" if len(buffer) > MAX_JSON_RECORD_CHARS else stream.read(max(_BLOCK_CHARS, len(buffer)))
        if not more:
            return value, end, buffer
        buffer = (buffer + more).lstrip()


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int64" if -(2**63) <= value < 2**63 else "string"
    if isinstance(value, float):
        return "float64"
    return "string" if isinstance(value, str) else "nested"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value) if value == value and abs(value) != float("inf") else None  # noqa: PLR0124
    return json.dumps(value, ensure_ascii=False)


def _types(names: list[str], fields: Fields) -> dict[str, ColumnType]:
    """Fix the types that JSON tells; texts stay open, because they may be dates."""
    types: dict[str, ColumnType] = {}
    for name, counts in zip(names, fields.kinds.values(), strict=True):
        kinds = set(counts) - {"null"}
        if kinds == {"boolean"}:
            types[name] = "boolean"
        elif kinds == {"int64"}:
            types[name] = "int64"
        elif kinds and kinds <= {"int64", "float64"}:
            types[name] = "float64"
        elif kinds != {"string"}:
            types[name] = "string"
    return types


def _about(names: list[str], fields: Fields) -> Iterator[Finding]:
    for name, counts in zip(names, fields.kinds.values(), strict=True):
        kinds = set(counts) - {"null"}
        if "nested" in kinds:
            yield Finding(
                code="nested_values",
                severity="warning",
                column=name,
                message=f"{name} holds lists or records; they were kept as JSON text.",
                fix="Turn their parts into fields of their own before exporting.",
                detail={"count": counts["nested"]},
            )
        elif len(kinds) > 1 and not kinds <= {"int64", "float64"}:
            yield Finding(
                code="mixed_values",
                severity="warning",
                column=name,
                message=f"{name} mixes {' and '.join(sorted(kinds))}, so it was read as text.",
                fix="Make it a number with “Change type”; other values become missing.",
                detail={"kinds": dict(counts), "component": "cast", "params": {"columns": [name], "to": "float64"}},
            )
