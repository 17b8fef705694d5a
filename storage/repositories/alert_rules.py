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

    def change(self, rule_id: str, subject: tuple[SubjectKind, str], *, anew: bool, **settings: Any) -> AlertRule:
        """Change a rule.

        Parameters
        ----------
        subject : its kind and id.
        anew : whether it says something else now, so that what was found does not count any more.
        """
        rule = self.get(rule_id)
        kind, subject_id = subject
        for one in ("endpoint", "dataset", "pipeline"):
            setattr(rule, f"{one}_id", subject_id if one == kind else None)
        for key, value in settings.items():
            setattr(rule, key, value)
        if anew:
            rule.looked_at = rule.value = rule.value_at = None
            rule.held, rule.calm, rule.reason = 0, 0, ""
        self._session.flush()
        return rule

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
