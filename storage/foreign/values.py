"""From a driver's values to columns: which type each has, and what had to change to fit it."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from storage.errors import BadTable

Sort = Literal["whole", "number", "decimal", "truth", "text", "date", "moment", "instant", "bits"]
"""What a column holds; an instant is a moment with a zone."""
Oddity = Literal["rounded", "bytes", "no_date", "zone"]
EXACT_DIGITS = 15
"""A float keeps any decimal number of so many digits."""

ARROW: Mapping[Sort, pa.DataType] = {
    "whole": pa.int64(),
    "number": pa.float64(),
    "decimal": pa.float64(),
    "truth": pa.bool_(),
    "text": pa.string(),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
    "instant": pa.timestamp("us"),
    "bits": pa.int64(),
}
POSTGRES: Mapping[int, Sort] = {
    16: "truth",
    **dict.fromkeys((20, 21, 23, 26), "whole"),
    **dict.fromkeys((700, 701), "number"),
    1700: "decimal",
    1082: "date",
    1114: "moment",
    1184: "instant",
}
"""By the numbers that PostgreSQL gives its types; everything else becomes text."""
MYSQL: Mapping[int, Sort] = {
    **dict.fromkeys((1, 2, 3, 8, 9, 13), "whole"),
    **dict.fromkeys((4, 5), "number"),
    **dict.fromkeys((0, 246), "decimal"),
    **dict.fromkeys((10, 14), "date"),
    7: "instant",
    12: "moment",
    16: "bits",
}


@dataclass
class TakenColumn:
    """A column of an answer.

    Parameters
    ----------
    odd : how many values had to change to fit, by how they changed.
    """

    name: str
    sort: Sort
    odd: Counter[Oddity] = field(default_factory=Counter)

    @property
    def type(self) -> pa.DataType:
        """Its type in Arrow."""
        return ARROW[self.sort]

    def array(self, values: Sequence[Any]) -> pa.Array:
        """Its values in that type.

        Raises
        ------
        BadTable
        """
        if self.sort == "instant":
            self.odd["zone"] += sum(value is not None for value in values)
        try:
            if self.sort not in {"decimal", "instant", "bits"}:
                return pa.array(values, self.type)
        except (pa.ArrowException, ValueError, TypeError, OverflowError):
            pass  # one by one, then
        fit = getattr(self, f"_{self.sort}")
        return pa.array([None if value is None else self._fitted(fit, value) for value in values], self.type)

    def _fitted(self, fit: Callable[[Any], Any], value: Any) -> Any:
        try:
            return fit(value)
        except (ValueError, TypeError, ArithmeticError):
            raise BadTable(
                f"The column {self.name} holds a value that is no {self.type}: {type(value).__name__}",
                f"Convert it in a query: CAST({self.name} AS …).",
                self.name,
            ) from None

    def _whole(self, value: Any) -> int:
        number = int(value)
        if isinstance(value, str | bytes) or number != value or not -(2**63) <= number < 2**63:
            raise ValueError(value)
        return number

    def _bits(self, value: Any) -> int:
        return self._whole(int.from_bytes(value, "big") if isinstance(value, bytes) else value)

    def _number(self, value: Any) -> float:
        if isinstance(value, str | bytes):
            raise ValueError(value)
        return float(value)

    def _decimal(self, value: Any) -> float:
        number = self._number(value)
        if len(str(value)) > EXACT_DIGITS and value.is_finite() and Decimal(repr(number)) != value:
            self.odd["rounded"] += 1
        return number

    def _truth(self, value: Any) -> bool:
        if value not in {0, 1}:
            raise ValueError(value)
        return bool(value)

    def _text(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            self.odd["bytes"] += 1
            return bytes(value).hex()
        if isinstance(value, list | dict | tuple):
            return json.dumps(value, default=str, ensure_ascii=False)
        return _clock(value) if isinstance(value, dt.timedelta) else str(value)

    def _date(self, value: Any) -> dt.date | None:
        if isinstance(value, str | bytes):
            self.odd["no_date"] += 1
            return None
        return value.date() if isinstance(value, dt.datetime) else _is(dt.date, value)

    def _moment(self, value: Any) -> dt.datetime | None:
        if isinstance(value, str | bytes):
            self.odd["no_date"] += 1
            return None
        if isinstance(value, dt.datetime):
            return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return dt.datetime.combine(_is(dt.date, value), dt.time())

    _instant = _moment


def _is(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def _clock(length: dt.timedelta) -> str:
    """A TIME of MySQL, which may be negative and beyond a day.

    >>> _clock(dt.timedelta(hours=-27, minutes=-5))
    '-27:05:00'
    """
    sign, whole = ("-", -length) if length < dt.timedelta() else ("", length)
    minutes, seconds = divmod(whole.days * 86_400 + whole.seconds, 60)
    fraction = f".{whole.microseconds:06d}" if whole.microseconds else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{fraction}"


def sorts_told(family: str, cursor: Any) -> list[Sort] | None:
    """What the columns hold, where the database says it."""
    known = {"postgresql": POSTGRES, "mysql": MYSQL}.get(family)
    if known is None or cursor is None or not all(isinstance(column[1], int) for column in cursor.description):
        return None
    return [known.get(column[1], "text") for column in cursor.description]


def sorts_guessed(rows: Sequence[Sequence[Any]], width: int) -> list[Sort]:
    """What the columns hold, from their first values."""
    return [_guessed(row[place] for row in rows) for place in range(width)]


def _guessed(values: Iterable[Any]) -> Sort:
    found = {type(value) for value in values if value is not None}
    if not found:
        return "text"
    if dt.datetime in found:
        found -= {dt.date}
    guesses: tuple[tuple[set[type[Any]], Sort], ...] = (
        ({bool}, "truth"),
        ({int, bool}, "whole"),
        ({int, float}, "number"),
        ({int, float, Decimal}, "decimal"),
        ({dt.datetime}, "moment"),
        ({dt.date}, "date"),
    )
    return next((sort for types, sort in guesses if found <= types), "text")
