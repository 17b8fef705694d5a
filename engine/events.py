"""What a run tells while it goes on, and what it leaves behind for each node."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

NodeStatus = Literal["waiting", "running", "done", "cached", "failed", "skipped"]


@dataclass(frozen=True)
class NodeResult:
    """The statistics of one node in one run.

    Parameters
    ----------
    shape
        Like the fingerprint, but without the data: equal for the same drawing up to here.
    stage
        The node that ended the query this one was computed in; None where it ended one itself.
    rows_in, rows_out
        Of the first input and the first table output; None where there is none.
    started
        Seconds since the run began.
    seconds, cpu_seconds, memory_mb
        Of the query the node ends, or of its own fit; a fused node costs nothing by itself. What several nodes took
        together at the same time is shared equally between them.
    bytes_read, bytes_written, bytes_spilled
        Read from files; kept in the cache; most that lay on disk because memory was short.
    outputs
        Port → facts about the table that was written.
    findings
        What was noticed about the rows that came in: `Finding` as JSON.
    made
        What left the pipeline here: the dataset version that was saved, the file that can be fetched.
    """

    node_id: str
    component: str
    status: NodeStatus
    fingerprint: str = ""
    shape: str = ""
    stage: str | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    started: float | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    memory_mb: float | None = None
    bytes_read: int | None = None
    bytes_written: int | None = None
    bytes_spilled: int | None = None
    message: str | None = None
    report: dict[str, Any] | None = None
    model: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    made: dict[str, Any] | None = None

    @property
    def cached(self) -> bool:
        """Whether an earlier run's result was reused."""
        return self.status == "cached"


@dataclass(frozen=True)
class Event:
    """A node changed its state.

    Parameters
    ----------
    progress
        Share of the run that is done, 0 to 1.
    """

    node: NodeResult
    progress: float


Listener = Callable[[Event], None]
