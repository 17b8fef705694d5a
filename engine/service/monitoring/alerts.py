"""Alerts: what holds now and what has, and who takes care of it."""

from datetime import datetime

from engine.errors import InvalidSetting
from engine.service.monitoring.measures import MEASURES
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.alert_rules import SubjectKind
from storage.schema import SEVERITIES, Alert, utc_now
from storage.unit_of_work import UnitOfWork

MOST_CHARACTERS = 2_000


class AlertView(View):
    """An alert.

    Parameters
    ----------
    subject_key
        What the page of its subject needs: a name, or the id of a pipeline.
    message
        What was found, against what limit.
    about
        ``drift``, ``performance``, ``traffic``, ``data`` or ``runs``: where the page of its subject shows it.
    muted_until
        Until when nobody is told; None where people are.
    """

    id: str
    rule: str
    severity: str
    subject_kind: str
    subject: str
    subject_key: str
    message: str
    about: str = ""
    value: float | None = None
    limit: float | None = None
    opened_at: datetime
    held_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    note: str = ""
    closed_at: datetime | None = None
    closed_because: str = ""
    muted_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still holds."""
        return self.closed_at is None


def list_alerts(
    workspace: Workspace,
    *,
    is_open: bool | None = None,
    subject: tuple[SubjectKind, str] | None = None,
    limit: int = 200,
) -> list[AlertView]:
    """Alerts, the worst open ones first, then by age, the newest first.

    Parameters
    ----------
    is_open
        None for both.
    subject
        Kind, and name (of a pipeline its id).
    """
    with workspace.database.read() as uow:
        found = uow.alerts.list(is_open=is_open, subject=subject, limit=limit)
        rules = {entry.rule.id: entry.rule for entry in uow.alert_rules.list()}
    views = []
    for alert in found:
        rule = rules.get(alert.rule_id or "")
        muted = rule.muted_until if rule and rule.muted_until and rule.muted_until > utc_now() else None
        views.append(_view(alert, rule.measure if rule else "", muted))
    return sorted(views, key=lambda it: (it.is_open, SEVERITIES.index(it.severity) if it.is_open else 0), reverse=True)


def count_open(workspace: Workspace) -> dict[str, int]:
    """How many alerts are open, by severity; severities without one are left out."""
    with workspace.database.read() as uow:
        return uow.alerts.open_by_severity()


def acknowledge(workspace: Workspace, alert_id: str, note: str = "", who: str = "local") -> AlertView:
    """Say that somebody takes care of an open alert: nobody is reminded of it any more.

    Raises
    ------
    NotFound
    InvalidSetting
        When it has closed, or the note is too long.
    """
    if len(note) > MOST_CHARACTERS:
        raise InvalidSetting(f"The note is longer than {MOST_CHARACTERS} characters.", hint="Shorten it.", field="note")

    def write(uow: UnitOfWork) -> Alert:
        alert = uow.alerts.get(alert_id, lock=True)
        if alert.closed_at is not None:
            raise InvalidSetting("The alert has closed by itself.", hint="Nothing is to be done.")
        alert.acknowledged_at = alert.acknowledged_at or utc_now()
        alert.acknowledged_by, alert.note = alert.acknowledged_by or who, note.strip() or alert.note
        uow.audit.record(who, "alert acknowledged", f"alert rule {alert.rule}", {"alert": alert.id, "note": note})
        return alert

    return _view(workspace.database.transact(write))


def _view(alert: Alert, measure: str = "", muted_until: datetime | None = None) -> AlertView:
    told = {name: getattr(alert, name) for name in AlertView.model_fields if name not in ("about", "muted_until")}
    return AlertView(**told, about=_about(measure), muted_until=muted_until)


def _about(measure: str) -> str:
    if measure.startswith("drift") or measure == "domain_auc":
        return "drift"
    if measure.startswith("performance"):
        return "performance"
    known = MEASURES.get(measure)
    return {"endpoint": "traffic", "dataset": "data", "pipeline": "runs"}[known.kind] if known else ""
