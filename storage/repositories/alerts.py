"""Alerts: what holds now, and what has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Alert


class Alerts(Repository):
    def open(self, **told: Any) -> Alert:
        """Write down that a rule holds from now on."""
        return self._insert(Alert(**told), Conflict("The rule was deleted", "Nothing is to be done."))

    def get(self, alert_id: str, *, lock: bool = False) -> Alert:
        """Return the alert with this id."""
        return self._get(Alert, alert_id, "alert", lock)

    def open_of(self, rule_id: str) -> Alert | None:
        """Return the open alert of a rule."""
        query = select(Alert).where(Alert.rule_id == rule_id, Alert.closed_at.is_(None))
        return self._session.scalars(query.limit(1)).first()

    def list(
        self, *, is_open: bool | None = None, subject: tuple[str, str] | None = None, limit: int = 200, offset: int = 0
    ) -> Sequence[Alert]:
        """Return alerts, the newest first.

        Parameters
        ----------
        is_open : None for both.
        subject : kind and key of what they are about.
        """
        query = select(Alert).order_by(Alert.opened_at.desc(), Alert.id.desc()).limit(limit).offset(offset)
        if is_open is not None:
            query = query.where(Alert.closed_at.is_(None) if is_open else Alert.closed_at.is_not(None))
        if subject is not None:
            query = query.where(Alert.subject_kind == subject[0], Alert.subject_key == subject[1])
        return self._session.scalars(query).all()

    def open_by_severity(self) -> dict[str, int]:
        """Return how many are open."""
        query = select(Alert.severity, func.count()).where(Alert.closed_at.is_(None)).group_by(Alert.severity)
        return {severity: amount for severity, amount in self._session.execute(query)}  # noqa: C416  rows are no pairs

    def forget(self, before: datetime) -> int:
        """Delete the alerts that closed before a moment; returns how many."""
        return self._change(delete(Alert).where(Alert.closed_at < before))
