"""Values that are read as something else: what cannot be read becomes missing, or stops the run."""

from abc import abstractmethod
from typing import Annotated, Literal, TypeVar

import ibis.expr.types as ir

from components.base import Transform
from components.params import Columns, Params, TextColumns, Widget
from components.ports import kind_of

OnError = Annotated[Literal["null", "fail"], Widget(words={"null": "They become missing", "fail": "The run stops"})]


class ConvertingParams(Params):
    """What such components ask first; each asks last for `on_error`."""

    columns: Columns
    """The columns to convert."""


class ParsingParams(ConvertingParams):
    """The same, of texts only."""

    columns: TextColumns
    """The texts to read."""


P = TypeVar("P", bound=ConvertingParams)


class Converting(Transform[P]):
    """Reads values; a missing one, or a blank text, is no mistake."""

    @property
    @abstractmethod
    def on_error(self) -> OnError:
        """What becomes of a value that cannot be read."""

    @property
    @abstractmethod
    def refusal(self) -> str:
        """What is told of values that cannot be read: *are no numbers*, *cannot be converted to date*."""

    @abstractmethod
    def read(self, column: ir.Column) -> ir.Value:
        """What a value says; null where it cannot be read."""

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
        return f"Values in column {name!r} {self.refusal}."

    def _lost(self, column: ir.Column) -> ir.IntegerColumn:
        is_given = column.notnull()
        if kind_of(column.type()) == "text":
            is_given &= column.strip() != ""
        return (is_given & self.read(column).isnull()).cast("int64")
