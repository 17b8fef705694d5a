"""Who did what, when: append-only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from storage.repositories.base import Repository
from storage.schema import Audit


class AuditLog(Repository):
    def record(self, actor: str, action: str, object: str, detail: dict[str, Any] | None = None) -> Audit:
        """Note one action.

        Parameters
        ----------
        actor : who; a login, ``cli`` or ``schedule``.
        action : verb, such as ``endpoint.publish``.
        object : what it was done to, such as ``endpoint churn``.
        detail : before and after, where from; never a secret.
        """
        entry = Audit(actor=actor, action=action, object=object, detail=detail or {})
        self._session.add(entry)
        self._session.flush()
        return entry

    def list(
        self, *, object: str | None = None, action: str | None = None, limit: int = 100, offset: int = 0
    ) -> Sequence[Audit]:
        """Return entries, newest first."""
        query = select(Audit).order_by(Audit.id.desc()).limit(limit).offset(offset)
        if object is not None:
            query = query.where(Audit.object == object)
        if action is not None:
            query = query.where(Audit.action == action)
        return self._session.scalars(query).all()
