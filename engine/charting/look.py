"""One look at a table: the rows that are asked for, and what must be known of them before they are put into places."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.charting.columns import Column
from engine.charting.spec import ChartSpec
from engine.profile.source import RESERVED_PREFIX, Source, identifier

ROW = RESERVED_PREFIX + "row"
SOME_ROWS = 50_000
MANY_ROWS = 1_000_000
"""From here on quantiles and numbers of different values are estimated, and said to be."""


@dataclass(frozen=True)
class Facts:
    """What is known of a column, over the rows that are asked for."""

    low: Any = None
    high: Any = None
    distinct: int = 0


@dataclass
class Look:
    """The rows of a chart.

    Parameters
    ----------
    where, values
        The conditions, and what they are bound to.
    notes
        What a person must know about what is drawn; grows on the way.
    """

    source: Source
    columns: dict[str, Column]
    spec: ChartSpec
    where: str
    values: list[Any]
    rows: int = 0
    facts: dict[str, Facts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def is_vast(self) -> bool:
        """Whether there are so many rows that some figures are estimated."""
        return self.rows > MANY_ROWS

    def some(self, **parts: str) -> str:
        """The SQL of the rows, with some of their parts by name."""
        chosen = ", ".join(f"{sql} AS {name}" for name, sql in parts.items()) or "1 AS one"
        return f"(SELECT {chosen} FROM {self.source.relation}{self.where})"  # noqa: S608

    def only(self, condition: str) -> "Look":
        """The rows for which one more thing holds."""
        return replace(self, where=f"{self.where} AND ({condition})" if self.where else f" WHERE ({condition})")

    def all(self, query: str, again: int = 1) -> list[tuple[Any, ...]]:
        """Run a query that names the rows once, or oftener."""
        return self.source.connection.execute(query, self.values * again or None).fetchall()

    def learn(self, axes: Sequence[str], measured: Sequence[str] = ()) -> None:
        """Count the rows, and find out what must be known of columns before rows are put into places.

        Parameters
        ----------
        axes
            Columns that give places: their ends, and about how many different values they have.
        measured
            Columns of numbers of which only the ends are needed.
        """
        names = [*dict.fromkeys((*axes, *measured))]
        wanted = ["count(*)", *(part for name in names for part in self._facts(self.columns[name], name in axes))]
        (found,) = self.all(f"SELECT {', '.join(wanted)} FROM {self.source.relation}{self.where}")  # noqa: S608
        self.rows, rest = int(found[0]), list(found[1:])
        for name in names:
            low, high, distinct = (rest.pop(0) for _ in range(3))
            self.facts[name] = Facts(low, high, int(distinct or 0))
        for name in axes:
            if not self.facts[name].distinct:
                self.facts[name] = replace(self.facts[name], distinct=self._words(name))

    def _facts(self, column: Column, is_axis: bool) -> tuple[str, str, str]:
        match column.kind:
            case "numeric":
                distinct = f"approx_count_distinct({identifier(column.name)})" if is_axis else "0"
                return f"min({column.number})", f"max({column.number})", distinct
            case "datetime":
                return f"min({column.moment})", f"max({column.moment})", "1"
            case _:
                return "NULL", "NULL", "0"

    def _words(self, name: str) -> int:
        """About how many different texts there are; a look at some rows is enough where most of them repeat."""
        if not self.is_vast:
            return 0
        quoted = identifier(name)
        some = f"(SELECT {quoted} AS word FROM {self.source.relation}{self.where} LIMIT {SOME_ROWS})"  # noqa: S608
        ((distinct,),) = self.all(f"SELECT count(DISTINCT word) FROM {some}")  # noqa: S608
        if distinct < SOME_ROWS / 2:
            return int(distinct)
        ((distinct,),) = self.all(
            f"SELECT approx_count_distinct({quoted}) FROM {self.source.relation}{self.where}"  # noqa: S608
        )
        return int(distinct)

    @property
    def draw_key(self) -> str:
        """The SQL of a number that puts rows into an order by chance, the same one every time."""
        described = self.source.connection.execute(f"DESCRIBE SELECT * FROM {self.source.relation}").fetchall()  # noqa: S608
        if any(name == ROW for name, *_ in described):
            return f"hash({identifier(ROW)})"
        return "hash(" + ", ".join(map(identifier, list(self.columns)[:8])) + ")"
