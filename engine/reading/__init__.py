"""From a file on disk to typed rows, and never silently wrong.

``inspect`` says how a file would be read; ``read`` reads it. A text table goes one of two ways: where a scan of its
bytes *proves* that every line is regular, DuckDB reads it; otherwise it is read line by line, and each line that does
not fit is reported with its number and the reason.
"""

from engine.reading.errors import (
    EmptyFile,
    NotATable,
    TooBig,
    UnreadableFile,
    UnsupportedColumn,
    UnsupportedFormat,
)
from engine.reading.files import inspect, read
from engine.reading.read_as import Column, Inspection, ReadAs, Rejected
from engine.reading.reading import Reading

__all__ = [
    "Column",
    "EmptyFile",
    "Inspection",
    "NotATable",
    "ReadAs",
    "Reading",
    "Rejected",
    "TooBig",
    "UnreadableFile",
    "UnsupportedColumn",
    "UnsupportedFormat",
    "inspect",
    "read",
]
