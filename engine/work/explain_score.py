"""Why two runs scored differently: run mixtures of the two, and note what each of them scores."""

import importlib.metadata
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from components.errors import ComponentError
from engine.cache import Cache
from engine.errors import CanvasbackError
from engine.plan import Plan
from engine.work.assignment import Assignment
from engine.work.attribution import Chosen, finest, mixtures
from engine.work.rerun import plan_again, read_side, run_again
from engine.work.score_factors import Factor, Mixing
from storage.unit_of_work import UnitOfWork

Metrics = Mapping[str, float]
Progress = Callable[[float], tuple[float, str]]
EDITION = 1
"""Raised when a report holds something else."""


def explain_score(assignment: Assignment) -> dict[str, Any]:
    """Work out what ``payload["id"]`` asks, and keep it.

    Returns
    -------
    dict
        ``id``, and how many mixtures were run (``reruns``).

    Raises
    ------
    CanvasbackError, StorageError
    """
    workspace, payload = assignment.workspace, assignment.payload
    with workspace.database.read() as uow:
        change = uow.score_changes.get(payload["id"])
        sides = [
            read_side(uow, change.left_run_id, payload["left_node"]),
            read_side(uow, change.right_run_id, change.node_id),
        ]
        backend = uow.runs.get(change.right_run_id).backend
    mixing = Mixing(sides[0], sides[1])
    is_fresh = payload["libraries"] != installed(payload["libraries"])
    with workspace.cache.writing() if is_fresh else nullcontext(None) as aside:
        cache = Cache(aside) if aside is not None else workspace.cache
        scores = _Scores(assignment, mixing, backend, cache)
        blocks = scores.measure()
    workspace.cache.trim(workspace.settings.cache_max_mb * 1_000_000)
    report = {
        "edition": EDITION,
        "factors": [_factor(factor) for factor in mixing.factors],
        "blocks": [sorted(block) for block in blocks],
        "values": {name_of(chosen): dict(value) for chosen, value in scores.values.items()},
        "refused": {name_of(chosen): why for chosen, why in scores.refused.items()},
        "reruns": scores.reruns,
        "fresh": is_fresh,
    }

    def keep(uow: UnitOfWork) -> None:
        uow.score_changes.keep(payload["id"], report)

    assignment.finish.append(keep)
    return {"id": payload["id"], "reruns": scores.reruns}


def name_of(chosen: Chosen) -> str:
    """A mixture's name in a report.

    >>> name_of(frozenset({"seed", "data"})), name_of(frozenset())
    ('data+seed', '')
    """
    return "+".join(sorted(chosen))


def installed(names: Mapping[str, str]) -> dict[str, str]:
    """The versions of these libraries here and now; those that cannot be found count as they were."""
    return {name: _version(name) or version for name, version in names.items()}


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _factor(factor: Factor) -> dict[str, Any]:
    return {"key": factor.key, "name": factor.name, "changes": [list(line) for line in factor.changes]}


class _Scores:
    """Runs mixtures, each different one once.

    Attributes
    ----------
    values
        Mixture → what it scores.
    refused
        Mixture → why it cannot be run.
    """

    def __init__(self, assignment: Assignment, mixing: Mixing, backend: str, cache: Cache) -> None:
        self._assignment = assignment
        self._workspace = assignment.workspace
        self._mixing = mixing
        self._backend = backend
        self._cache = cache
        self._plans: dict[Chosen, Plan] = {}
        self._known: dict[str, Metrics] = {}
        self._names = {factor.key: factor.name for factor in mixing.factors}
        self.values: dict[Chosen, Metrics] = {}
        self.refused: dict[Chosen, str] = {}
        self.reruns = 0

    def measure(self) -> tuple[frozenset[str], ...]:
        """Run what it takes to tell as many factors apart as can be.

        Returns
        -------
        tuple
            The factors that change together, each group by itself where every mixture could be run.
        """
        keys = [factor.key for factor in self._mixing.factors]
        while True:
            blocks = finest(keys, lambda chosen: chosen not in self.refused)
            missing = [it for it in mixtures(blocks) if it not in self.values and it not in self.refused]
            if not missing:
                return blocks
            self._plan_all(missing)
            self._run_all([it for it in missing if it in self._plans])

    def _plan_all(self, missing: list[Chosen]) -> None:
        for chosen in missing:
            try:
                self._plans[chosen] = plan_again(self._workspace, self._mixing.mixed(chosen), self._backend)
            except (CanvasbackError, ComponentError) as error:
                self.refused[chosen] = str(error)

    def _run_all(self, planned: list[Chosen]) -> None:
        # The two runs first: they are the likeliest to be kept, and others share most with them.
        for place, chosen in enumerate(sorted(planned, key=lambda it: (0 < len(it) < len(self._names), len(it)))):
            told = f"{place + 1} of {len(planned)}: {self._told(chosen)}"
            try:
                self.values[chosen] = self._value(chosen, place / len(planned), 1 / len(planned), told)
            except (CanvasbackError, ComponentError) as error:
                self.refused[chosen] = str(error)

    def _told(self, chosen: Chosen) -> str:
        if not chosen or len(chosen) == len(self._names):
            return "the second run as it was" if chosen else "the first run as it was"
        return f"the first run with {', '.join(self._names[key] for key in self._names if key in chosen)} of the second"

    def _value(self, chosen: Chosen, done: float, share: float, told: str) -> Metrics:
        plan = self._plans[chosen]
        node = self._mixing.mixed(chosen).node
        fingerprint = plan.by_id[node].fingerprint
        if fingerprint not in self._known:
            self._assignment.tell(done, told, always=True)
            self._known[fingerprint] = self._run(chosen, plan, node, lambda now: (done + share * now, told))
        return self._known[fingerprint]

    def _run(self, chosen: Chosen, plan: Plan, node: str, progress: Progress) -> Metrics:
        side = self._mixing.mixed(chosen)
        results = run_again(self._assignment, plan, side, self._backend, self._cache, progress)
        self.reruns += any(result.status == "done" for result in results.values())
        return dict((results[node].model or {}).get("metrics") or {})
