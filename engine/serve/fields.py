"""The fields of an endpoint's input: how their values are written in JSON, and how they are read."""

import datetime as dates
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import pyarrow as pa

MAX_TEXT = 100_000
LEAST, MOST = -(2**63), 2**64 - 1
WRITTEN_NUMBER = re.compile(r"[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII)
EXACT = 2**24


@dataclass(frozen=True)
class Field:
    """One field of an endpoint's input.

    Parameters
    ----------
    type
        Ibis name of the type: ``int64``, ``float64``, ``string``, …
    nullable
        Whether it may be null: only where the training rows had missing values too.
    """

    name: str
    type: str
    nullable: bool

    @cached_property
    def arrow(self) -> pa.DataType:
        """The Arrow type of the column."""
        return ibis.dtype(self.type).to_pyarrow()

    @cached_property
    def family(self) -> str:
        """How its values are written in JSON: ``integer``, ``number``, ``text``, …"""
        return _family(self.arrow)

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest whole number that the column holds."""
        if not pa.types.is_integer(self.arrow):
            return LEAST, MOST
        bits = self.arrow.bit_width
        return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if pa.types.is_signed_integer(self.arrow) else (0, 2**bits - 1)

    def read(self, record: Mapping[str, Any]) -> tuple[Any, str | None]:
        """This field's value in a record, or what is wrong with it."""
        if self.name not in record:
            return None, "this field is missing"
        value = record[self.name]
        if value is None:
            return None, None if self.nullable else "must not be null: it never was in the training rows"
        return _READERS[self.family](value, self)

    def column(self, values: list[Any]) -> list[Any] | None:
        """Many values as `read` would read them, if each is as it usually is; else None, and each must be looked at."""
        present = values
        if None in values:
            if not self.nullable:
                return None
            present = [value for value in values if value is not None]
        return values if _AS_USUAL[self.family](present, self) else None

    def written(self, value: Any) -> Any:
        """The number that a text writes out, where this field holds numbers; else the value itself."""
        if self.family not in ("integer", "number") or not isinstance(value, str):
            return value
        text = value.strip()
        if not WRITTEN_NUMBER.fullmatch(text):
            return value
        is_whole = text.lstrip("+-").isdigit()
        return int(text) if is_whole else float(text)

    def schema(self) -> dict[str, Any]:
        """The field in JSON Schema."""
        kind, form = _JSON_TYPES[self.family]
        described: dict[str, Any] = {"type": [kind, "null"] if self.nullable else kind}
        return {**described, **({"format": form} if form else {})}


def said(value: Any) -> str:
    """A value as it can be repeated to the sender."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _integer(value: Any, field: Field) -> tuple[Any, str | None]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f"must be a whole number, not {said(value)}"
    if not LEAST <= value <= MOST:
        return None, "is out of the range of a 64-bit whole number"
    if value != int(value):
        return None, f"must be a whole number, not {said(value)}"
    least, most = field.bounds
    return (
        (int(value), None) if least <= value <= most else (None, f"{said(value)} is out of the range of {field.type}")
    )


def _number(value: Any, field: Field) -> tuple[Any, str | None]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f"must be a number, not {said(value)}"
    try:
        number = float(value)
    except OverflowError:
        return None, "is out of the range of a number"
    return (number, None) if math.isfinite(number) else (None, "must be a finite number")


def _text(value: Any, field: Field) -> tuple[Any, str | None]:
    if not isinstance(value, str):
        return None, f"must be text, not {said(value)}"
    if len(value) > MAX_TEXT:
        return None, f"has {len(value):,} characters; at most {MAX_TEXT:,} are allowed"
    if not _is_unicode(value):
        return None, "has characters that are no valid Unicode"
    return value, None


def _boolean(value: Any, field: Field) -> tuple[Any, str | None]:
    return (value, None) if isinstance(value, bool) else (None, f"must be true or false, not {said(value)}")


def _date(value: Any, field: Field) -> tuple[Any, str | None]:
    try:
        return dates.date.fromisoformat(value), None
    except (TypeError, ValueError):
        return None, f"must be a date such as '2026-11-21', not {said(value)}"


def _moment(value: Any, field: Field) -> tuple[Any, str | None]:
    try:
        moment = dates.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None, f"must be a time such as '2026-11-21T14:30:00', not {said(value)}"
    try:
        return (moment.astimezone(dates.UTC).replace(tzinfo=None) if moment.tzinfo else moment), None
    except OverflowError:
        return None, "is out of the range of a time"


def _clock(value: Any, field: Field) -> tuple[Any, str | None]:
    try:
        return dates.time.fromisoformat(value), None
    except (TypeError, ValueError):
        return None, f"must be a time of day such as '14:30:00', not {said(value)}"


def _is_unicode(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _whole_numbers(values: Sequence[Any], field: Field) -> bool:
    least, most = field.bounds
    return not values or ({*map(type, values)} == {int} and least <= min(values) and max(values) <= most)


def _finite_numbers(values: Sequence[Any], field: Field) -> bool:
    if not values:
        return True
    kinds = {*map(type, values)}
    if kinds == {float}:
        return all(map(math.isfinite, values))
    # Whole numbers that every kind of float holds exactly.
    return kinds <= {int, float} and all(
        -EXACT <= value <= EXACT or (type(value) is float and math.isfinite(value)) for value in values
    )


def _short_texts(values: Sequence[Any], field: Field) -> bool:
    if not values:
        return True
    return {*map(type, values)} == {str} and max(map(len, values)) <= MAX_TEXT and all(map(_is_unicode, values))


def _flags(values: Sequence[Any], field: Field) -> bool:
    return not values or {*map(type, values)} == {bool}


def _never(values: Sequence[Any], field: Field) -> bool:
    return not values


_READERS: dict[str, Callable[[Any, Field], tuple[Any, str | None]]] = {
    "integer": _integer,
    "number": _number,
    "text": _text,
    "boolean": _boolean,
    "date": _date,
    "moment": _moment,
    "clock": _clock,
}

_AS_USUAL: dict[str, Callable[[Sequence[Any], Field], bool]] = {
    "integer": _whole_numbers,
    "number": _finite_numbers,
    "text": _short_texts,
    "boolean": _flags,
    "date": _never,
    "moment": _never,
    "clock": _never,
}

_JSON_TYPES = {
    "integer": ("integer", None),
    "number": ("number", None),
    "text": ("string", None),
    "boolean": ("boolean", None),
    "date": ("string", "date"),
    "moment": ("string", "date-time"),
    "clock": ("string", "time"),
}


def _family(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_timestamp(kind):
        return "moment"
    return "clock" if pa.types.is_time(kind) else "text"
