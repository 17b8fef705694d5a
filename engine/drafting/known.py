"""What is known of a table before anything is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.drafting.reading import Read, read
from engine.profile import ColumnProfile, Profile

Telling = Callable[[str], Mapping[str, float]]
"""For a target: how much of it each column tells, from 0 to 1."""


def _nothing(target: str) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True)
class Known:
    """A stored table: its profile, and what a sample of it says.

    Parameters
    ----------
    version
        The version to read; None for whatever is the latest.
    tells
        How much of a target each column tells by its values.
    gaps_tell
        How much of a target each column tells by its gaps.
    """

    dataset: str
    profile: Profile
    version: int | None = None
    tells: Telling = field(default=_nothing, compare=False)
    gaps_tell: Telling = field(default=_nothing, compare=False)

    @cached_property
    def columns(self) -> Mapping[str, Read]:
        """The columns as they will be read, by name."""
        return {one.column.name: one for one in map(self._read, self.profile.columns)}

    def _read(self, column: ColumnProfile) -> Read:
        return read(column, self.profile.findings)

    def makes_new(self, *names: str) -> bool:
        """Whether columns of these names would be new ones; engines ignore case."""
        taken = {name.lower() for name in self.columns}
        return not any(name.lower() in taken for name in names)
