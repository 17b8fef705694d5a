"""Text cells on their way into DuckDB: one relation of strings, whichever way the file is read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.limits import CELLS_PER_CHUNK, MAX_LINE_CHARS
from engine.reading.read_as import ReadAs

_MEMORY_LIMIT = "1GB"


@dataclass(frozen=True)
class Stage:
    """A relation of text columns ``c0``, ``c1``, … in SQL, its rows, and the Arrow table behind it, if any."""

    relation: str
    rows: int
    table: pa.Table | None = None

    def narrowed(self, connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> str:
        """Name a relation of a few columns: where there are thousands, DuckDB takes long to bind them all."""
        if self.table is None:
            return self.relation
        connection.register("narrow", self.table.select(columns))
        return "narrow"

    @staticmethod
    def column(position: int) -> str:
        return f"c{position}"


def connect(workdir: Path) -> duckdb.DuckDBPyConnection:
    """Open a private DuckDB that spills into the work directory and downloads nothing."""
    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": _MEMORY_LIMIT,
            "temp_directory": str(workdir / "spill"),
            "python_enable_replacements": "false",
        },
    )


def stage_proved(path: Path, read_as: ReadAs, width: int, skip_lines: int, rows: int) -> Stage:
    """Let DuckDB read a text table that was proved regular; nothing is left for it to guess."""
    columns = ", ".join(f"'{Stage.column(i)}': 'VARCHAR'" for i in range(width))
    relation = (
        f"read_csv({literal(str(path))}, columns={{{columns}}}, auto_detect=false, header=false, skip={skip_lines}, "
        f"delim={literal(read_as.delimiter)}, quote={literal(read_as.quote)}, escape={literal(read_as.quote)}, "
        f"nullstr='', comment='', strict_mode=true, max_line_size={MAX_LINE_CHARS}, new_line={_new_line(path)})"
    )
    return Stage(relation, rows)


def stage_rows(
    connection: duckdb.DuckDBPyConnection, rows: Iterable[Sequence[str | None]], width: int, path: Path
) -> Stage:
    """Write rows of text to an Arrow file, a bounded chunk at a time, and let DuckDB look at it in place."""
    schema = pa.schema([(Stage.column(i), pa.string()) for i in range(width)])
    source, count = iter(rows), 0
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for chunk in _chunks(source, max(1, min(100_000, CELLS_PER_CHUNK // width))):
            columns = [_filled(pa.array(column, pa.string())) for column in zip(*chunk, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            count += len(chunk)
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    connection.register("staged", table)
    return Stage("staged", count, table)


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _filled(texts: pa.Array) -> pa.Array:
    """An empty cell is a missing value."""
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _chunks(rows: Iterator[Sequence[str | None]], size: int) -> Iterator[list[Sequence[str | None]]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def _new_line(path: Path) -> str:
    with path.open("rb") as file:
        return r"'\r\n'" if b"\r\n" in file.read(1 << 16) else r"'\n'"
