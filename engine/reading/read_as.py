"""How a file is to be read, and what reading it gives."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engine.findings import Finding

Format = Literal["csv", "parquet", "json", "jsonl", "arrow", "excel", "spss", "sas", "stata"]
Compression = Literal["none", "gzip", "bzip2", "xz", "zstd", "zip"]
ColumnType = Literal["int64", "float64", "boolean", "string", "date", "timestamp"]

NULL_WORDS = (
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "NaN",
    "nan",
    "NULL",
    "null",
    "None",
    "n.a.",
    "N.A.",
    "k.A.",
    "k. A.",
    "-",
    "?",
)


TYPED = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}
"""Delimiters in words, for where they are hard to type."""


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
    date_format, date_formats
        strptime format of dates that it fits, and of single columns; None tries the usual ones.
    day_first
        Whether the day comes first in dates that can be read both ways. None lets other columns decide, and where
        none does, takes the day first.
    decimal, thousands
        The decimal sign of numbers, and what groups their digits. None finds out: points where the decimal sign is a
        comma, and commas where a column leaves no doubt.
    null_values
        Words that mean *missing* in a column of numbers, dates or booleans. An empty cell always does.
    types
        Column types that are imposed; values that do not fit become missing, with a finding.
    lenient
        Whether lines with too few or too many fields are made to fit instead of being left out.
    skip_closing
        Whether totals and notes below the table are left out.
    sheet, cell_range
        Which sheet of a workbook, and which part of it: ``B3:H200``, ``B:H``, ``B3``. None takes the first sheet that
        can be seen, and all of it.
    labels
        Whether coded answers of a statistics file are told by their labels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    format: Format = "csv"
    compression: Compression = "none"
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    escape: str = Field(default='"', max_length=1)
    skip_initial_space: bool = False
    header: bool = True
    header_rows: int = Field(default=1, ge=1, le=10)
    skip_rows: int = Field(default=0, ge=0, le=1_000_000)
    date_format: str | None = Field(default=None, max_length=40)
    date_formats: dict[str, str] = Field(default_factory=dict)
    day_first: bool | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] | None = None
    null_values: tuple[str, ...] = NULL_WORDS
    types: dict[str, ColumnType] = Field(default_factory=dict)
    lenient: bool = False
    skip_closing: bool = False
    sheet: str | None = Field(default=None, max_length=255)
    cell_range: str | None = Field(default=None, max_length=40)
    labels: bool = True

    @field_validator("delimiter", mode="before")
    @classmethod
    def _typed(cls, delimiter: Any) -> Any:
        return TYPED.get(delimiter, delimiter) if isinstance(delimiter, str) else delimiter


class Column(BaseModel):
    """A column's name and type."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType


class Rejected(BaseModel):
    """A line that could not be read: its number (the first is 1), its beginning, why, and of which file it is."""

    model_config = ConfigDict(frozen=True)

    line: int
    text: str
    reason: str
    file: str = ""


class Sheet(BaseModel):
    """A sheet of a workbook, and whether its author hid it."""

    model_config = ConfigDict(frozen=True)

    name: str
    hidden: bool = False


class Inspection(BaseModel):
    """What a file would give, before it is imported.

    Parameters
    ----------
    sheets
        What a workbook has to choose from.
    date_formats
        How the dates of each column that holds some were read.
    empty
        Columns without any value.
    rejected, rejected_count
        Lines that would be left out: the first thousand, and how many there are in what was looked at.
    """

    model_config = ConfigDict(frozen=True)

    read_as: ReadAs
    columns: tuple[Column, ...]
    preview: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    sheets: tuple[Sheet, ...] = ()
    date_formats: dict[str, str] = Field(default_factory=dict)
    empty: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    rejected_count: int = 0
