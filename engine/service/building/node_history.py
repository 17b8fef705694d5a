"""What one node did in its latest runs: its figures now, the time before, and at its best."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from engine.service.amounts import count, seconds
from engine.service.views import View
from engine.workspace import Workspace
from storage.schema import NodeRun

LOOKED_AT = 30
SIMILAR = 0.05
FIGURES = (
    *("rows_in", "rows_out", "seconds", "cpu_seconds", "memory_mb", "bytes_read", "bytes_written", "bytes_spilled"),
    *("status", "cached"),
)


class FiguresView(View):
    """What a node did in one run."""

    run: int
    run_id: str
    at: datetime | None = None
    status: str = ""
    cached: bool = False
    rows_in: int | None = None
    rows_out: int | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    memory_mb: float | None = None
    bytes_read: int | None = None
    bytes_written: int | None = None
    bytes_spilled: int | None = None


class HistoryView(View):
    """A node's latest run beside others.

    Parameters
    ----------
    previous, best
        The last run before it that computed the node, and the one that did so fastest.
    words
        The comparison in sentences.
    times
        The seconds that it took each time it was computed, the oldest first, each with its run's number.
    """

    last: FiguresView | None = None
    previous: FiguresView | None = None
    best: FiguresView | None = None
    words: list[str] = Field(default_factory=list)
    times: list[tuple[int, float]] = Field(default_factory=list)


def node_history(workspace: Workspace, pipeline_id: str, node: str) -> HistoryView:
    """What a node did in the latest runs of its pipeline."""
    with workspace.database.read() as uow:
        found = uow.runs.of_node(pipeline_id, node, LOOKED_AT)
        entries = [_figures(number, run_id, at, row) for number, run_id, at, row in found]
    ended = [entry for entry in entries if entry.status not in ("queued", "running")]
    if not ended:
        return HistoryView()
    last, earlier = ended[0], [entry for entry in ended[1:] if _is_computed(entry)]
    best = min((entry for entry in ended if _is_computed(entry)), key=lambda entry: entry.seconds or 0, default=None)
    previous = earlier[0] if earlier else None
    times = [(entry.run, entry.seconds or 0.0) for entry in reversed(ended) if _is_computed(entry)]
    return HistoryView(last=last, previous=previous, best=best, words=_words(last, previous, best), times=times)


def _is_computed(entry: FiguresView) -> bool:
    return entry.status == "succeeded" and not entry.cached and entry.seconds is not None


def _figures(number: int, run_id: str, at: datetime | None, row: NodeRun) -> FiguresView:
    known: dict[str, Any] = {name: getattr(row, name) for name in FIGURES}
    return FiguresView(run=number, run_id=run_id, at=at, **known)


def _words(last: FiguresView, previous: FiguresView | None, best: FiguresView | None) -> list[str]:
    if last.cached:
        again = f" It took {seconds(previous.seconds)} when run {previous.run} computed it." if previous else ""
        return [f"Run {last.run} reused what was there: nothing had changed.{again}"]
    if not _is_computed(last):
        return [f"Run {last.run} did not finish this node."]
    told = [_beside(last, previous, "the time before")] if previous else ["Computed once so far."]
    if best is not None and best.run == last.run and previous is not None:
        told.append("The fastest so far.")
    elif best is not None and previous is not None and best.run not in (last.run, previous.run):
        told.append(_beside(last, best, "its fastest"))
    return [*told, *_rows(last, previous)]


def _beside(last: FiguresView, other: FiguresView, what: str) -> str:
    now, then = last.seconds or 0.0, other.seconds or 0.0
    times = f"({seconds(now)} instead of {seconds(then)} in run {other.run}, {what})"
    change = now / then - 1 if then else 0.0
    if abs(change) < SIMILAR:
        return f"About as fast {times}."
    if change >= 1:
        return f"{change + 1:.1f} times as long {times}."
    return f"{100 * abs(change):.0f} % {'slower' if change > 0 else 'faster'} {times}."


def _rows(last: FiguresView, previous: FiguresView | None) -> Sequence[str]:
    if previous is None or None in (last.rows_out, previous.rows_out) or last.rows_out == previous.rows_out:
        return []
    difference = (last.rows_out or 0) - (previous.rows_out or 0)
    return [f"{count(abs(difference), 'row')} {'more' if difference > 0 else 'fewer'} than in run {previous.run}."]
