"""Keep the rows of an output as a file that people fetch."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from components.base.output import ExportFile
from engine.cache import Entry
from engine.execute.work import TABLE
from engine.work.assignment import Assignment
from engine.work.origin import Origin
from engine.work.spreadsheet import write_spreadsheet

MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SUFFIXES = {"json": "jsonl"}
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def export_file(assignment: Assignment, origin: Origin, deed: ExportFile, entry: Entry) -> dict[str, Any]:
    """Write the rows in the format that is asked for, and keep them among the artifacts.

    Raises
    ------
    DataError
        When the format has no room for them.
    StorageError
    """
    workspace, rows = assignment.workspace, entry.path(TABLE)
    with workspace.cache.writing() as folder:
        path = WRITERS[deed.format](rows, folder / deed.format, deed.options)
        size = path.stat().st_size
        sha256 = workspace.artifacts.put_file(path)
    name = f"{deed.filename or _named(origin)}.{SUFFIXES.get(deed.format, deed.format)}"
    count = pq.read_metadata(rows).num_rows
    return {
        "kind": "file",
        "filename": name,
        "media_type": MEDIA_TYPES[deed.format],
        "artifact": sha256,
        "bytes": size,
        "rows": count,
        "message": f"{name}, {count:,} rows",
    }


def _named(origin: Origin) -> str:
    return re.sub(r"[^\w]+", "_", f"{origin.pipeline} {origin.node.id}").strip("_")[:100] or "export"


def _as_csv(rows: Path, path: Path, options: Mapping[str, Any]) -> Path:
    stored = pq.ParquetFile(rows)
    is_quoted = options.get("formulas") == "quote"
    names = [f"'{name}" if is_quoted and FORMULA.match(name) else name for name in stored.schema_arrow.names]
    written = pc.WriteOptions(include_header=bool(options["header"]), delimiter=options["delimiter"])
    schema = pa.schema([field.with_name(name) for name, field in zip(names, stored.schema_arrow, strict=True)])
    with pc.CSVWriter(path, schema, write_options=written) as writer:
        for batch in stored.iter_batches():
            writer.write_batch(batch.rename_columns(names))
    return path


def _as_lines(rows: Path, path: Path, _options: Mapping[str, Any]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for row in _rows(rows):
            file.write(json.dumps(row, ensure_ascii=False, default=_plain, allow_nan=False) + "\n")
    return path


def _as_parquet(rows: Path, _path: Path, _options: Mapping[str, Any]) -> Path:
    return rows


def _as_spreadsheet(rows: Path, path: Path, _options: Mapping[str, Any]) -> Path:
    write_spreadsheet(pq.ParquetFile(rows).schema_arrow.names, pq.read_metadata(rows).num_rows, _rows(rows), path)
    return path


def _rows(rows: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(rows).iter_batches(8_192):
        for row in batch.to_pylist():
            yield {name: None if _is_nothing(value) else value for name, value in row.items()}


def _is_nothing(value: Any) -> bool:
    """Infinity and not-a-number have no place in JSON, or in a cell."""
    return isinstance(value, float) and not math.isfinite(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


WRITERS: Mapping[str, Callable[[Path, Path, Mapping[str, Any]], Path]] = {
    "csv": _as_csv,
    "json": _as_lines,
    "parquet": _as_parquet,
    "xlsx": _as_spreadsheet,
}
"""Each writes the rows of a Parquet file to a path and says where they are."""
