"""From a file on disk to typed rows, and never silently wrong.

``detect`` finds out how a file is to be read, ``inspect`` shows what that would give, and ``read`` reads it. A text
table goes one of two ways: where a scan of its bytes *proves* that every line is regular, DuckDB reads it; otherwise it
is read line by line, and each line that does not fit is reported with its number and the reason.
"""

from engine.reading.ahead import ahead
from engine.reading.errors import (
    EmptyFile,
    NotATable,
    TooBig,
    UnreadableFile,
    UnsupportedColumn,
    UnsupportedFormat,
)
from engine.reading.files import detect, inspect, read
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
    "ahead",
    "detect",
    "inspect",
    "read",
]
