"""Lines of the results: what was measured against what, and whether it reached what was promised."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from benchmarks.measure import Measured

SAME = 0.01
"""How far sums over equal matrices may differ: one side's spread divides by n, another's by n - 1."""

HEAD = (
    "| Measure | Against | Ours | Theirs | Found | Reach | Reached |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Reach:
    """What was promised.

    Parameters
    ----------
    faster
        At least so many times as fast.
    memory
        At most this share of the other side's peak memory.
    """

    faster: float | None = None
    memory: float | None = None

    def __str__(self) -> str:
        time = f"≥ {self.faster:g} × as fast" if self.faster else ""
        memory = f"≤ {self.memory:g} × the memory" if self.memory else ""
        return ", ".join(filter(None, (time, memory)))

    def holds(self, faster: float, memory: float) -> bool:
        """Whether figures keep the promise."""
        return (self.faster is None or faster >= self.faster) and (self.memory is None or memory <= self.memory)


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Parameters
    ----------
    is_reached
        None where nothing was promised, or nothing could be measured.
    """

    what: str
    against: str
    ours: str = ""
    theirs: str = ""
    found: str = ""
    reach: str = ""
    is_reached: bool | None = None

    def __str__(self) -> str:
        reached = {True: "yes", False: "**no**", None: ""}[self.is_reached]
        cells = (self.what, self.against, self.ours, self.theirs, self.found, self.reach, reached)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def compared(what: str, against: str, ours: Measured, theirs: Measured, reach: Reach, *, whole: bool = False) -> Line:
    """Both sides of one measure.

    Parameters
    ----------
    whole
        Theirs is timed as the whole process, which is what a person waits for.
    """
    failed = ours.error or theirs.error
    if failed:
        return Line(what, against, found=f"not measured: {failed}", reach=str(reach))
    if not agree(ours, theirs):
        return Line(what, against, found="not compared: the results differ", reach=str(reach), is_reached=False)
    their_seconds = theirs.whole_seconds if whole else theirs.seconds
    faster, memory = their_seconds / ours.seconds, ours.memory_mb / theirs.memory_mb
    return Line(
        what,
        against,
        f"{seconds(ours.seconds)}, {megabytes(ours.memory_mb)}",
        f"{seconds(their_seconds)}, {megabytes(theirs.memory_mb)}",
        f"{faster:.2f} × as fast, {memory:.2f} × the memory",
        str(reach),
        reach.holds(faster, memory) if str(reach) else None,
    )


def limited(line: Line, most: float, sides: Iterable[Measured], found: Callable[[], tuple[float, str]]) -> Line:
    """A line about a figure that may be so large at most.

    Parameters
    ----------
    line
        What is measured and promised.
    found
        The figure, and what to tell; asked when every side could be measured.
    """
    failed = next((one.error for one in sides if one.error), "")
    if failed:
        return replace(line, found=f"not measured: {failed}")
    value, told = found()
    return replace(line, found=told, is_reached=value <= most)


def agree(ours: Measured, theirs: Measured) -> bool:
    """Whether both sides made the same, as far as both say."""
    a, b = ours.outcomes[0].figures, theirs.outcomes[0].figures
    shapes = all(a.get(name) == b.get(name) for name in ("rows", "columns") if name in a and name in b)
    sums = a.get("checksum", 1.0), b.get("checksum", 1.0)
    return shapes and (None in sums or "checksum" not in {*a} & {*b} or abs(sums[0] - sums[1]) <= SAME * abs(sums[1]))


def seconds(value: float) -> str:
    """A time for people."""
    if value >= 10:
        return f"{value:.1f} s"
    return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.1f} ms"


def megabytes(value: float) -> str:
    """An amount of memory for people."""
    return f"{value / 1000:.2f} GB" if value >= 1_000 else f"{value:.0f} MB"


def table(lines: Iterable[Line]) -> list[str]:
    """The lines as Markdown."""
    return [*HEAD, *map(str, lines)]


def every_run(measured: Iterable[Measured]) -> list[str]:
    """Each command with all that was measured of it, so that a median can be judged."""
    lines = ["| Command | Work, s | Whole process, s | Peak memory, MB |", "|---|---|---|---|"]
    for one in measured:
        if one.error:
            lines.append(f"| `{one.command}` | {one.error} | | |")
            continue
        work = ", ".join(f"{float(outcome.figures['seconds']):.3g}" for outcome in one.outcomes)
        whole = ", ".join(f"{outcome.whole_seconds:.3g}" for outcome in one.outcomes)
        memory = ", ".join(f"{float(o.figures.get('memory_mb', o.memory_mb)):.0f}" for o in one.outcomes)
        lines.append(f"| `{one.command}` | {work} | {whole} | {memory} |")
    return lines
