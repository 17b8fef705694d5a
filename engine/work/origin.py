"""Where something that leaves a run comes from."""

from dataclasses import dataclass

from engine.plan import PlannedNode
from storage.schema import Run


@dataclass(frozen=True)
class Origin:
    """Where something that leaves a run comes from."""

    run: Run
    pipeline: str
    node: PlannedNode
    title: str
