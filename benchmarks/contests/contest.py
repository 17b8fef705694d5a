"""Commands that run in turn, and the lines that their medians make."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from benchmarks.measure import Command, Measured
from benchmarks.results import Line

Medians = Mapping[str, Measured]


@dataclass(frozen=True)
class Contest:
    """What is measured together.

    Parameters
    ----------
    sides
        Commands by a name; everything that they need is there.
    """

    sides: Mapping[str, Command]
    lines: Callable[[Medians], Iterable[Line]]
