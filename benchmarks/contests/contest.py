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
    runs
        How often each is run, where it is not as often as others: one that takes its time whatever it finds.
    has_own_start
        Whether each command does something first that it does not count; no round is then spent on that.
    """

    sides: Mapping[str, Command]
    lines: Callable[[Medians], Iterable[Line]]
    runs: int | None = None
    has_own_start: bool = False
