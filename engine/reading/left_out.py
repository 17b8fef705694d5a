"""All lines that could not be read, in a file, however many they are."""

import shutil
import tempfile
import weakref
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.reading.read_as import Rejected
from engine.reading.scratch import PREFIX, scratch

MOST_CHARS = 1 << 16
"""Of one line; what is longer is hardly mended by hand."""
_CHUNK = 5_000
_SCHEMA = pa.schema([("file", pa.string()), ("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])


class LeftOut:
    """A Parquet file of rejected lines that begins with the first of them, and goes away with this object."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: list[Rejected] = []
        self._folder: Path | None = None
        self._writer: pq.ParquetWriter | None = None

    def add(self, line: Rejected) -> None:
        """Keep one line."""
        self.count += 1
        self._waiting.append(line)
        if len(self._waiting) >= _CHUNK:
            self._write()

    def add_all(self, other: "LeftOut", file: str) -> None:
        """Keep the lines of another file under its name."""
        found = other.finish()
        if found is not None:
            for batch in pq.ParquetFile(found).iter_batches(_CHUNK):
                for row in batch.to_pylist():
                    self.add(Rejected(**{**row, "file": file}))

    def finish(self) -> Path | None:
        """The finished file; None where every line could be read."""
        if not self.count:
            return None
        if self._waiting:
            self._write()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        return self._path()

    def _write(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path(), _SCHEMA, compression="zstd")
        rows = [line.model_dump() for line in self._waiting]
        self._writer.write_table(pa.Table.from_pylist(rows, _SCHEMA))
        self._waiting.clear()

    def _path(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=scratch()))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder / "lines.parquet"
