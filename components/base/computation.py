"""Tables in, tables out, computed on collected rows."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa

from components.base.component import Component, P
from components.outline import Made, Outline, places
from components.ports import ROW


@dataclass(frozen=True)
class Computed:
    """What a computation gives.

    Parameters
    ----------
    tables
        Output port → its visible columns, in any order.
    report
        Figures for people, as JSON: ``rows`` that were judged, ``metrics``, ``baseline``.
    """

    tables: Mapping[str, pa.Table]
    report: Mapping[str, Any] | None = None


class Computation(Component[P]):
    """Tables in, tables out, where no query of a database engine says how: computed in Python on collected rows.

    The rows that it makes are new ones, so `spec.serving` is a boundary and roles of rows are not looked at.
    """

    family = "computation"
    is_lazy = False
    most_rows: ClassVar[int] = 2_000_000
    """Rows of one input beyond which it is refused."""
    instead: ClassVar[str] = "Filter or sample the rows first."
    """What to do where there are more."""

    @abstractmethod
    def needs(self, port: str, schema: sch.Schema) -> tuple[str, ...]:
        """The columns of an input that are collected."""

    @abstractmethod
    def identity(self, port: str) -> tuple[str, ...]:
        """The columns of an output whose values say what a row is; its id is made from them.

        Empty for an output that keeps the rows of its input, with their ids.
        """

    @abstractmethod
    def compute(self, *tables: pa.Table) -> Computed:
        """The outputs.

        Parameters
        ----------
        *tables
            The collected columns, in the order of the table inputs; the rows come in no order.

        Raises
        ------
        UnfitData
            When the rows do not allow it.
        """

    @abstractmethod
    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline]:
        """Each output port's columns, in order."""


def new_rows(columns: Mapping[str, tuple[dt.DataType, Iterable[str]]], keys: Iterable[str]) -> Outline:
    """The outline of an output with rows of its own.

    Parameters
    ----------
    columns
        Name → type, and the columns of the input that it is computed from.
    keys
        The columns of the input that decide which rows there are, and what their ids are.
    """
    rows = places(keys)
    made = {name: Made(places(of)) for name, (_, of) in columns.items()} | {ROW: Made(rows)}
    types = {name: dtype for name, (dtype, _) in columns.items()}
    return Outline(sch.Schema({**types, ROW: dt.int64}), made, rows)
