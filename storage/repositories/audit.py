"""Who did what, when: append-only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

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

    def last_times(self, actions: Sequence[str], prefix: str) -> dict[str, datetime]:
        """Return when each object whose name begins with `prefix` was last subject to one of the actions."""
        query = select(Audit.object, func.max(Audit.at)).where(Audit.action.in_(actions)).group_by(Audit.object)
        found = self._session.execute(query.where(Audit.object.startswith(prefix, autoescape=True)))
        return {name: at for name, at in found}  # noqa: C416  a row is no pair to the type checker
