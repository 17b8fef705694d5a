"""Rules that canaries are under."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import JsonObject, utc_now
from storage.schema.publications import CanaryRule


class Canaries(Repository):
    def add(self, endpoint_id: str, revision: int, version_id: str, rule: JsonObject, **told: Any) -> CanaryRule:
        """Put the canary of a revision under a rule."""
        row = CanaryRule(endpoint_id=endpoint_id, revision=revision, version_id=version_id, rule=rule, **told)
        return self._insert(row, Conflict("The canary is under a rule already", "Look at it."))

    def get(self, rule_id: str) -> CanaryRule:
        """Return the rule with this id."""
        return self._get(CanaryRule, rule_id, "rule of a canary")

    def last(self, endpoint_id: str) -> CanaryRule | None:
        """Return the newest rule of an endpoint, be it over."""
        query = select(CanaryRule).where(CanaryRule.endpoint_id == endpoint_id)
        return self._session.scalars(query.order_by(CanaryRule.id.desc()).limit(1)).first()

    def due(self, now: datetime) -> Sequence[CanaryRule]:
        """Return the rules that are to be looked at now."""
        query = select(CanaryRule).where(CanaryRule.status == "watching", CanaryRule.next_at <= now)
        return self._session.scalars(query.order_by(CanaryRule.id)).all()

    def take_look(self, rule_id: str, now: datetime, next_at: datetime) -> bool:
        """Claim the look at a rule that is due now; whether nobody else has."""
        mine = update(CanaryRule).where(
            CanaryRule.id == rule_id, CanaryRule.status == "watching", CanaryRule.next_at <= now
        )
        return self._change(mine.values(next_at=next_at)) > 0

    def end(self, rule_id: str, status: str, verdict: JsonObject | None = None) -> None:
        """End a rule; `Conflict` when it has ended already."""
        told = {} if verdict is None else {"verdict": verdict}
        mine = update(CanaryRule).where(CanaryRule.id == rule_id, CanaryRule.status == "watching")
        if not self._change(mine.values(status=status, ended_at=utc_now(), **told)):
            raise Conflict("This rule has ended already", "Look at what answers now.")

    def note(self, rule_id: str, verdict: JsonObject) -> None:
        """Keep what was found at a look."""
        self._change(update(CanaryRule).where(CanaryRule.id == rule_id).values(verdict=verdict))
