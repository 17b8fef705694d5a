"""What the service layer hands out about the rules of datasets."""

from datetime import datetime
from typing import Any

from pydantic import Field

from engine.service.views import View


class RuleState(View):
    """What a rule found in one version."""

    version: int
    state: str
    failing: int = 0
    share: float = 0.0


class RuleView(View):
    """A rule of a dataset, and how it stands at one version.

    Parameters
    ----------
    title
        What it is called.
    document
        The rule itself: its kind and params.
    state
        ``kept``, ``broken``, ``unfit`` (it speaks of something that is not there), ``changed`` since it was checked,
        or ``unchecked``.
    failing, share
        Rows that break it; of all.
    told, hint
        What is wrong, and what to do.
    columns
        By column, how many rows break it.
    history
        What it found in versions before, the oldest first.
    """

    id: str
    title: str
    kind: str
    severity: str
    document: dict[str, Any]
    state: str = "unchecked"
    failing: int = 0
    share: float = 0.0
    told: str = ""
    hint: str = ""
    columns: dict[str, int] = Field(default_factory=dict)
    history: list[RuleState] = Field(default_factory=list)

    @property
    def is_broken(self) -> bool:
        """Whether something is to be done."""
        return self.state in ("broken", "unfit")


class RulesView(View):
    """The rules of a dataset, and how they stand at one version."""

    dataset: str
    version: int
    rules: list[RuleView] = Field(default_factory=list)
    checked_at: datetime | None = None
    passed: bool | None = None
    held: dict[str, Any] | None = None

    @property
    def waiting(self) -> list[RuleView]:
        """The rules that this version was not checked against."""
        return [rule for rule in self.rules if rule.state in ("changed", "unchecked")]


class KindView(View):
    """A kind of rule: what a form needs."""

    kind: str
    title: str
    about: str
    fields: dict[str, dict[str, Any]]
    required: list[str] = Field(default_factory=list)


class ColumnView(View):
    """A column that a rule may speak of."""

    name: str
    kind: str
    type: str


class SuggestionView(View):
    """Rules that a profile suggests, together one click.

    Parameters
    ----------
    failing
        Rows that would fail now.
    """

    title: str
    rules: list[dict[str, Any]]
    failing: int = 0
    share: float = 0.0
