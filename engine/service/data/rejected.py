"""Lines of a file that were left out of a version: looked at, and fetched to be mended."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from engine.service.tables import read_page
from engine.service.views import TableView
from engine.workspace import Workspace

COLUMNS = ("file", "line", "reason", "text")
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def rejected_lines(
    workspace: Workspace, name: str, version: int | None = None, offset: int = 0, limit: int = 100
) -> TableView:
    """A page of the lines that were left out: file, line, reason, text.

    Raises
    ------
    NotFound, DamagedFile
    """
    path = _path(workspace, name, version)
    if path is None:
        return TableView(columns=[], rows=[], total=0)
    return read_page([path], offset, limit)


def rejected_csv(workspace: Workspace, name: str, version: int | None = None) -> bytes:
    """All of them as CSV; what a spreadsheet program would take for a formula is quoted.

    Raises
    ------
    NotFound, DamagedFile
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in _rows(_path(workspace, name, version)):
        writer.writerow(f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell for cell in row)
    return out.getvalue().encode()


def _rows(path: Path | None) -> Iterator[tuple[object, ...]]:
    if path is not None:
        for batch in pq.ParquetFile(path).iter_batches(10_000):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _path(workspace: Workspace, name: str, version: int | None) -> Path | None:
    with workspace.database.read() as uow:
        row = uow.datasets.version(uow.datasets.by_name(name).id, version)
    return workspace.tables.beside(row.rejected["file"]) if row.rejected else None
