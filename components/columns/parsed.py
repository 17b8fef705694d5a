"""Texts that are read as something else: what cannot be read becomes missing, or stops the run."""

from abc import abstractmethod
from typing import TypeVar

import ibis.expr.types as ir

from components.base import Transform
from components.columns.cast import OnError
from components.params import Params, TextColumns


class ParsedParams(Params):
    """What such components ask first."""

    columns: TextColumns
    """The texts to read."""


P = TypeVar("P", bound=ParsedParams)


class Parsed(Transform[P]):
    """Reads texts; a blank one is missing, and no mistake."""

    @property
    @abstractmethod
    def on_error(self) -> OnError:
        """What becomes of a text that cannot be read; each asks for it last."""

    @property
    @abstractmethod
    def wanted(self) -> str:
        """What the texts should be: *values are no …*."""

    @abstractmethod
    def read(self, text: ir.StringColumn) -> ir.Value:
        """What a text says; null where it cannot be read."""

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({name: self.read(table[name]) for name in self.params.columns})

    def demands(self, *tables: ir.Table) -> dict[str, ir.IntegerScalar]:
        (table,) = tables
        if self.on_error == "null":
            return {}
        return {self._failed(name): self._lost(table[name]).sum() for name in self.params.columns}

    def examples(self, *tables: ir.Table) -> dict[str, ir.Scalar]:
        (table,) = tables
        columns = {name: table[name] for name in self.params.columns}
        return {self._failed(name): it.min(where=self._lost(it) == 1) for name, it in columns.items()}

    def _failed(self, name: str) -> str:
        return f"Values in column {name!r} are no {self.wanted}."

    def _lost(self, text: ir.StringColumn) -> ir.IntegerColumn:
        return ((text.strip() != "") & self.read(text).isnull()).cast("int64")
