"""Ports, column kinds and the reserved columns every table may carry."""

from dataclasses import dataclass
from typing import Literal

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

PortKind = Literal["table", "model"]
Kind = Literal["numeric", "text", "boolean", "datetime", "one_hot", "other"]

RESERVED_PREFIX = "__cb_"
ROW = "__cb_row"
"""Stable id of a row, given at import; below 0 for a row that was added to balance classes."""
ROLE = "__cb_role"
"""``train``, ``validation`` or ``test``, given by a split."""

ONE_HOT = dt.Struct({"one_hot": dt.string})
"""A one-hot column stays packed, one category per row, until the matrix is filled (docs/decisions/0002)."""


@dataclass(frozen=True)
class Port:
    """A typed input or output of a node.

    Parameters
    ----------
    name
        Unique among the inputs (or outputs) of one component.
    kind
        What flows through it.
    optional
        An input that may stay unconnected.
    many
        An input that takes several edges.
    """

    name: str
    kind: PortKind = "table"
    optional: bool = False
    many: bool = False


def kind_of(dtype: dt.DataType) -> Kind:
    """The kind of column that a person sees for an Ibis data type."""
    if dtype.is_boolean():
        return "boolean"
    if dtype.is_numeric():
        return "numeric"
    if dtype.is_string():
        return "text"
    if dtype.is_temporal():
        return "datetime"
    if dtype.is_struct() and tuple(dtype.names) == tuple(ONE_HOT.names):
        return "one_hot"
    return "other"


def is_reserved(name: str) -> bool:
    """Whether a column belongs to the engine and is hidden from people and models."""
    return name.lower().startswith(RESERVED_PREFIX)


def visible(schema: sch.Schema) -> dict[str, dt.DataType]:
    """The columns that people and models see, in order."""
    return {name: dtype for name, dtype in schema.items() if not is_reserved(name)}


def reserved_in(table: ir.Table) -> list[str]:
    """The reserved columns a table carries; keep them when selecting."""
    return [name for name in table.columns if is_reserved(name)]
