"""The columns that can be drawn, by what they hold."""

from dataclasses import dataclass
from typing import Literal

from engine.profile.profiled import Profile
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
    is_finite
        Whether its numbers are known to have an end, all of them.
    """

    name: str
    type: str
    is_finite: bool = False

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
        """Whether it holds numbers of a kind that may be infinite."""
        return self.type in ("DOUBLE", "FLOAT")

    @property
    def any_number(self) -> str:
        """The SQL of its numbers, infinite ones too."""
        return f"{identifier(self.name)}::DOUBLE"

    @property
    def number(self) -> str:
        """The SQL of its finite numbers."""
        return f"CASE WHEN {self.has_number} THEN {self.any_number} END" if self._has_endless else self.any_number

    @property
    def has_number(self) -> str:
        """The SQL of whether there is a finite number."""
        name = identifier(self.name)
        return f"isfinite({name})" if self._has_endless else f"{name} IS NOT NULL"

    @property
    def _has_endless(self) -> bool:
        return self.is_float and not self.is_finite

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


def columns_of(source: Source, profile: Profile | None = None) -> dict[str, Column]:
    """The columns of a table, the reserved ones left out.

    Parameters
    ----------
    profile
        The table's, where there is one.
    """
    finite = {one.name for one in profile.columns if one.infinite == 0} if profile else set()
    return {name: Column(name, kind, name in finite) for name, kind in source.columns.items()}
