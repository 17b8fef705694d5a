"""Convert columns to another type."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, unbound
from components.columns.converting import Converting, ConvertingParams, OnError
from components.errors import WrongKind
from components.outline import Outline, changed
from components.params import ARTICLE, AnyColumns
from components.portable.casts import read_as
from components.portable.numbers import rounded
from components.ports import Kind, kind_of

Type = Literal["int64", "float64", "string", "boolean", "date", "timestamp"]
WORDS: Mapping[Type, str] = {
    "int64": "whole numbers",
    "float64": "numbers",
    "string": "texts",
    "boolean": "true or false",
    "date": "dates",
    "timestamp": "dates and times",
}

THOUSANDS = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
YES = ("true", "t", "yes", "y", "on", "1", "ja", "j", "oui", "si", "sí", "sim", "tak", "да")
NO = ("false", "f", "no", "n", "off", "0", "nein", "non", "não", "nao", "nie", "нет")


class CastParams(ConvertingParams):
    columns: AnyColumns
    """The columns to convert."""
    to: Type
    """The type they become."""
    on_error: OnError = "null"
    """What happens to values that cannot be converted: they become missing, or the run stops."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            for name in bound.columns:
                kind = kind_of(schema[name])
                if kind not in CONVERTIBLE[self.to]:
                    raise WrongKind(
                        f"Column {name!r} is {ARTICLE[kind]} and cannot become {self.to}.",
                        hint="Choose another type, or leave this column out.",
                        field="columns",
                        column=name,
                    )
        return bound


class Cast(Converting[CastParams]):
    """Converts columns to another type.

    Text is trimmed first, and thousands separators are understood (``1,234.5``). Fractions are rounded when they
    become whole numbers. ``yes``, ``y``, ``t``, ``on`` and ``1`` count as true, as does *yes* in some other languages.
    What cannot be read becomes missing, or stops the run with ``on_error: fail``.

    When: numbers or dates arrived as text. Serving: replayed row by row. Source: SQL ``TRY_CAST``.
    """

    spec = Spec(
        key="cast",
        title="Change type",
        category="columns",
        icon="swap_horiz",
        about="Converts columns to another type, such as text to numbers.",
        words=(
            "cast",
            "convert",
            "astype",
            "to numeric",
            "to number",
            "data type",
            "dtype",
            "to string",
            "string to number",
        ),
        example={"columns": ["number"], "to": "string"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, {name: _made(schema[name], self.params.to) for name in self.params.columns})}

    @property
    def on_error(self) -> OnError:
        return self.params.on_error

    @property
    def refusal(self) -> str:
        return f"cannot be converted to {WORDS[self.params.to]}"

    def read(self, column: ir.Column) -> ir.Value:
        return CONVERTIBLE[self.params.to][kind_of(column.type())](column)


@cache
def _made(dtype: dt.DataType, to: Type) -> dt.DataType:
    """The type that a column of another type becomes."""
    return CONVERTIBLE[to][kind_of(dtype)](unbound(sch.Schema({"column": dtype}))["column"]).type()


def _plain(text: ir.StringColumn) -> ir.StringColumn:
    trimmed = text.strip()
    return ibis.ifelse(trimmed.re_search(THOUSANDS), trimmed.replace(",", ""), trimmed)


def _whole(number: ir.FloatingColumn) -> ir.IntegerColumn:
    return rounded(number, lambda inside: inside.round())


def _text_to_boolean(text: ir.StringColumn) -> ir.BooleanColumn:
    word = text.strip().lower()
    return ibis.cases((word.isin(YES), True), (word.isin(NO), False), else_=ibis.null("boolean"))


def _to(dtype: str) -> Callable[[ir.Column], ir.Column]:
    return lambda column: column.cast(dtype)


CONVERTIBLE: Mapping[Type, Mapping[Kind, Callable[[ir.Column], ir.Column]]] = {
    "int64": {
        "numeric": lambda column: column if column.type().is_integer() else _whole(column.cast("float64")),
        "boolean": _to("int64"),
        "text": lambda column: ibis.coalesce(
            read_as(_plain(column), "int64"), _whole(read_as(_plain(column), "float64"))
        ),
    },
    "float64": {
        "numeric": _to("float64"),
        "boolean": _to("float64"),
        "text": lambda column: read_as(_plain(column), "float64"),
    },
    "string": {kind: _to("string") for kind in ("numeric", "boolean", "text", "datetime")},
    "boolean": {"numeric": lambda column: column != 0, "boolean": _to("boolean"), "text": _text_to_boolean},
    "date": {"datetime": _to("date"), "text": lambda column: read_as(column.strip(), "date")},
    "timestamp": {"datetime": _to("timestamp"), "text": lambda column: read_as(column.strip(), "timestamp")},
}
"""How each kind of column becomes a type; a pair that is not here is refused."""
