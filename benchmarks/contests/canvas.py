"""The canvas in a browser, with short and with long pipelines."""

import shutil
import sys
from pathlib import Path

from benchmarks.bench import Bench, CannotPrepare
from benchmarks.contests.contest import Contest, Medians
from benchmarks.measure import Command, Measured
from benchmarks.results import Line, limited, seconds

SMALL = 20_000
FRAME_SECONDS, KEPT_SECONDS = 0.05, 0.2


def canvas(bench: Bench) -> Contest:
    """Dragging a card while all of the pipeline is in view, and what is dragged being kept."""
    if shutil.which("chromium") is None:
        raise CannotPrepare("there is no Chromium on this machine")
    home = bench.home("canvas", {"customers": bench.data.customers(SMALL)})
    sides = {str(nodes): _window(home, nodes) for nodes in bench.sizes.windows}

    def lines(found: Medians) -> list[Line]:
        return [line for nodes, side in found.items() for line in (_frame(nodes, side), _kept(nodes, side))]

    return Contest(sides, lines, has_own_start=True)  # the first drag


def _window(home: Path, nodes: int) -> Command:
    return Command(Path(sys.executable), "benchmarks.window", (str(home), str(nodes)))


def _frame(nodes: str, side: Measured) -> Line:
    line = Line(f"A frame while a card is dragged, {nodes} nodes in view", "–", reach="≤ 50 ms")

    def found() -> tuple[float, str]:
        late = seconds(side.figure("late_frame"))
        return side.figure("frame"), f"{seconds(side.figure('frame'))}; 19 of 20 within {late}"

    return limited(line, FRAME_SECONDS, [side], found)


def _kept(nodes: str, side: Measured) -> Line:
    line = Line(f"From an edit to “Saved”, {nodes} nodes", "–", reach="≤ 200 ms")

    def found() -> tuple[float, str]:
        at_most, opened = seconds(side.figure("slowest")), seconds(side.figure("open"))
        return side.seconds, f"{seconds(side.seconds)}; {at_most} at most; opened in {opened}"

    return limited(line, KEPT_SECONDS, [side], found)
