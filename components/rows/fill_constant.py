"""Fill gaps with a value that is written down."""

import datetime as dates
from collections.abc import Callable, Mapping
from typing import Any, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.errors import ComponentError, WrongKind
from components.listed import SOURCES, as_text, read
from components.outline import Outline, changed
from components.params import Constant, Params, PlainColumns
from components.portable.constants import constant
from components.portable.numbers import as_float
from components.ports import kind_of


class FillConstantParams(Params):
    columns: PlainColumns
    """The columns to fill; ``all`` takes those of the value's kind."""
    value: Constant
    """What comes in place of missing values; dates are written as ``2026-01-31``."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if self.columns.names is None:
                fitting = PlainColumns.of(name for name in bound.columns if _suits(self.value, schema[name]))
                bound = bound.model_copy(update={"columns": fitting})
            for name in bound.columns:
                _value(self.value, schema[name], name)
        return bound


class FillConstant(Transform[FillConstantParams]):
    """Fills gaps with one value.

    A column of whole numbers that is filled with a fraction becomes one of decimal numbers.

    When: a gap means something known, such as no purchases or ``unknown``. Serving: replayed row by row.
    Source: SQL ``COALESCE``.
    """

    spec = Spec(
        key="fill_constant",
        title="Fill with a value",
        category="rows",
        icon="format_color_fill",
        about="Fills gaps with one value.",
        words=(
            "fillna",
            "fill na",
            "fill",
            "coalesce",
            "ifnull",
            "nvl",
            "replace missing",
            "constant",
            "na",
            "null",
            "default value",
            "missing values",
        ),
        example={"columns": ["number", "other"], "value": 0.5},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        types = {name: _value(self.params.value, schema[name], name).type() for name in self.params.columns}
        return {"table": changed(schema, types)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({name: self._filled(table[name], name) for name in self.params.columns})

    def _filled(self, column: ir.Column, name: str) -> ir.Value:
        value = _value(self.params.value, column.type(), name)
        return ibis.coalesce(as_float(column) if value.type().is_float64() else column, value)


def _value(given: Constant, dtype: dt.DataType, name: str) -> ir.Value:
    """A constant of the type that a filled column has.

    Raises
    ------
    WrongKind
        When it is nothing that the column could hold.
    """
    text, kind = as_text(given), kind_of(dtype)
    try:
        return _date(text, dtype) if kind == "datetime" else _plain(text, dtype)
    except (ComponentError, ValueError):
        raise WrongKind(
            f"{text[:40]!r} does not fit into column {name!r} ({dtype}).",
            hint="Write a value of that kind, or fill this column in a node of its own.",
            field="value",
            column=name,
        ) from None


def _suits(given: Constant, dtype: dt.DataType) -> bool:
    """Whether a value is of a column's kind."""
    if kind_of(dtype) == "datetime" and isinstance(given, str):
        reader = _reader(dtype)
        return reader is not None and _can_read(reader, given)
    return kind_of(dtype) == kind_of(constant(given).type())


def _can_read(reader: Callable[[str], Any], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def _plain(text: str, dtype: dt.DataType) -> ir.Value:
    value = read(text, SOURCES[kind_of(dtype)], "value")
    if isinstance(value, float) and dtype.is_integer() and value.is_integer():
        return _whole(int(value), dtype)
    return constant(value)


def _whole(number: int, dtype: dt.Integer) -> ir.IntegerValue:
    """In the column's own type, where the number fits into it."""
    low, high = dtype.bounds
    return constant(number).cast(dtype.copy(nullable=True) if low <= number <= high else "int64")


def _date(text: str, dtype: dt.DataType) -> ir.Value:
    reader = _reader(dtype)
    if reader is None:
        raise ValueError(f"no values of {dtype} can be written")
    return ibis.literal(reader(text).isoformat()).cast(dtype.copy(nullable=True))


def _reader(dtype: dt.DataType) -> Callable[[str], Any] | None:
    return next((reader for kind, reader in DATES.items() if isinstance(dtype, kind)), None)


DATES: Mapping[type[dt.DataType], Callable[[str], Any]] = {
    dt.Date: dates.date.fromisoformat,
    dt.Timestamp: dates.datetime.fromisoformat,
    dt.Time: dates.time.fromisoformat,
}
