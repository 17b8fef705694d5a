"""What a person sets about retraining: when it begins, what the new model must show, and who lets it go live."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components.evaluate.metrics import words as metric_words
from engine.errors import InvalidSetting
from engine.service.amounts import count
from engine.service.schedules import Schedule

LEAST_ROWS = 30


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DriftTrigger(_Settings):
    """The requests are not like the train rows any more."""

    psi: float = Field(default=0.25, gt=0, le=10, description="A field has drifted from this PSI on.")
    fields: int = Field(default=1, ge=1, le=10_000, description="So many fields must have drifted.")


class PerformanceTrigger(_Settings):
    """The model does worse than in its training."""

    metric: str | None = Field(default=None, max_length=100, description="Which metric; the usual one unless given.")
    fell_by: float = Field(default=0.05, gt=0, description="By how much it is worse than in training.")


class Triggers(_Settings):
    """What begins a round."""

    new_data: bool = Field(default=True, description="A new latest version of a dataset that the pipeline reads.")
    schedule: Schedule | None = Field(default=None, description="Again and again, at a time.")
    drift: DriftTrigger | None = Field(default=None, description="Drift of the requests.")
    performance: PerformanceTrigger | None = Field(default=None, description="Performance that fell.")
    wait_hours: float = Field(default=1.0, ge=0, le=8_760, description="Hours between the begins of two rounds.")


class Rule(_Settings):
    """What a challenger must show before it may replace the champion."""

    metric: str | None = Field(default=None, max_length=100, description="What decides; the usual one unless given.")
    margin: float = Field(default=0.0, description="By how much it must be better; below 0: may be worse.")
    beyond_chance: bool = Field(default=True, description="Whether all of the 95 % interval must be beyond the margin.")
    least_rows: int = Field(
        default=100, ge=LEAST_ROWS, description="On fewer rows that neither model learned from, a person decides."
    )
    group: str | None = Field(default=None, max_length=500, description="A column: not worse for any of its values.")
    group_tolerance: float = Field(default=0.02, ge=0, description="By how much it may be worse for one of them.")
    most_changed: float | None = Field(
        default=None, ge=0, le=1, description="Share of the requests of late that may be answered otherwise."
    )


class PolicySettings(_Settings):
    """All of it."""

    triggers: Triggers = Triggers()
    rule: Rule = Rule()
    publish: Literal["ask", "itself"] = Field(
        default="ask", description="Whether a model that fulfils the rule goes live by itself, or a person is asked."
    )
    canary: float | None = Field(
        default=None, gt=0, lt=1, description="Share of the traffic that it gets at first; all unless given."
    )


def read_policy_settings(given: Mapping[str, Any]) -> PolicySettings:
    """The settings of a policy.

    Raises
    ------
    InvalidSetting
        Naming the setting and what is wrong with it.
    """
    try:
        return PolicySettings.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = ".".join(map(str, first["loc"]))
        own = first["msg"].removeprefix("Value error, ")
        raise InvalidSetting(f"{name or 'policy'}: {own}.", hint="Correct this setting.", field=name or None) from error


def in_words(settings: PolicySettings) -> list[str]:
    """The policy as sentences."""
    return [f"Retrains {_when(settings.triggers)}.", f"{_what(settings.rule)}.", f"{_then(settings)}."]


def _when(triggers: Triggers) -> str:
    found = []
    if triggers.new_data:
        found.append("when a dataset that it reads gets a new latest version")
    if triggers.schedule is not None and triggers.schedule.every != "hand":
        found.append(triggers.schedule.words)
    if triggers.drift is not None:
        found.append(f"when {count(triggers.drift.fields, 'field')} drifted (PSI of {triggers.drift.psi:g} or more)")
    if triggers.performance is not None:
        name = metric_words(triggers.performance.metric) if triggers.performance.metric else "the main metric"
        found.append(f"when {name} is worse than in training by {triggers.performance.fell_by:g} or more")
    told = ", ".join(found) if found else "only when somebody asks"
    apart = "an hour" if triggers.wait_hours == 1 else f"{triggers.wait_hours:g} hours"
    return f"{told}; at least {apart} apart" if found and triggers.wait_hours else told


def _what(rule: Rule) -> str:
    name = metric_words(rule.metric) if rule.metric else "the main metric"
    sure = " beyond chance" if rule.beyond_chance else ""
    if rule.margin > 0:
        asked = f"{name} is better by {rule.margin:g}{sure}"
    elif rule.margin < 0:
        asked = f"{name} is worse by no more than {-rule.margin:g}{sure}"
    else:
        asked = f"{name} is better{sure}"
    told = [f"A challenger may replace the champion if, on at least {rule.least_rows} rows that neither saw, {asked}"]
    if rule.group:
        told.append(f"it is not worse for any {rule.group} by more than {rule.group_tolerance:g}")
    if rule.most_changed is not None:
        told.append(f"at most {100 * rule.most_changed:g} % of the last requests would be answered otherwise")
    return ", and ".join(told)


def _then(settings: PolicySettings) -> str:
    share = f"for {100 * settings.canary:g} % of the traffic" if settings.canary else "for all requests"
    if settings.publish == "itself":
        return f"Then it goes live by itself, {share}"
    return f"Then a person is asked; approved, it goes live {share}"
