"""The columns that are watched, as they are measured: numbers and moments by deciles, all others by categories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import ibis.expr.datatypes as dt

FieldKind = Literal["number", "datetime", "category"]


@dataclass(frozen=True)
class Watched:
    """A column, and how its values are read.

    Parameters
    ----------
    value
        SQL of a DOUBLE or a VARCHAR that is never NaN.
    """

    name: str
    kind: FieldKind
    value: str

    @property
    def is_number(self) -> bool:
        """Whether it has an order and quantiles."""
        return self.kind != "category"


def watched(types: Mapping[str, dt.DataType], leave_out: Iterable[str] = ()) -> tuple[Watched, ...]:
    """The columns that can be watched: all but nested ones.

    Parameters
    ----------
    types
        Name → type in the reference.
    """
    left_out = frozenset(leave_out)
    return tuple(
        found for name, dtype in types.items() if name not in left_out and (found := _watched(name, dtype)) is not None
    )


def _watched(name: str, dtype: dt.DataType) -> Watched | None:
    quoted = identifier(name)
    if dtype.is_numeric():
        number = f"try_cast({quoted} AS DOUBLE)"
        return Watched(name, "number", f"CASE WHEN NOT isnan({number}) THEN {number} END")
    if dtype.is_timestamp() or dtype.is_date():
        return Watched(name, "datetime", f"epoch(try_cast({quoted} AS TIMESTAMP))")
    if dtype.is_string() or dtype.is_boolean() or dtype.is_time() or dtype.is_uuid():
        return Watched(name, "category", f"CAST({quoted} AS VARCHAR)")
    return None


def identifier(name: str) -> str:
    """A name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text for SQL."""
    return "'" + value.replace("'", "''") + "'"
