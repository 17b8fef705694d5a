"""Whether a canary does as well as what it is to replace: from figures of both to a verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import CanvasbackError

Outlook = Literal["promote", "take back", "wait", "ask"]
SURE = 0.05
"""A difference is believed when chance alone would make one like it less often."""
LEAST = 30
"""With fewer answers or outcomes of a version nothing is said about it."""
Array = npt.NDArray[np.float64]


class PromotionRule(BaseModel):
    """When a canary takes over by itself, and what it must not be worse at; otherwise it is taken back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    records: int = Field(default=1_000, ge=LEAST, description="Decide once the canary has answered so many records.")
    hours: float | None = Field(
        default=None, gt=0, le=24 * 365, description="Decide after so many hours at the latest; None waits on."
    )
    slower: float = Field(default=1.5, ge=1, description="Its 95th percentile of the time, at most so many times.")
    failed: float = Field(
        default=0.01, ge=0, le=1, description="More failed or refused requests than before, as a share, at most."
    )
    worse: float = Field(
        default=0.02, ge=0, le=1, description="Lower accuracy, or larger mean error as a share of it, at most."
    )


def read_rule(asked: Mapping[str, Any]) -> PromotionRule:
    """A rule from what a person asked for.

    Raises
    ------
    CanvasbackError
        Naming what cannot be.
    """
    try:
        return PromotionRule.model_validate(asked)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise CanvasbackError(f"{name}: {first['msg']}", hint="Correct it.", field=name or None) from error


@dataclass(frozen=True)
class Side:
    """How one version did in the revision.

    Parameters
    ----------
    records
        Records it has answered.
    milliseconds
        How long each took that was kept.
    losses
        Of those whose outcome is known: 1 for a wrong class, the absolute error of a number.
    """

    records: int
    milliseconds: Array
    losses: Array


@dataclass(frozen=True)
class Requests:
    """What became of requests in some time."""

    all: int
    refused: int
    failed: int


@dataclass(frozen=True)
class Seen:
    """All that is known of a canary.

    Parameters
    ----------
    share
        Its share of the traffic.
    before, since
        Requests to the endpoint before the canary, and since.
    is_number
        Whether the answers are numbers.
    """

    canary: Side
    main: Side
    share: float
    before: Requests
    since: Requests
    hours: float
    is_number: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that was compared."""

    what: str
    canary: float | None
    main: float | None
    passed: bool
    words: str

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {
            "what": self.what, "canary": self.canary, "main": self.main, "passed": self.passed, "words": self.words
        }  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What is to become of a canary, and why."""

    outlook: Outlook
    words: str
    records: int
    findings: Sequence[Finding]

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        told = [finding.as_data() for finding in self.findings]
        return {"outlook": self.outlook, "words": self.words, "records": self.records, "findings": told}


def judge(seen: Seen, rule: PromotionRule) -> Verdict:
    """What is to become of a canary now.

    A canary that is clearly worse is taken back at once; one that is not is promoted when it has answered enough.
    """
    findings = [*_findings(seen, rule)]
    worse = [finding for finding in findings if not finding.passed]
    answered = seen.canary.records
    if worse:
        return Verdict("take back", "; ".join(finding.words for finding in worse), answered, findings)
    is_over = rule.hours is not None and seen.hours >= rule.hours
    if answered >= rule.records or (is_over and answered >= LEAST):
        return Verdict("promote", f"Not worse in {answered:,} answered records.", answered, findings)
    if is_over:
        words = f"Only {answered:,} records were answered in {rule.hours:g} hours: too few to tell."
        return Verdict("ask", words, answered, findings)
    return Verdict("wait", f"{answered:,} of {rule.records:,} records answered so far.", answered, findings)


def _findings(seen: Seen, rule: PromotionRule) -> Iterator[Finding]:
    for name, bad, before in (
        ("failed", seen.since.failed, seen.before.failed),
        ("refused", seen.since.refused, seen.before.refused),
    ):
        if seen.since.all >= LEAST:
            yield _share(name, seen, (bad, before), rule)
    if min(len(seen.canary.milliseconds), len(seen.main.milliseconds)) >= LEAST:
        yield _pace(seen, rule)
    if min(len(seen.canary.losses), len(seen.main.losses)) >= LEAST:
        yield _performance(seen, rule)


def _share(name: str, seen: Seen, bad: tuple[int, int], rule: PromotionRule) -> Finding:
    """Failed requests carry no version: what came on top since the canary began is laid at its door."""
    from scipy.stats import fisher_exact

    since, before = bad[0] / seen.since.all, bad[1] / seen.before.all if seen.before.all else 0.0
    table = [[bad[0], seen.since.all - bad[0]], [bad[1], seen.before.all - bad[1]]]
    # Without requests before there is nothing to compare with: what fails now is taken as it is.
    chance = float(fisher_exact(table, alternative="greater").pvalue) if seen.before.all else 0.0
    own = max(0.0, since - before) / seen.share
    passed = own <= rule.failed or chance >= SURE
    words = f"requests {name} rose from {before:.1%} to {since:.1%}, {own:.1%} of the canary's own"
    return Finding(name, since, before, passed, words)


def _pace(seen: Seen, rule: PromotionRule) -> Finding:
    canary, main = (float(np.quantile(side.milliseconds, 0.95)) for side in (seen.canary, seen.main))
    passed = canary <= rule.slower * main
    words = f"95 % of its answers took up to {canary:.1f} ms instead of {main:.1f} ms"
    return Finding("latency", canary, main, passed, words)


def _performance(seen: Seen, rule: PromotionRule) -> Finding:
    """Worse by more than is allowed, and by more than chance would make it."""
    canary, main = float(seen.canary.losses.mean()), float(seen.main.losses.mean())
    allowed = rule.worse * main if seen.is_number else rule.worse
    passed = canary - main <= allowed or _chance(seen) >= SURE
    if seen.is_number:
        return Finding("performance", canary, main, passed, f"mean absolute error {canary:.4g} instead of {main:.4g}")
    words = f"{1 - canary:.1%} of its answers were right instead of {1 - main:.1%}"
    return Finding("performance", 1 - canary, 1 - main, passed, words)


def _chance(seen: Seen) -> float:
    """How likely so much more loss would be if the canary were like the others."""
    from scipy.stats import fisher_exact, ttest_ind

    canary, main = seen.canary.losses, seen.main.losses
    if seen.is_number:
        found = float(ttest_ind(canary, main, equal_var=False, alternative="greater").pvalue)
        return found if np.isfinite(found) else float(canary.mean() <= main.mean())
    table = [[canary.sum(), len(canary) - canary.sum()], [main.sum(), len(main) - main.sum()]]
    return float(fisher_exact(table, alternative="greater").pvalue)
