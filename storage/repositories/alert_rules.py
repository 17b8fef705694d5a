"""Alert rules: what is measured, of what, and when that is worth an alert."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import delete, func, select

from storage.repositories.base import NamedRepository
from storage.schema import AlertRule, Dataset, Endpoint, Pipeline

SubjectKind = Literal["endpoint", "dataset", "pipeline"]


class RuleEntry(NamedTuple):
    """A rule with what it is about.

    Parameters
    ----------
    subject_id : of the endpoint, dataset or pipeline.
    gone : the endpoint is retired, or the pipeline deleted.
    """

    rule: AlertRule
    kind: SubjectKind
    subject_id: str
    subject: str
    gone: bool

    @property
    def key(self) -> str:
        """What the page of its subject needs."""
        return self.subject_id if self.kind == "pipeline" else self.subject


class AlertRules(NamedRepository[AlertRule]):
    entity = AlertRule
    noun = "alert rule"

    def add(self, name: str, kind: SubjectKind, subject_id: str, **settings: Any) -> AlertRule:
        """Make a rule; `NameTaken` when there is one of that name."""
        return self._add_named(AlertRule(name=name, **{f"{kind}_id": subject_id}, **settings))

    def list(self) -> Sequence[RuleEntry]:
        """Return all rules with what they are about, by name, in one query."""
        query = (
            select(AlertRule, Endpoint, Dataset, Pipeline)
            .outerjoin(Endpoint, Endpoint.id == AlertRule.endpoint_id)
            .outerjoin(Dataset, Dataset.id == AlertRule.dataset_id)
            .outerjoin(Pipeline, Pipeline.id == AlertRule.pipeline_id)
            .order_by(AlertRule.name)
        )
        return [_entry(*row) for row in self._session.execute(query)]

    def held(self, rule_id: str) -> AlertRule | None:
        """Return a rule, held until the unit of work ends; None when it was deleted."""
        query = select(AlertRule).where(AlertRule.id == rule_id)
        return self._session.scalars(query.with_for_update()).first()

    def mute(self, name: str, until: datetime | None) -> AlertRule:
        """Tell nobody of this rule until a moment; None ends that."""
        rule = self.by_name(name)
        rule.muted_until = until
        self._session.flush()
        return rule

    def count(self) -> int:
        """Return how many rules there are."""
        return self._session.scalar(select(func.count()).select_from(AlertRule)) or 0

    def delete(self, rule_id: str) -> None:
        """Forget a rule; its alerts stay."""
        self._change(delete(AlertRule).where(AlertRule.id == rule_id))


def _entry(rule: AlertRule, endpoint: Endpoint | None, dataset: Dataset | None, pipeline: Pipeline | None) -> RuleEntry:
    if endpoint is not None:
        return RuleEntry(rule, "endpoint", endpoint.id, endpoint.name, endpoint.status == "retired")
    if dataset is not None:
        return RuleEntry(rule, "dataset", dataset.id, dataset.name, gone=False)
    assert pipeline is not None  # noqa: S101  a rule has one of the three, and goes when that goes
    return RuleEntry(rule, "pipeline", pipeline.id, pipeline.name, pipeline.deleted_at is not None)
