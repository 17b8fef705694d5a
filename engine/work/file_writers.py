"""Rows as a file for other programs: CSV, Parquet, JSON lines, a spreadsheet."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from engine.work.spreadsheet import write_spreadsheet

MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SUFFIXES = {"json": "jsonl"}
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
ROWS_AT_ONCE = 8_192


@dataclass(frozen=True)
class Rows:
    """Rows that are written once, a batch at a time; `count` says how many there are."""

    schema: pa.Schema
    count: int
    batches: Iterable[pa.RecordBatch]

    @classmethod
    def of(cls, path: Path) -> Self:
        """The rows of a Parquet file."""
        file = pq.ParquetFile(path)
        return cls(file.schema_arrow, file.metadata.num_rows, file.iter_batches(ROWS_AT_ONCE))


def _as_csv(rows: Rows, path: Path, options: Mapping[str, Any]) -> None:
    is_quoted = options.get("formulas") == "quote"
    names = [f"'{name}" if is_quoted and FORMULA.match(name) else name for name in rows.schema.names]
    written = pc.WriteOptions(include_header=bool(options["header"]), delimiter=options["delimiter"])
    schema = pa.schema([field.with_name(name) for name, field in zip(names, rows.schema, strict=True)])
    with pc.CSVWriter(path, schema, write_options=written) as writer:
        for batch in rows.batches:
            writer.write_batch(batch.rename_columns(names))


def _as_lines(rows: Rows, path: Path, _options: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in _documents(rows):
            file.write(json.dumps(row, ensure_ascii=False, default=_plain, allow_nan=False) + "\n")


def _as_parquet(rows: Rows, path: Path, _options: Mapping[str, Any]) -> None:
    with pq.ParquetWriter(path, rows.schema, compression="zstd") as writer:
        for batch in rows.batches:
            writer.write_batch(batch)


def _as_spreadsheet(rows: Rows, path: Path, _options: Mapping[str, Any]) -> None:
    write_spreadsheet(rows.schema.names, rows.count, _documents(rows), path)


def _documents(rows: Rows) -> Iterator[dict[str, Any]]:
    for batch in rows.batches:
        for row in batch.to_pylist():
            yield {name: None if _is_nothing(value) else value for name, value in row.items()}


def _is_nothing(value: Any) -> bool:
    """Infinity and not-a-number have no place in JSON, or in a cell."""
    return isinstance(value, float) and not math.isfinite(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


WRITERS: Mapping[str, Callable[[Rows, Path, Mapping[str, Any]], None]] = {
    "csv": _as_csv,
    "json": _as_lines,
    "parquet": _as_parquet,
    "xlsx": _as_spreadsheet,
}
"""Each writes rows to a path."""
