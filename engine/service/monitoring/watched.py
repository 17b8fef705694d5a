"""What watching an endpoint has found, as alerts, `/metrics` and the loop read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.monitor.drift import LEAST_ROWS
from engine.workspace import Workspace
from storage.schema import DriftPoint
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class WatchPoint:
    """What one model version was asked and answered in one window, beside what it learned from.

    Parameters
    ----------
    at
        The end of the window.
    drift
        Field → population stability index.
    performance, baseline
        Metric → value, as outcomes show it, and as it was in training.
    """

    version: int
    at: datetime
    rows: int
    drift: Mapping[str, float] = field(default_factory=dict)
    worst_field: str | None = None
    worst_psi: float | None = None
    prediction_psi: float | None = None
    domain_auc: float | None = None
    performance: Mapping[str, float] = field(default_factory=dict)
    baseline: Mapping[str, float] = field(default_factory=dict)
    version_id: str = ""


def points_within(uow: UnitOfWork, endpoint_id: str, since: datetime, until: datetime) -> Sequence[WatchPoint]:
    """The newest point of each version whose window ended after one moment, and until another."""
    measured = uow.watching.measured(endpoint_id, since)
    newest = {it.model_version_id: it for it in measured if since < it.ends_at <= until}
    return [_point(uow, it) for it in newest.values()]


def latest_point(workspace: Workspace, endpoint: str) -> WatchPoint | None:
    """What was found last of what answers an endpoint; None before anything was, or of too few rows."""
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        answering = [it.deployment.model_version_id for it in uow.endpoints.active(row.id)]
        found = uow.watching.latest(row.id, answering)
        return _point(uow, found) if found is not None and found.rows >= LEAST_ROWS else None


def _point(uow: UnitOfWork, row: DriftPoint) -> WatchPoint:
    return WatchPoint(
        version=uow.models.get_version(row.model_version_id).number,
        at=row.ends_at,
        rows=row.rows,
        drift=_known(row.psi),
        worst_field=row.worst_field,
        worst_psi=row.worst_psi,
        prediction_psi=row.prediction_psi,
        domain_auc=row.domain_auc,
        performance=_known(row.performance),
        baseline=_known(row.baseline),
        version_id=row.model_version_id,
    )


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}
