"""An output told without building its table: which columns it has, and what each of them is computed from."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch

from components.predicates import Predicate

Place = tuple[str, str]
"""A column of an input: the port and the name."""


@dataclass(frozen=True)
class Made:
    """Where a column comes from that is not simply handed on.

    Parameters
    ----------
    of
        What its values are computed from.
    by
        What decides, beyond that, which row a value comes from: the keys of a left join.
    """

    of: frozenset[Place] = frozenset()
    by: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class Outline:
    """The columns of one output.

    Parameters
    ----------
    made
        Where columns come from; one that is not listed is the first input's column of that name, unchanged.
    rows
        What decides which rows there are.
    first
        The first input port.
    met
        What every row surely meets in columns that are handed on, as far as it can be told.
    """

    schema: sch.Schema
    made: Mapping[str, Made] = field(default_factory=dict)
    rows: frozenset[Place] = frozenset()
    first: str = "table"
    met: tuple[Predicate, ...] = ()

    @cached_property
    def carried(self) -> frozenset[str]:
        """The columns that are handed on unchanged."""
        return frozenset(self.schema.names) - self.made.keys()

    def reads(self, names: Iterable[str], *, rows: bool = True) -> frozenset[Place]:
        """What must be known of the inputs to compute some columns.

        Parameters
        ----------
        rows
            Whether what decides about the rows counts too.
        """
        found = set(self.rows) if rows else set()
        for name in names:
            made = self.made.get(name) or Made(places([name], self.first))
            found |= made.of | made.by if rows else made.of
        return frozenset(found)

    def touched(self, given: Set[Place], *, rows: bool = True) -> frozenset[str]:
        """The columns that are computed from any of some columns of the inputs."""
        if rows and not given.isdisjoint(self.rows):
            return frozenset(self.schema.names)
        kept = {name for port, name in given if port == self.first and name in self.carried}
        made = (
            name
            for name, source in self.made.items()
            if not (given.isdisjoint(source.of) and (not rows or given.isdisjoint(source.by)))
        )
        return frozenset(kept.union(made))


def places(names: Iterable[str], port: str = "table") -> frozenset[Place]:
    """Columns of one input."""
    return frozenset((port, name) for name in names)


def changed(schema: sch.Schema, types: Mapping[str, dt.DataType]) -> Outline:
    """The outline of a component that computes some columns anew, each from itself."""
    return Outline(sch.Schema({**schema, **types}), {name: Made(places([name])) for name in types})


def added(schema: sch.Schema, types: Mapping[str, dt.DataType], of: Iterable[str]) -> Outline:
    """The outline of a component that computes some columns from others, and adds them or replaces what they name."""
    source = Made(places(of))
    return Outline(sch.Schema({**schema, **types}), dict.fromkeys(types, source))
