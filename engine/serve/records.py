"""From a request's records to a table; every mistake is named by record and field."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from engine.errors import InvalidRecord
from engine.serve.fields import Field, said

MAX_ERRORS = 50
MAX_NAME = 200


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a request."""

    record: int | None
    field: str | None
    message: str

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"record": self.record, "field": self.field, "message": self.message}


@dataclass(frozen=True)
class Reading:
    """The records of a request, checked.

    Parameters
    ----------
    columns
        The values of each field, in the order of the fields.
    warnings
        What was read in another way than it was written.
    """

    columns: tuple[list[Any], ...]
    count: int
    warnings: tuple[Mistake, ...] = ()


def to_table(records: Any, fields: Sequence[Field], most: int, *, strict: bool = True) -> pa.Table:
    """Check and convert the records of a request.

    Returns
    -------
    pyarrow.Table
        One column per field, one row per record.

    Raises
    ------
    InvalidRecord
        As `read_records`.
    """
    return join([read_records(records, fields, most, strict=strict)], fields)


def read_records(records: Any, fields: Sequence[Field], most: int, *, strict: bool = True) -> Reading:
    """Check the records of a request.

    Parameters
    ----------
    most
        How many records one request may have.
    strict
        Whether to refuse what can be put right: a field that is not known is left out, one that may be null may be
        missing, and a text that is a number is read as one. Each is told among the warnings, the first 50.

    Raises
    ------
    InvalidRecord
        With up to 50 mistakes in `detail["errors"]`.
    """
    check_list(records, most)
    return read_as_usual(records, fields) or read_one_by_one(records, fields, strict=strict)


def read_as_usual(records: Sequence[Any], fields: Sequence[Field]) -> Reading | None:
    """Records that all have exactly the fields, and values that need no reading; None where one has not."""
    names = {field.name for field in fields}
    if not all(type(record) is dict and record.keys() == names for record in records):
        return None
    columns = []
    for field in fields:
        column = field.column([record[field.name] for record in records])
        if column is None:
            return None
        columns.append(column)
    return Reading(tuple(columns), len(records))


def join(readings: Sequence[Reading], fields: Sequence[Field]) -> pa.Table:
    """The records of some requests as one table.

    Raises
    ------
    InvalidRecord
        Naming the first record with a value that the column of its field cannot hold.
    """
    if len(readings) == 1:
        columns: Sequence[list[Any]] = readings[0].columns
    else:
        columns = [[*chain.from_iterable(parts)] for parts in zip(*(one.columns for one in readings), strict=True)]
    return pa.table({field.name: _column(field, values) for field, values in zip(fields, columns, strict=True)})


def read_one_by_one(records: Sequence[Any], fields: Sequence[Field], *, strict: bool) -> Reading:
    """The same as `read_records`, value by value.

    Raises
    ------
    InvalidRecord
    """
    mistakes: list[Mistake] = []
    warnings: list[Mistake] = []
    columns: dict[str, list[Any]] = {field.name: [] for field in fields}
    for number, given in enumerate(records):
        if not isinstance(given, Mapping):
            mistakes.append(Mistake(number, None, f"a record is an object of fields, not {said(given)}"))
        else:
            record = given if strict else _put_right(number, given, fields, warnings)
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
    return Reading(tuple(columns.values()), len(records), tuple(warnings[:MAX_ERRORS]))


def _put_right(
    number: int, record: Mapping[str, Any], fields: Sequence[Field], warnings: list[Mistake]
) -> dict[str, Any]:
    """A record as it was probably meant, for an endpoint that is lenient."""
    made: dict[str, Any] = {}
    for field in fields:
        if field.name in record:
            value = made[field.name] = field.written(record[field.name])
            if value is not record[field.name]:
                warnings.append(
                    Mistake(number, field.name, f"the text {said(record[field.name])} was read as a number")
                )
        elif field.nullable:
            made[field.name] = None
            warnings.append(Mistake(number, field.name, "this field is missing, and was read as null"))
    if len(warnings) < MAX_ERRORS:
        names = {field.name: field for field in fields}
        left_out = [name for name in record if name not in names][:MAX_ERRORS]
        warnings += [
            Mistake(number, name[:MAX_NAME], f"left out: this model has no such field{_nearest(name, names)}")
            for name in left_out
        ]
    del warnings[MAX_ERRORS:]
    return made


def _column(field: Field, values: list[Any]) -> pa.Array:
    """The values in the column's own type, which may be narrower than JSON's."""
    try:
        return _narrowed(field, values)
    except (pa.ArrowException, OverflowError):
        for number, value in enumerate(values):
            try:
                _narrowed(field, [value])
            except (pa.ArrowException, OverflowError) as error:
                message = f"{said(value)} is out of the range of {field.type}"
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


def check_list(records: Any, most: int) -> None:
    """Refuse what is no list, has nothing in it, or too much.

    Raises
    ------
    InvalidRecord
    """
    if not isinstance(records, list):
        raise InvalidRecord(f"'records' must be a list of objects, not {said(records)}.", field="records")
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
