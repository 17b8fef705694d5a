"""Points: what watching has found in each window, as screens, alerts, `/metrics` and the loop read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from engine.errors import MissingThing
from engine.monitor.drift import LEAST_ROWS
from engine.monitor.window import Window
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.watching import TRAINING
from storage.schema import DriftPoint
from storage.unit_of_work import UnitOfWork


class VersionName(View):
    """A version that has answered an endpoint or listens to it.

    Parameters
    ----------
    role
        `live`, `shadow`, or `before` for one that does no more.
    """

    id: str
    model: str
    number: int
    role: str = "before"

    @property
    def words(self) -> str:
        """As people write it."""
        return f"{self.model} v{self.number}"


class WatchPoint(View):
    """What one version of an endpoint was asked and answered in one window, beside what it is compared with.

    Parameters
    ----------
    begins_at, ends_at
        The window, from one moment up to but without the other. A point over time is an hour, or as many more as it
        takes to have rows enough.
    against
        `training`, or the window that it is compared with.
    rows
        How many records were logged in it.
    drift
        Field → population stability index: 0.1 is some drift, 0.25 much. Of too few rows nothing is said of drift: by
        chance alone it would be much.
    worst_field, worst_psi
        The field that drifts most; the one that has moved most where none drifts.
    prediction_psi
        The same of what the model answered.
    domain_auc
        How well a classifier tells these rows from those that it learned from; 0.5 is not at all.
    outcomes
        Of how many rows the truth is known.
    performance, baseline
        Metric → value, in the window, and on rows held out when the model learned.
    findings
        What is worth a word: ``code`` is ``drift``, ``prediction_drift``, ``domain`` or ``performance``; the first two
        come with ``field``, ``psi`` and ``severity``. Too few rows find nothing.
    has_report
        Whether everything that a screen draws is kept, too.
    """

    id: str
    version: VersionName
    begins_at: datetime
    ends_at: datetime
    against: str = TRAINING
    rows: int
    drift: dict[str, float] = Field(default_factory=dict)
    worst_field: str | None = None
    worst_psi: float | None = None
    prediction_psi: float | None = None
    domain_auc: float | None = None
    outcomes: int = 0
    performance: dict[str, float] = Field(default_factory=dict)
    baseline: dict[str, float] = Field(default_factory=dict)
    findings: list[dict[str, Any]] = Field(default_factory=list)
    has_report: bool = False

    @property
    def window(self) -> Window:
        """The window as a value."""
        return Window(self.begins_at, self.ends_at)

    @property
    def is_enough(self) -> bool:
        """Whether there were rows enough to find anything."""
        return self.rows >= LEAST_ROWS


def latest_point(workspace: Workspace, endpoint: str) -> WatchPoint | None:
    """The newest window of what answers an endpoint, beside its train rows; None before the first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return latest_in(uow, uow.endpoints.by_name(endpoint).id)


def latest_in(uow: UnitOfWork, endpoint_id: str) -> WatchPoint | None:
    """The same inside a unit of work."""
    names = versions_of(uow, endpoint_id)
    found = uow.watching.latest(endpoint_id, [it.id for it in names.values() if it.role == "live"])
    return point_of(found, names) if found else None


def points(
    workspace: Workspace, endpoint: str, since: datetime | None = None, version_id: str | None = None
) -> list[WatchPoint]:
    """The points over time, the oldest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        names = versions_of(uow, row.id)
        found = uow.watching.points(row.id, since=since, version_id=version_id)
        return [point_of(it, names, has_report=False) for it in found]


def points_within(uow: UnitOfWork, endpoint_id: str, since: datetime, until: datetime) -> Sequence[WatchPoint]:
    """The newest point of each version whose window ended after one moment, and until another."""
    measured = uow.watching.measured(endpoint_id, since)
    newest = {it.model_version_id: it for it in measured if since < it.ends_at <= until}
    names = versions_of(uow, endpoint_id) if newest else {}
    return [point_of(it, names, has_report=False) for it in newest.values()]


def versions_of(uow: UnitOfWork, endpoint_id: str) -> dict[str, VersionName]:
    """Every version that was ever behind an endpoint, what answers now first."""
    found: dict[str, VersionName] = {}
    history = uow.endpoints.history(endpoint_id)
    for entry in sorted(history, key=lambda it: (not it.deployment.active, it.deployment.role != "live")):
        row = entry.deployment
        role = row.role if row.active else "before"
        name = VersionName(id=row.model_version_id, model=entry.model, number=entry.version, role=role)
        found.setdefault(row.model_version_id, name)
    return found


def answering_version(uow: UnitOfWork, endpoint_id: str, name: str) -> str:
    """The id of the version that answers most.

    Raises
    ------
    MissingThing
    """
    active = [it for it in uow.endpoints.active(endpoint_id) if it.deployment.role == "live"]
    if not active:
        raise MissingThing(f"Nothing answers the endpoint {name!r}.", hint="Publish a model version to it.")
    return str(active[0].deployment.model_version_id)


def point_of(row: DriftPoint, names: Mapping[str, VersionName], *, has_report: bool | None = None) -> WatchPoint:
    """A line of the table as a point.

    Parameters
    ----------
    names
        From `versions_of`.
    has_report
        None to look, for a line that was read with its report.
    """
    unknown = VersionName(id=row.model_version_id, model="a model that is gone", number=0)
    is_enough = row.rows >= LEAST_ROWS
    return WatchPoint(
        id=row.id,
        version=names.get(row.model_version_id, unknown),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        against=row.against,
        rows=row.rows,
        drift=_known(row.psi) if is_enough else {},
        worst_field=row.worst_field if is_enough else None,
        worst_psi=row.worst_psi if is_enough else None,
        prediction_psi=row.prediction_psi if is_enough else None,
        domain_auc=row.domain_auc,
        outcomes=row.outcomes,
        performance=_known(row.performance),
        baseline=_known(row.baseline),
        findings=row.findings,
        has_report=row.report is not None if has_report is None else has_report,
    )


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}
