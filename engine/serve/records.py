"""From a request's records to a table; every mistake is named by record and field."""

import datetime as dates
import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import pyarrow as pa

from engine.errors import InvalidRecord

MAX_TEXT = 100_000
MAX_ERRORS = 50
MAX_NAME = 200
LEAST, MOST = -(2**63), 2**64 - 1


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

    def read(self, record: Mapping[str, Any]) -> tuple[Any, str | None]:
        """This field's value in a record, or what is wrong with it."""
        if self.name not in record:
            return None, "this field is missing"
        value = record[self.name]
        if value is None:
            return None, None if self.nullable else "must not be null: it never was in the training rows"
        return _READERS[self.family](value)

    def schema(self) -> dict[str, Any]:
        """The field in JSON Schema."""
        kind, form = _JSON_TYPES[self.family]
        described: dict[str, Any] = {"type": [kind, "null"] if self.nullable else kind}
        return {**described, **({"format": form} if form else {})}


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a request."""

    record: int | None
    field: str | None
    message: str

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"record": self.record, "field": self.field, "message": self.message}


def to_table(records: Any, fields: Sequence[Field], most: int) -> pa.Table:
    """Check and convert the records of a request.

    Parameters
    ----------
    most
        How many records one request may have.

    Returns
    -------
    pyarrow.Table
        One column per field, one row per record.

    Raises
    ------
    InvalidRecord
        With up to 50 mistakes in `detail["errors"]`.
    """
    _check_list(records, most)
    mistakes: list[Mistake] = []
    columns: dict[str, list[Any]] = {field.name: [] for field in fields}
    for number, record in enumerate(records):
        if not isinstance(record, Mapping):
            mistakes.append(Mistake(number, None, f"a record is an object of fields, not {_said(record)}"))
        else:
            mistakes.extend(_unknown(number, record, columns))
            for field in fields:
                value, wrong = field.read(record)
                columns[field.name].append(value)
                if wrong:
                    mistakes.append(Mistake(number, field.name, wrong))
        if len(mistakes) >= MAX_ERRORS:
            break
    if mistakes:
        raise refusal(mistakes)
    return pa.table({field.name: _column(field, columns[field.name]) for field in fields})


def _column(field: Field, values: list[Any]) -> pa.Array:
    """The values in the column's own type, which may be narrower than JSON's."""
    try:
        return _narrowed(field, values)
    except (pa.ArrowException, OverflowError):
        for number, value in enumerate(values):
            try:
                _narrowed(field, [value])
            except (pa.ArrowException, OverflowError) as error:
                message = f"{_said(value)} is out of the range of {field.type}"
                raise refusal([Mistake(number, field.name, message)]) from error
        raise


def _narrowed(field: Field, values: list[Any]) -> pa.Array:
    if pa.types.is_decimal(field.arrow):
        return pa.array(values, pa.float64()).cast(field.arrow)
    return pa.array(values, type=field.arrow)


def refusal(mistakes: Sequence[Mistake]) -> InvalidRecord:
    """What a request with these mistakes is told."""
    first = mistakes[0]
    where = f"Record {first.record}" + (f", field {first.field!r}" if first.field else "")
    more = f" ({len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    return InvalidRecord(
        f"{where}: {first.message}{more}",
        hint="GET …/schema tells the fields of this endpoint.",
        field=first.field,
        detail={"errors": [mistake.as_data() for mistake in mistakes[:MAX_ERRORS]]},
    )


def _check_list(records: Any, most: int) -> None:
    if not isinstance(records, list):
        raise InvalidRecord(f"'records' must be a list of objects, not {_said(records)}.", field="records")
    if not records:
        raise InvalidRecord("'records' is empty.", hint="Send at least one record.", field="records")
    if len(records) > most:
        raise InvalidRecord(
            f"The request has {len(records):,} records; at most {most:,} are allowed.",
            hint="Split it into several requests.",
            field="records",
        )


def _unknown(number: int, record: Mapping[str, Any], known: Mapping[str, Any]) -> list[Mistake]:
    names = [name for name in record if name not in known][:MAX_ERRORS]
    return [Mistake(number, name[:MAX_NAME], f"this model has no such field{_nearest(name, known)}") for name in names]


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    # Comparing is slow for long names.
    close = difflib.get_close_matches(name, known, n=1) if len(name) <= MAX_NAME else []
    return f"; did you mean {close[0]!r}?" if close else ""


def _integer(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f"must be a whole number, not {_said(value)}"
    if not LEAST <= value <= MOST:
        return None, "is out of the range of a 64-bit whole number"
    return (int(value), None) if value == int(value) else (None, f"must be a whole number, not {_said(value)}")


def _number(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f"must be a number, not {_said(value)}"
    try:
        number = float(value)
    except OverflowError:
        return None, "is out of the range of a number"
    return (number, None) if math.isfinite(number) else (None, "must be a finite number")


def _text(value: Any) -> tuple[Any, str | None]:
    if not isinstance(value, str):
        return None, f"must be text, not {_said(value)}"
    if len(value) > MAX_TEXT:
        return None, f"has {len(value):,} characters; at most {MAX_TEXT:,} are allowed"
    if any("\ud800" <= character <= "\udfff" for character in value):
        return None, "has characters that are no valid Unicode"
    return value, None


def _boolean(value: Any) -> tuple[Any, str | None]:
    return (value, None) if isinstance(value, bool) else (None, f"must be true or false, not {_said(value)}")


def _date(value: Any) -> tuple[Any, str | None]:
    try:
        return dates.date.fromisoformat(value), None
    except (TypeError, ValueError):
        return None, f"must be a date such as '2026-11-21', not {_said(value)}"


def _moment(value: Any) -> tuple[Any, str | None]:
    try:
        moment = dates.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None, f"must be a time such as '2026-11-21T14:30:00', not {_said(value)}"
    try:
        return (moment.astimezone(dates.UTC).replace(tzinfo=None) if moment.tzinfo else moment), None
    except OverflowError:
        return None, "is out of the range of a time"


def _clock(value: Any) -> tuple[Any, str | None]:
    try:
        return dates.time.fromisoformat(value), None
    except (TypeError, ValueError):
        return None, f"must be a time of day such as '14:30:00', not {_said(value)}"


_READERS: dict[str, Callable[[Any], tuple[Any, str | None]]] = {
    "integer": _integer,
    "number": _number,
    "text": _text,
    "boolean": _boolean,
    "date": _date,
    "moment": _moment,
    "clock": _clock,
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


def _said(value: Any) -> str:
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
