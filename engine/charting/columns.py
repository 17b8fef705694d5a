"""The columns that can be drawn, by what they hold."""

from dataclasses import dataclass
from typing import Literal

from engine.profile.source import Source, identifier

Kind = Literal["numeric", "text", "boolean", "datetime", "other"]

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "UTINYINT",
            "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Parameters
    ----------
    type
        DuckDB's.
    """

    name: str
    type: str

    @property
    def kind(self) -> Kind:
        """What it holds, in the words of the product."""
        if self.type.endswith("]"):
            return "other"
        if self.type.startswith(_NUMBERS):
            return "numeric"
        if self.type.startswith(("DATE", "TIMESTAMP")):
            return "datetime"
        return "boolean" if self.type == "BOOLEAN" else "text" if self.type.startswith(("VARCHAR", "ENUM")) else "other"

    @property
    def is_float(self) -> bool:
        """Whether its numbers may be infinite."""
        return self.type in ("DOUBLE", "FLOAT")

    @property
    def any_number(self) -> str:
        """The SQL of its numbers, infinite ones too."""
        return f"{identifier(self.name)}::DOUBLE"

    @property
    def number(self) -> str:
        """The SQL of its finite numbers."""
        return f"CASE WHEN {self.has_number} THEN {self.any_number} END" if self.is_float else self.any_number

    @property
    def has_number(self) -> str:
        """The SQL of whether there is a finite number."""
        return f"isfinite({identifier(self.name)})" if self.is_float else f"{identifier(self.name)} IS NOT NULL"

    @property
    def moment(self) -> str:
        """The SQL of its dates and times, in UTC; infinite ones are missing."""
        name = identifier(self.name)
        plain = f"timezone('UTC', {name})" if self.type == "TIMESTAMP WITH TIME ZONE" else f"{name}::TIMESTAMP"
        return f"CASE WHEN isfinite({name}) THEN {plain} END"

    @property
    def word(self) -> str:
        """The SQL of its values as texts."""
        name = identifier(self.name)
        if self.kind == "numeric":
            return f"({self.number})::VARCHAR" if self.is_float else f"{name}::VARCHAR"
        return name if self.type == "VARCHAR" else f"{name}::VARCHAR"


def columns_of(source: Source) -> dict[str, Column]:
    """The columns of a table, the reserved ones left out."""
    return {name: Column(name, kind) for name, kind in source.columns.items()}
