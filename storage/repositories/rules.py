"""The rules of datasets, and what they found in versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, select

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Dataset, DatasetVersion, Rule, RuleCheck

MOST_RULES = 200
"""Of one dataset: as many as the component `expect` takes."""


class CheckEntry(NamedTuple):
    """One check in the history of a dataset."""

    version: int
    passed: bool
    results: Sequence[dict[str, Any]]
    created_at: datetime


class Rules(Repository):
    def add(self, dataset_id: str, rule: dict[str, Any], severity: str) -> Rule:
        """Add a rule behind the others.

        Raises
        ------
        Conflict
            When the dataset has as many as it can have.
        """
        self._get(Dataset, dataset_id, "dataset", lock=True)
        position = self._next(Rule.position, Rule.dataset_id, dataset_id)
        if len(self.of(dataset_id)) >= MOST_RULES:
            raise Conflict(f"There are {MOST_RULES} rules already", hint="Delete one, or let one look at more columns.")
        row = Rule(dataset_id=dataset_id, position=position, rule=rule, severity=severity)
        return self._insert(row, Conflict("The rule was added by someone else", "Try again."))

    def of(self, dataset_id: str) -> Sequence[Rule]:
        """Return the rules of a dataset in their order."""
        return self._session.scalars(
            select(Rule).where(Rule.dataset_id == dataset_id).order_by(Rule.position, Rule.id)
        ).all()

    def naming(self, dataset: str) -> Sequence[str]:
        """Return the names of the other datasets with a rule that looks something up in this one."""
        query = select(Dataset.name, Rule.rule).join(Dataset, Dataset.id == Rule.dataset_id).order_by(Dataset.name)
        found = (name for name, rule in self._session.execute(query) if rule.get("dataset") == dataset)
        return [name for name in dict.fromkeys(found) if name != dataset]

    def get(self, rule_id: str) -> Rule:
        """Return one rule; `NotFound` when it is gone."""
        return self._get(Rule, rule_id, "rule")

    def change(self, rule_id: str, rule: dict[str, Any], severity: str) -> Rule:
        """Let a rule say something else; what it found before stays as it was."""
        row = self._get(Rule, rule_id, "rule", lock=True)
        row.rule, row.severity = rule, severity
        return row

    def delete(self, rule_id: str) -> None:
        """Forget a rule; what it found in versions stays."""
        self._change(delete(Rule).where(Rule.id == self.get(rule_id).id))

    def keep_check(
        self,
        version_id: str,
        *,
        passed: bool,
        results: Sequence[dict[str, Any]],
        failing: Mapping[str, Sequence[int]],
    ) -> RuleCheck:
        """Keep what the rules found in a version.

        Parameters
        ----------
        passed : whether no rule that stops is broken.
        failing : by rule, the ids of rows that break it.
        """
        rows = {rule: [*ids] for rule, ids in failing.items()}
        check = RuleCheck(version_id=version_id, passed=passed, results=[*results], failing=rows)
        return self._insert(check, Conflict("The version is gone", "Look at the versions that are left."))

    def checks(self, dataset_id: str, *, limit: int = 100) -> Sequence[CheckEntry]:
        """Return the checks of a dataset's versions, the newest first, without rows."""
        query = (
            select(DatasetVersion.number, RuleCheck.passed, RuleCheck.results, RuleCheck.created_at)
            .join(DatasetVersion, DatasetVersion.id == RuleCheck.version_id)
            .where(DatasetVersion.dataset_id == dataset_id)
            .order_by(RuleCheck.created_at.desc(), RuleCheck.id.desc())
            .limit(limit)
        )
        return [CheckEntry(*row) for row in self._session.execute(query)]

    def check_of(self, version_id: str) -> RuleCheck | None:
        """Return the newest check of a version, if there is one."""
        return self._session.scalars(_newest(select(RuleCheck).where(RuleCheck.version_id == version_id))).first()

    def held(self, dataset_ids: Sequence[str]) -> Mapping[str, int]:
        """Return, by dataset, its newest version, where that is kept from becoming the latest one."""
        newest: dict[str, tuple[int, Any]] = {}
        query = (
            select(DatasetVersion.dataset_id, DatasetVersion.number, DatasetVersion.held)
            .join(Dataset, Dataset.id == DatasetVersion.dataset_id)
            .where(Dataset.id.in_(dataset_ids), Dataset.latest < DatasetVersion.number)
            .order_by(DatasetVersion.number)
        )
        for dataset_id, number, held in self._session.execute(query):
            newest[dataset_id] = (number, held)
        return {dataset_id: number for dataset_id, (number, held) in newest.items() if held is not None}


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(RuleCheck.created_at.desc(), RuleCheck.id.desc()).limit(1)
