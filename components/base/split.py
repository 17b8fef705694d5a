"""Roles of rows."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

import ibis.expr.types as ir

from components.base.component import Component, P, State
from components.ports import ROW


class Cut(State):
    """Where a split cuts one stratum.

    Parameters
    ----------
    stratum
        Its value as text; None for rows without one.
    test, both
        The row digests below which rows are test rows, and test or validation rows.
    """

    stratum: str | None
    test: str
    both: str


class Cuts(State):
    """What a split learned from all rows."""

    strata: tuple[Cut, ...] = ()


class Split(Component[P]):
    """Gives each row a role, which depends on nothing but the row once the cuts are known."""

    family = "split"
    by_row: ClassVar[bool] = False
    """Whether rows that belong together may get different roles."""
    keeps_back: ClassVar[bool] = True
    """Whether validation rows are kept back to choose by; else they have no part in the training at all."""

    def needs(self) -> Mapping[str, tuple[int, str]]:
        """How many different values a column must have at least so that every part gets rows, and the param that asks.

        `ROW` stands for the rows themselves.
        """
        return {ROW: (2, "test")}

    def together(self) -> str | None:
        """The column whose equal values never get different roles; None where every row is on its own."""
        return None

    def follows(self) -> str | None:
        """The column of times, where only later rows are tested by what earlier ones taught; else none, as here."""
        return None

    def turns(self) -> tuple[Self, ...]:
        """For a cross-validation, the splits that test one part of the rows each; else none, as here."""
        return ()

    def cuts(self, table: ir.Table) -> ir.Table | None:
        """What must be learned from all rows first, as a table like `Cut`; None where nothing must."""
        return None

    @abstractmethod
    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        """``train``, ``validation`` or ``test`` for each row, from the row's stable id."""
