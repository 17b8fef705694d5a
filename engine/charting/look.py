"""One look at a table: the rows that are asked for, and what must be known of them before they are put into places."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from engine.charting.columns import Column
from engine.charting.footers import ends_of
from engine.charting.spec import ChartSpec
from engine.profile.profiled import Profile
from engine.profile.source import RESERVED_PREFIX, Source, identifier

ROW = RESERVED_PREFIX + "row"
SOME_ROWS = 50_000
MANY_ROWS = 1_000_000
"""From here on numbers of different values are estimated, and said to be."""
MOST_EXACT = 20_000_000
"""From here on quantiles are estimated, too: all values of a group have to be held for an exact one."""
KEYS = 2**64 - 1
FEW_VALUES = 33
"""A column of numbers with more different ones than this is put into ranges."""


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
    spares
        Whether quantiles are estimated because exact ones did not fit into memory.
    profile
        What is known of all rows of the table, conditions or not.
    """

    source: Source
    columns: dict[str, Column]
    spec: ChartSpec
    where: str
    values: list[Any]
    rows: int = 0
    spares: bool = False
    profile: Profile | None = None
    facts: dict[str, Facts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def known(self) -> Profile | None:
        """What is known of the rows that are asked for."""
        return None if self.where else self.profile

    @property
    def is_vast(self) -> bool:
        """Whether there are so many rows that some figures are estimated."""
        return self.rows > MANY_ROWS

    @property
    def estimates_quantiles(self) -> bool:
        """Whether medians and quartiles are approximate."""
        return self.spares or self.rows > MOST_EXACT

    def some(self, **parts: str) -> str:
        """The SQL of the rows, with some of their parts by name."""
        chosen = ", ".join(f"{sql} AS {name}" for name, sql in parts.items()) or "1 AS one"
        return f"(SELECT {chosen} FROM {self.source.relation}{self.where})"  # noqa: S608

    def only(self, condition: str) -> "Look":
        """The rows for which one more thing holds."""
        return replace(self, where=f"{self.where} AND ({condition})" if self.where else f" WHERE ({condition})")

    def by_chance(self, wanted: int, total: int) -> "Look":
        """About so many of the rows, the same ones every time."""
        return self.only(f"{self.draw_key} <= {min(KEYS, KEYS * wanted // max(total, 1))}")

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
        self._learn_ends([name for name in names if self.columns[name].kind in ("numeric", "datetime")])
        for name in axes:
            self.facts[name] = replace(self.facts.get(name, Facts()), distinct=self._distinct(name))
        for name in names:
            self.facts.setdefault(name, Facts())

    def _learn_ends(self, names: Sequence[str]) -> None:
        """Count the rows and find the ends of columns: files know them, unless there are conditions."""
        told = self._ends_in_files([name for name in names if self.columns[name].is_float])
        names = [name for name in names if name not in told]
        ends = [f"{end}({identifier(name)}) AS {end}{at}" for at, name in enumerate(names) for end in ("min", "max")]
        inner = f"SELECT {', '.join(['count(*) AS n', *ends])} FROM {self.source.relation}{self.where}"  # noqa: S608
        shown = [
            part
            for at, name in enumerate(names)
            for end in ("min", "max")
            for part in (_finite(replace(self.columns[name], name=f"{end}{at}")), f"{end}{at} IS NOT NULL")
        ]
        (found,) = self.all(f"SELECT {', '.join(['n', *shown])} FROM ({inner})")  # noqa: S608
        self.rows, rest = int(found[0]), list(found[1:])
        for name in names:
            low, has_low, high, has_high = (rest.pop(0) for _ in range(4))
            is_endless = (has_low and low is None) or (has_high and high is None)
            self.facts[name] = self._finite_ends(name) if is_endless else Facts(low, high)
        self.facts |= told

    def _ends_in_files(self, names: Sequence[str]) -> dict[str, Facts]:
        """What the files tell of numbers; DuckDB asks them of other columns only."""
        if self.where or isinstance(self.source.table, pa.Table):
            return {}
        found = ends_of(self.source.table, names)
        return {name: Facts(*ends) for name, ends in found.items() if all(map(math.isfinite, ends))}

    def _finite_ends(self, name: str) -> Facts:
        """The ends of a column in which something is infinite, or no number."""
        finite = _finite(self.columns[name])
        ((low, high),) = self.all(f"SELECT min({finite}), max({finite}) FROM {self.source.relation}{self.where}")  # noqa: S608
        return Facts(low, high)

    def _distinct(self, name: str) -> int:
        """About how many different values there are, as far as that decides on places."""
        match self.columns[name].kind:
            case "numeric":
                return self._numbers(name)
            case "datetime":
                return 1
            case _:
                return self._words(name)

    def _numbers(self, name: str) -> int:
        """About how many different numbers there are; many are known by a few rows, few only by all."""
        quoted, facts = identifier(self.columns[name].name), self.facts[name]
        if facts.low is None:
            return 0
        some = f"(SELECT {quoted} AS v FROM {self.source.relation}{self.where} LIMIT {SOME_ROWS})"  # noqa: S608
        ((distinct,),) = self.all(f"SELECT count(DISTINCT v) FROM {some}")  # noqa: S608
        if distinct > FEW_VALUES:
            return int(distinct)
        ((distinct,),) = self.all(
            f"SELECT approx_count_distinct({quoted}) FROM {self.source.relation}{self.where}"  # noqa: S608
        )
        return int(distinct)

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


def _finite(column: Column) -> str:
    return column.number if column.kind == "numeric" else column.moment
