"""What the rules found in a version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from engine.findings import Finding
from engine.rules.expectation import Severity

FINDING = "rule_broken"
MEND = "Look at the rows that fail; then correct the data, or change the rule."

State = Literal["kept", "broken", "unfit"]
"""``unfit``: the rule cannot be told, because a column or a dataset that it speaks of is not there; that counts as
broken."""


class Outcome(BaseModel):
    """What one rule found.

    Parameters
    ----------
    failing
        Rows that break it; they may be so few that it is kept all the same.
    columns
        By column, how many rows break it there; the empty name is the row as a whole.
    told
        What is wrong, in words; empty where it is kept.
    document
        The rule as it was when it was checked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    title: str
    severity: Severity
    state: State
    failing: int = 0
    rows: int = 0
    columns: dict[str, int] = {}
    told: str = ""
    hint: str = ""
    document: dict[str, Any] = {}

    @property
    def is_kept(self) -> bool:
        """Whether nothing is to be done."""
        return self.state == "kept"

    @property
    def finding(self) -> Finding:
        """What is told of it on the dataset's page."""
        named = [name for name in self.columns if name]
        return Finding(
            code=FINDING,
            severity="error" if self.severity == "stop" else "warning",
            column=named[0] if len(named) == 1 else None,
            message=f"Rule “{self.title}” is broken: {self.told}.",
            fix=self.hint or MEND,
            detail={"rule": self.rule, "rows": self.failing},
        )


@dataclass(frozen=True)
class Checked:
    """What all rules of a dataset found.

    Parameters
    ----------
    failing
        By rule, the ids of the first rows that break it.
    """

    outcomes: tuple[Outcome, ...] = ()
    failing: Mapping[str, list[int]] = field(default_factory=dict)

    @property
    def broken(self) -> list[Outcome]:
        """The rules that are broken, those that stop first."""
        return sorted((one for one in self.outcomes if not one.is_kept), key=lambda one: one.severity != "stop")

    @property
    def stopping(self) -> list[Outcome]:
        """The broken rules that keep a version from becoming the latest one."""
        return [one for one in self.broken if one.severity == "stop"]

    @property
    def held(self) -> dict[str, Any] | None:
        """Why the version must not become the latest one; None where it may."""
        if not self.stopping:
            return None
        first, more = self.stopping[0], len(self.stopping) - 1
        others = f" So {'is' if more == 1 else 'are'} {more} more." if more else ""
        return {
            "code": "rules",
            "message": first.finding.message + others,
            "hint": "Look at the rows that fail; then release the version, or import corrected data.",
            "rules": [one.rule for one in self.stopping],
        }

    @property
    def findings(self) -> list[Finding]:
        """What is told on the dataset's page."""
        return [one.finding for one in self.broken]

    def as_row(self) -> dict[str, Any]:
        """As the repository keeps it."""
        return {
            "passed": not self.stopping,
            "results": [one.model_dump(mode="json") for one in self.outcomes],
            "failing": self.failing,
        }
