"""From columns that have types already to the fields of an endpoint; every mistake is named by record and field.

A request is JSON, and each of its values is looked at. A table of a million rows is read column by column, and value by
value only where a column does not fit as a whole; what is right and what is wrong is decided by `Field` in both.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import DataError
from engine.serve.fields import MAX_TEXT, Field
from engine.serve.parity import plain_value
from engine.serve.records import Mistake

NUMBERS = ("integer", "number")
SHOWN = 10


def check_columns(names: Sequence[str], fields: Sequence[Field], *, strict: bool) -> None:
    """Refuse a table that lacks a field, unless it may be missing and nobody is strict.

    Raises
    ------
    DataError
        Naming the fields.
    """
    missing = [field.name for field in fields if field.name not in names and (strict or not field.nullable)]
    if missing:
        listed = ", ".join(repr(name) for name in missing[:SHOWN]) + (" …" if len(missing) > SHOWN else "")
        raise DataError(
            f"The rows lack {'a field' if len(missing) == 1 else 'fields'} that the model needs: {listed}.",
            hint="Rename a column, or add it in a pipeline.",
            field=missing[0],
        )


def to_fields(
    rows: pa.RecordBatch | pa.Table, fields: Sequence[Field], first: int, *, strict: bool
) -> tuple[pa.Table, list[Mistake]]:
    """The fields of an endpoint, in their own types; what cannot be read is null, and a mistake.

    Parameters
    ----------
    first
        The number of the first record.
    """
    columns: dict[str, pa.Array] = {}
    mistakes: list[Mistake] = []
    for field in fields:
        if field.name not in rows.schema.names:
            columns[field.name] = pa.nulls(rows.num_rows, field.arrow)
            continue
        given = rows.column(field.name)
        given = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
        whole = _as_a_whole(field, given)
        if whole is None:
            whole = _one_by_one(field, given, first, mistakes, strict=strict)
        columns[field.name] = whole
    return pa.table(columns), mistakes


def _as_a_whole(field: Field, given: pa.Array) -> pa.Array | None:
    """The column in the field's type, where all its values fit."""
    kind = given.type
    if pa.types.is_dictionary(kind):
        given = given.dictionary_decode()
        kind = given.type
    if pa.types.is_floating(kind):
        given = pc.if_else(pc.is_nan(given), pa.scalar(None, kind), given)
    if given.null_count and not field.nullable:
        return None
    try:
        return _READERS[field.family](field, given)
    except (pa.ArrowException, OverflowError):
        return None


def _integers(field: Field, given: pa.Array) -> pa.Array | None:
    kind = given.type
    return given.cast(field.arrow) if pa.types.is_integer(kind) or pa.types.is_floating(kind) else None


def _numbers(field: Field, given: pa.Array) -> pa.Array | None:
    kind = given.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return None
    numbers = given.cast(pa.float64(), safe=False)
    if not pc.all(pc.is_finite(numbers)).as_py() and numbers.null_count < len(numbers):
        return None
    return numbers.cast(field.arrow)


def _texts(field: Field, given: pa.Array) -> pa.Array | None:
    if not (pa.types.is_string(given.type) or pa.types.is_large_string(given.type)):
        return None
    longest = pc.max(pc.binary_length(given)).as_py() or 0
    return given.cast(field.arrow) if longest <= MAX_TEXT else None


def _booleans(field: Field, given: pa.Array) -> pa.Array | None:
    return given if pa.types.is_boolean(given.type) else None


def _dates(field: Field, given: pa.Array) -> pa.Array | None:
    return given.cast(field.arrow) if pa.types.is_date(given.type) else None


def _moments(field: Field, given: pa.Array) -> pa.Array | None:
    kind = given.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return None
    # Arrow counts a moment with a zone in UTC: without it, it is the naive moment that requests are read as.
    return given.cast(pa.timestamp(kind.unit) if pa.types.is_timestamp(kind) else field.arrow).cast(field.arrow)


def _clocks(field: Field, given: pa.Array) -> pa.Array | None:
    return given.cast(field.arrow) if pa.types.is_time(given.type) else None


_READERS = {
    "integer": _integers,
    "number": _numbers,
    "text": _texts,
    "boolean": _booleans,
    "date": _dates,
    "moment": _moments,
    "clock": _clocks,
}


def _one_by_one(field: Field, given: pa.Array, first: int, mistakes: list[Mistake], *, strict: bool) -> pa.Array:
    values: list[Any] = []
    for number, value in enumerate(given.to_pylist(), start=first):
        found, wrong = field.read({field.name: as_sent(field, plain_value(value), strict=strict)})
        if wrong is None:
            try:
                pa.array([found], field.arrow)
            except (pa.ArrowException, OverflowError):
                found, wrong = None, f"{value!r:.60} is out of the range of {field.type}"
        if wrong:
            mistakes.append(Mistake(number, field.name, wrong))
        values.append(None if wrong else found)
    return pa.array(values, field.arrow)


def as_sent(field: Field, value: Any, *, strict: bool) -> Any:
    """A value as a request would hold it.

    One text that is no number makes a whole column of a file texts: those that are numbers are read as such.
    """
    if isinstance(value, str) and field.family in NUMBERS:
        return _number(value)
    if not strict and field.family == "text" and isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
