"""How a file is to be read, and what reading it gives."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.findings import Finding

Format = Literal["csv", "parquet", "json", "jsonl", "excel"]
ColumnType = Literal["int64", "float64", "boolean", "string", "date", "timestamp"]

NULL_WORDS = ("NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "-", "?")


class ReadAs(BaseModel):
    """How a file is read: detected first, and then the person's to change.

    Parameters
    ----------
    format, compression
        What the bytes are.
    encoding
        The name of a Python codec: ``utf-8``, ``utf-8-sig``, ``utf-16``, ``cp1252``, ``latin-1``.
    delimiter, quote, escape
        Characters of a text table. ``escape`` is the quote itself (doubled) or a backslash.
    skip_initial_space
        Whether a space after a delimiter belongs to the delimiter.
    header, header_rows, skip_rows
        Whether names are in the file, in how many lines, and how many lines come before them.
    date_format
        strptime format of all dates; None tries the usual ones and prefers the day first.
    decimal
        The decimal sign of numbers.
    null_values
        Words that mean *missing* in a column of numbers, dates or booleans. An empty cell always does.
    types
        Column types that are imposed; values that do not fit become missing, with a finding.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Format = "csv"
    compression: Literal["none", "gzip"] = "none"
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    escape: str = Field(default='"', max_length=1)
    skip_initial_space: bool = False
    header: bool = True
    header_rows: int = Field(default=1, ge=1, le=10)
    skip_rows: int = Field(default=0, ge=0, le=1_000_000)
    date_format: str | None = Field(default=None, max_length=40)
    decimal: Literal[".", ","] = "."
    null_values: tuple[str, ...] = NULL_WORDS
    types: dict[str, ColumnType] = Field(default_factory=dict)


class Column(BaseModel):
    """A column's name and type."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType


class Rejected(BaseModel):
    """A line that could not be read: its number (the first is 1), its beginning, and why."""

    model_config = ConfigDict(frozen=True)

    line: int
    text: str
    reason: str


class Inspection(BaseModel):
    """What a file would give, before it is imported."""

    model_config = ConfigDict(frozen=True)

    read_as: ReadAs
    columns: tuple[Column, ...]
    preview: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
