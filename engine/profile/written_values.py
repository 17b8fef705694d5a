"""Columns of texts that are numbers or dates: how these are written, and how many of all texts are so."""

from collections.abc import Sequence
from typing import Any

from components.columns.number_pattern import number_pattern
from engine.profile.profiled import ColumnProfile, Written
from engine.profile.source import Source, identifier
from engine.reading.stage import literal
from engine.reading.written import written_dates, written_numbers

_EXAMPLE_CHARS = 40


def written_in(source: Source, name: str, texts: Sequence[str]) -> Written | None:
    """How a column is written; None where its texts are neither dates nor numbers that a cast cannot read.

    Parameters
    ----------
    texts
        Some of the column, from all over the table.
    """
    formats = written_dates(texts)
    if formats:
        listed = ", ".join(map(literal, formats))
        count = _counted(source, name, f"try_strptime(value, [{listed}]) IS NOT NULL")
        return Written(formats=formats, count=count, example=_example(texts))
    numbers = written_numbers(texts)
    if numbers is None:
        return None
    pattern = number_pattern(numbers.decimal or ".", numbers.unit)
    return Written(
        decimal=numbers.decimal,
        unit=numbers.unit,
        other_units=numbers.others,
        is_money=numbers.is_money,
        count=_counted(source, name, f"regexp_matches(value, {literal(pattern)})"),
        example=_example([text for text in texts if numbers.unit in text and not text.isdigit()]),
    )


def date_params(column: ColumnProfile) -> dict[str, Any] | None:
    """How Parse date reads a column; None where that is not known."""
    if column.written is None or not column.written.formats:
        return None
    first, *others = column.written.formats
    return {"format": first, **({"others": others} if others else {})}


def number_params(column: ColumnProfile) -> dict[str, Any] | None:
    """How Parse number reads a column; None where that is not known."""
    written = column.written
    if written is None or written.decimal is None or written.other_units:
        return None
    return {"decimal": written.decimal, **({"unit": written.unit} if written.unit else {})}


def _counted(source: Source, name: str, condition: str) -> int:
    column = identifier(name)
    trimmed = f"(SELECT trim({column}, ' \t\r\n') AS value FROM {source.narrowed([name])} WHERE {column} IS NOT NULL)"  # noqa: S608
    return int(source.one(f"SELECT count(*) FILTER ({condition}) FROM {trimmed}")[0])  # noqa: S608


def _example(texts: Sequence[str]) -> str:
    return texts[0].strip()[:_EXAMPLE_CHARS] if texts else ""
