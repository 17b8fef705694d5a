"""Files of SPSS, SAS and Stata: typed, with labels for coded answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.findings import Finding
from engine.reading.apart import apart
from engine.reading.names import settle_names
from engine.reading.read_as import Column, ColumnType, Format, ReadAs
from engine.reading.reading import ARROW_TYPES, Reading, Workspace
from engine.reading.survey import EXAMPLES, told_code

ENDINGS: dict[str, tuple[Format, str]] = {
    ".sav": ("spss", "sav"),
    ".zsav": ("spss", "sav"),
    ".por": ("spss", "por"),
    ".sas7bdat": ("sas", "sas7bdat"),
    ".xpt": ("sas", "xport"),
    ".dta": ("stata", "dta"),
}
"""Which format a file name means, and which reader of pyreadstat takes it."""
_MARKS: tuple[tuple[bytes, int, str], ...] = (
    (b"$FL2@(#)", 0, ".sav"),
    (b"$FL3@(#)", 0, ".zsav"),
    (b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c", 12, ".sas7bdat"),
    (b"HEADER RECORD*******LIB", 0, ".xpt"),
    (b"<stata_dta>", 0, ".dta"),
    (b"ASCII SPSS PORT FILE", 40, ".por"),
)
_OLD_STATA = range(102, 116)
_TYPES: dict[str, ColumnType] = {"number": "float64", "date": "date", "moment": "timestamp", "text": "string"}


def ending_of(head: bytes, suffixes: list[str]) -> str | None:
    """Tell by the first bytes which of these files it is; a name counts where the bytes do not tell."""
    for mark, place, ending in _MARKS:
        if head[place : place + len(mark)] == mark:
            return ending
    if ".dta" in suffixes and head[:1] and head[0] in _OLD_STATA and head[1:2] in (b"\x01", b"\x02"):
        return ".dta"
    return ".por" if ".por" in suffixes and b"SPSS PORT FILE" in head[:500] else None


def open_statistics(
    path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace, most_rows: int | None = None
) -> Reading:
    """Read all rows; coded answers are told by their labels where every one has a label."""
    with path.open("rb") as file:
        ending = ending_of(file.read(4_096), [])
    fallback = next(name for name, (form, _) in ENDINGS.items() if form == read_as.format)
    encoding = None if read_as.encoding == "utf-8" else read_as.encoding
    order = {"reader": ENDINGS[ending or fallback][1], "encoding": encoding, "most_rows": most_rows}
    told = apart("survey", workspace, path=str(path), **order)
    names, findings = settle_names([column["name"] for column in told["columns"]])
    parts = [_Survey(name, column, read_as) for name, column in zip(names, told["columns"], strict=True)]
    findings += [*_about_labels(parts, read_as), *_about(told)]
    columns = [Column(name=part.name, type=part.type) for part in parts]
    schema = pa.schema([(column.name, ARROW_TYPES[column.type]) for column in columns])

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(told["parts"]):
            with pa.memory_map(str(workspace.path / f"part-{number}.arrow")) as source:
                for batch in pa.ipc.open_file(source).read_all().to_batches(batch_rows):
                    arrays = [part.column(values) for part, values in zip(parts, batch.columns, strict=True)]
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    reading = Reading(read_as, columns, batches, findings, [], workspace)
    reading.rows = told["rows"]
    reading.empty = frozenset(part.name for part in parts if not part.kinds)
    return reading


class _Survey:
    """A column: its type, and how its values are told."""

    def __init__(self, name: str, told: dict[str, Any], read_as: ReadAs) -> None:
        self.name, self.kinds = name, told["kinds"]
        self.labels: list[list[Any]] = told["labels"]
        self.unlabelled, self.examples = told["unlabelled"], told["examples"]
        imposed = read_as.types.get(name)
        wanted = read_as.labels and imposed in (None, "string")
        self.is_labelled = bool(wanted and self.labels and self.kinds and not self.unlabelled)
        self.type: ColumnType = imposed or self._found(told["is_whole_number"])

    def _found(self, is_whole_number: bool) -> ColumnType:
        if self.is_labelled or not self.kinds:
            return "string"
        if set(self.kinds) == {"date", "moment"}:
            return "timestamp"
        kind = _TYPES[self.kinds[0]] if len(self.kinds) == 1 else "string"
        return "int64" if kind == "float64" and is_whole_number else kind

    def column(self, values: pa.Array) -> pa.Array:
        if self.is_labelled:
            codes = pa.array([code for code, _ in self.labels], values.type)
            return pa.array([label for _, label in self.labels], pa.string()).take(pc.index_in(values, codes))
        target = ARROW_TYPES[self.type]
        if values.type == target:
            return values
        if target == pa.string() and pa.types.is_floating(values.type):
            return pa.array([None if value is None else f"{value:.15g}" for value in values.to_pylist()], target)
        return values.cast(target, safe=False)


def _about_labels(columns: list[_Survey], read_as: ReadAs) -> Iterator[Finding]:
    labelled = [column.name for column in columns if column.is_labelled]
    if labelled:
        shown = ", ".join(labelled[:5]) + (" …" if len(labelled) > 5 else "")
        yield Finding(
            code="value_labels",
            severity="info",
            message=f"The codes of {shown} were told by their labels.",
            fix="Switch the labels off to keep the codes.",
            detail={"columns": labelled},
        )
    for column in columns:
        if read_as.labels and column.labels and column.unlabelled:
            code, label = column.labels[0]
            examples = ", ".join(column.examples) + (" …" if len(column.examples) == EXAMPLES else "")
            yield Finding(
                code="partly_labelled",
                severity="warning",
                column=column.name,
                message=f"{column.name}: {column.unlabelled:,} values have no label ({examples}), "
                f"so the values were kept as they are; {told_code(code)} means “{label}”.",
                fix="Look at the labels: a code for a missing answer may be among the numbers.",
                detail={
                    "labels": {told_code(code): label for code, label in column.labels[:50]},
                    "count": column.unlabelled,
                },
            )
        if column.is_labelled and len({label for _, label in column.labels}) < len(column.labels):
            yield Finding(
                code="labels_repeat",
                severity="warning",
                column=column.name,
                message=f"{column.name}: several codes have the same label, and cannot be told apart here.",
                fix="Switch the labels off to keep the codes.",
            )


def _about(told: dict[str, Any]) -> Iterator[Finding]:
    if not told["rows"]:
        yield Finding(code="no_rows", severity="warning", message="The file has columns and no rows.")
    if not told["is_whole"]:
        message = f"The first {told['rows']:,} rows were looked at; the rest is checked while it is read."
        yield Finding(code="head_inspected", severity="info", message=message)
