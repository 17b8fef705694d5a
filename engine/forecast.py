"""What a run will do and take, before it begins: pure, made from a plan, what is kept, and what was measured before."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import linear_regression, median
from typing import Literal

from engine.plan import Plan, PlannedNode
from storage.repositories.runs import PastCost

Doing = Literal["computed", "fused", "reused"]
MEMORY_REACH = 2.0
"""A process takes memory before its first row, so one measure says little about many times as many rows."""


@dataclass(frozen=True)
class NodeForecast:
    """What will become of one node.

    Parameters
    ----------
    doing
        Computed by itself, *fused* into the query of `stage`, or reused from an earlier run.
    seconds, memory_mb
        Expected; None where nothing like it was measured yet, and for what is fused or reused.
    measured
        How many earlier runs this rests on.
    is_similar
        Whether the node had other params in those runs, or others before it had.
    """

    id: str
    doing: Doing
    stage: str | None = None
    seconds: float | None = None
    memory_mb: float | None = None
    measured: int = 0
    is_similar: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether it will cost something, and nobody knows what."""
        return self.doing == "computed" and self.seconds is None


@dataclass(frozen=True)
class Forecast:
    """What will become of every node, in the order of execution.

    Parameters
    ----------
    chain_seconds
        Of the nodes that were measured before, along the longest chain that wait for each other: other branches run
        beside it.
    """

    nodes: tuple[NodeForecast, ...]
    chain_seconds: float = 0.0

    @cached_property
    def running(self) -> tuple[NodeForecast, ...]:
        """The nodes that are not reused."""
        return tuple(node for node in self.nodes if node.doing != "reused")

    @property
    def unknown(self) -> int:
        """How many nodes nobody has measured yet."""
        return sum(node.is_unknown for node in self.nodes)

    @property
    def seconds(self) -> float | None:
        """Of the whole run, as far as it was measured before; None when nothing of it was."""
        is_measured = any(node.seconds is not None for node in self.running)
        return self.chain_seconds if is_measured or not self.unknown else None

    @property
    def memory_mb(self) -> float | None:
        """The peak of the nodes that were measured before."""
        return max((node.memory_mb for node in self.running if node.memory_mb is not None), default=None)


def forecast(
    plan: Plan,
    is_kept: Callable[[PlannedNode], bool],
    past: Iterable[PastCost],
    rows: Mapping[str, int],
) -> Forecast:
    """Say what a run of a plan will do and take.

    Parameters
    ----------
    is_kept
        Whether a node's result is in the cache.
    past
        What nodes took: best of the same shape, else of the same name and component.
    rows
        Source node → rows of its stored table now.
    """
    by_shape: dict[str | None, list[PastCost]] = {}
    by_name: dict[tuple[str, str], list[PastCost]] = {}
    for cost in past:
        by_shape.setdefault(cost.shape, []).append(cost)
        by_name.setdefault((cost.node_id, cost.component), []).append(cost)
    before, stages = source_rows(plan, rows), _stages(plan)

    def expected(node: PlannedNode) -> NodeForecast:
        if is_kept(node):
            return NodeForecast(node.id, "reused")
        same = by_shape.get(node.shape, [])
        costs = same or by_name.get((node.id, node.component.spec.key), [])
        return _expected(node.id, stages[node.id], costs, before[node.id], is_similar=bool(costs and not same))

    nodes = tuple(expected(node) for node in plan.nodes)
    return Forecast(nodes, _longest_chain(plan, {node.id: node.seconds or 0.0 for node in nodes}))


def source_rows(plan: Plan, rows: Mapping[str, int]) -> Mapping[str, int | None]:
    """Rows of the stored tables before each node; None where there is none before it.

    Parameters
    ----------
    rows
        Source node → rows of its stored table.
    """
    before: dict[str, frozenset[str]] = {}
    for node in plan.nodes:
        own = frozenset([node.id]) & rows.keys()
        before[node.id] = own.union(*(before[given.node] for given in node.inputs))
    return {node_id: sum(rows[source] for source in found) if found else None for node_id, found in before.items()}


def _longest_chain(plan: Plan, seconds: Mapping[str, float]) -> float:
    ends: dict[str, float] = {}
    for node in plan.nodes:
        ends[node.id] = seconds[node.id] + max((ends[given.node] for given in node.inputs), default=0.0)
    return max(ends.values(), default=0.0)


def _stages(plan: Plan) -> Mapping[str, str]:
    """Node → the node that ends the query it is computed in."""
    return {node_id: stage[-1] for stage in plan.stages() for node_id in stage}


def _expected(
    node_id: str, stage: str, past: Sequence[PastCost], rows: int | None, *, is_similar: bool
) -> NodeForecast:
    took = [(cost.source_rows, cost.seconds) for cost in past if cost.seconds is not None]
    held = [(cost.source_rows, cost.memory_mb) for cost in past if cost.memory_mb is not None]
    seconds, memory = estimate(took, rows), estimate(held, rows, MEMORY_REACH)
    doing: Doing = "fused" if stage != node_id else "computed"
    return NodeForecast(node_id, doing, stage, seconds, memory, len(past), is_similar)


def estimate(measured: Sequence[tuple[int | None, float]], rows: int | None, reach: float = math.inf) -> float | None:
    """Expect a cost for some rows from what was measured for others.

    Along a straight line through what was measured, where several sizes give one; else in proportion to the rows.

    Parameters
    ----------
    measured
        Source rows, cost.
    reach
        How many times more or fewer rows one size may speak for.

    Returns
    -------
    float
        None when nothing was measured, or nothing within reach.

    Examples
    --------
    >>> estimate([(100, 2.0), (100, 4.0), (100, 3.0)], 200)
    6.0
    >>> estimate([(100, 2.0), (200, 3.0)], 300)
    4.0
    """
    if not measured:
        return None
    sized = [(size, cost) for size, cost in measured if size]
    if not rows or not sized:
        return median(cost for _, cost in measured)
    line = _line(sized)
    if line is None:
        in_reach = [(size, cost) for size, cost in sized if 1 / reach <= rows / size <= reach]
        return median(cost / size for size, cost in in_reach) * rows if in_reach else None
    intercept, slope = line
    return intercept + slope * rows


def _line(sized: Sequence[tuple[int, float]]) -> tuple[float, float] | None:
    """Intercept and slope of a cost over rows, neither of them negative; None where no such line fits."""
    sizes, costs = zip(*sized, strict=True)
    if len(set(sizes)) == 1:
        return None
    slope, intercept = linear_regression(sizes, costs)
    if slope <= 0:
        return median(costs), 0.0
    return (intercept, slope) if intercept >= 0 else None
