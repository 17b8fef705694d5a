"""Values of columns as people list them: texts, read as what a column holds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import BeforeValidator, Field

from components.columns.cast import NO, YES
from components.errors import ComponentError
from components.portable.constants import constant
from components.portable.numbers import LARGEST
from components.ports import Kind, is_reserved, kind_of

Type = Literal["string", "int64", "float64", "boolean"]
Value = bool | int | float | str


def as_text(value: Any) -> Any:
    """A plain value as text: YAML reads 1 as a number and yes as a flag."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Listed = Annotated[str, BeforeValidator(as_text), Field(max_length=10_000)]


def read(text: str, to: Type, field: str, column: str = "") -> Value:
    """A listed value as a type: the one that is asked for, or that a column holds.

    Raises
    ------
    ComponentError
        With the field.
    """
    value = READERS[to](text)
    if value is None:
        raise ComponentError(
            f"{text[:40]!r} is not {WANTED[to]}" + (f", as the values of {column!r} are." if column else "."),
            hint="Correct it, or choose another column or type.",
            field=field,
        )
    return value


def check_listed(values: Sequence[str], column: str, schema: sch.Schema, field: str) -> None:
    """Refuse values that cannot become columns.

    Raises
    ------
    ComponentError
        When there are none, or one of them is nothing that the column could hold.
    """
    if not values:
        raise ComponentError(
            f"It is not said which values of {column!r} become columns.",
            hint="List them; the profile of the table shows which there are.",
            field=field,
        )
    for value in values:
        read(value, SOURCES[kind_of(schema[column])], field, column)
        if not value.strip() or is_reserved(value):
            raise ComponentError(f"A column cannot be named {value!r}.", hint="Leave this value out.", field=field)


def equals(column: ir.Column, text: str, kind: Kind, field: str) -> ir.BooleanValue:
    """Whether a column of a kind holds a listed value.

    Raises
    ------
    ComponentError
        When the text cannot be read as what the column holds.
    """
    # Whole numbers are compared as such, because a float64 has only 53 bits.
    whole = _whole(text) if kind == "numeric" else None
    return column == constant(read(text, SOURCES[kind], field, column.get_name()) if whole is None else whole)


def _flag(text: str) -> bool | None:
    word = text.strip().lower()
    return word in YES if word in (*YES, *NO) else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e300 else None


def _whole(text: str) -> int | None:
    number = _number(text)
    if number is None or not number.is_integer() or abs(number) > LARGEST:
        return None
    return int(text) if text.strip().lstrip("+-").isdecimal() else int(number)


READERS: Mapping[Type, Callable[[str], Value | None]] = {
    "string": lambda text: text,
    "int64": _whole,
    "float64": _number,
    "boolean": _flag,
}
WANTED: Mapping[Type, str] = {
    "string": "a text",
    "int64": "a whole number",
    "float64": "a number",
    "boolean": "true or false",
}
SOURCES: Mapping[Kind, Type] = {"text": "string", "numeric": "float64", "boolean": "boolean"}
"""How listed values of a kind of column are read."""
