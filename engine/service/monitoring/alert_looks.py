"""Looking at the alert rules: once a minute, by one process, in one transaction with what channels are told."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from engine.errors import PEOPLE_ERRORS
from engine.monitor.conditions import (
    Condition,
    NotKnown,
    Reading,
    Standing,
    Verdict,
    judge,
    measured_against,
)
from engine.service.monitoring.alert_messages import News, message_of, summary_of
from engine.service.monitoring.alert_words import found_words, rule_words
from engine.service.monitoring.measures import MEASURES, Asked
from engine.settings import Settings
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.repositories import RuleEntry
from storage.schema import Alert, AlertRule, Channel, utc_now
from storage.unit_of_work import UnitOfWork

SLOT = "alerts"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOOKS_PER_WINDOW = 60
RAREST = timedelta(minutes=10)

log = logging.getLogger("canvasback.alerts")


@dataclass(frozen=True)
class Look:
    """What was measured for one rule, and the number that is compared with its limit."""

    entry: RuleEntry
    number: float | NotKnown
    reading: Reading | None


def look_at_rules(workspace: Workspace, now: datetime | None = None) -> int:
    """Open and close alerts, and write down what is to be told; how many rules were looked at.

    Nothing is done where another process has taken this minute.
    """
    now = now or utc_now()
    minute = now.replace(second=0, microsecond=0)
    with workspace.database.read() as uow:
        taken = uow.slots.taken(SLOT)
    if taken == minute or not _take(workspace, minute):
        return 0
    with workspace.database.read() as uow:
        looks = [_look(uow, entry, minute) for entry in uow.alert_rules.list() if _is_due(entry, minute)]
    workspace.database.transact(lambda uow: _write(uow, workspace.settings, looks, minute))
    return len(looks)


def _take(workspace: Workspace, minute: datetime) -> bool:
    try:
        return workspace.database.transact(lambda uow: uow.slots.take(SLOT, minute))
    except Conflict:
        return False


def _is_due(entry: RuleEntry, minute: datetime) -> bool:
    """Whether to look now: 60 times in its window, at least every ten minutes, and at most every one."""
    rule = entry.rule
    rhythm = min(timedelta(minutes=rule.window_minutes) / LOOKS_PER_WINDOW, RAREST)
    return rule.looked_at is None or minute < rule.looked_at or minute - rule.looked_at >= rhythm


def _look(uow: UnitOfWork, entry: RuleEntry, now: datetime) -> Look:
    if entry.gone:
        words = {"endpoint": "The endpoint is retired.", "pipeline": "The pipeline is deleted."}
        return Look(entry, NotKnown(words[entry.kind]), None)
    try:
        found = _absence(uow, entry, now) if entry.rule.condition == "absent" else _measure(uow, entry, now)
    except PEOPLE_ERRORS as error:
        log.warning("the rule %s could not be looked at: %s", entry.rule.name, error.message)
        return Look(entry, NotKnown(error.message), None)
    if isinstance(found, NotKnown):
        return Look(entry, found, None)
    return Look(entry, measured_against(_condition(entry.rule), found), found)


def _measure(uow: UnitOfWork, entry: RuleEntry, now: datetime) -> Reading | NotKnown:
    rule, read = entry.rule, MEASURES[entry.rule.measure].read
    assert read is not None  # noqa: S101  checked when the rule was made
    asked = Asked(entry.subject_id, rule.of, now - timedelta(minutes=rule.window_minutes), now)
    found = read(uow, asked)
    if isinstance(found, NotKnown) or rule.condition not in ("rises", "falls"):
        return found
    before = [read(uow, asked.windows_ago(number)) for number in range(1, rule.windows_before + 1)]
    values = [one.value if isinstance(one, Reading) else None for one in before]
    return Reading(found.value, found.at, values, found.detail)


def _absence(uow: UnitOfWork, entry: RuleEntry, now: datetime) -> Reading:
    """For how many hours it has not happened; what never has is missed since the rule was made."""
    last = MEASURES[entry.rule.measure].last
    assert last is not None  # noqa: S101  checked when the rule was made
    since = last(uow, entry.subject_id) or entry.rule.created_at
    return Reading(max((now - since) / HOUR, 0.0), now)


def _write(uow: UnitOfWork, settings: Settings, looks: Sequence[Look], now: datetime) -> None:
    news = [one for look in looks for one in _judge(uow, look, now)]
    _tell(uow, settings, [*news, *_reminders(uow, now)], now)


def _judge(uow: UnitOfWork, look: Look, now: datetime) -> Iterator[News]:
    """Write down how a rule stands now; what is to be told because it has closed."""
    rule = uow.alert_rules.held(look.entry.rule.id)
    if rule is None:
        return
    alert = uow.alerts.open_of(rule.id)
    at = look.reading.at if look.reading else now
    verdict = _verdict(rule, alert, look, at)
    after = verdict.standing
    rule.looked_at, rule.held, rule.calm, rule.value_at = now, after.held, after.calm, after.at
    rule.value = look.reading.value if look.reading else None
    rule.reason = look.number.reason if isinstance(look.number, NotKnown) else ""
    if verdict.opens:
        uow.alerts.open(rule_id=rule.id, opened_at=now, held_at=now, **_told(look))
    elif alert is not None and verdict.closes:
        alert.closed_at, alert.closed_because = now, verdict.closes
        if alert.told_at is not None and not _is_muted(rule, now):
            yield News("closed", alert, rule.channels)
    elif alert is not None and after.held and not isinstance(look.number, NotKnown):
        alert.held_at = now
        for name, value in _told(look).items():
            setattr(alert, name, value)


def _verdict(rule: AlertRule, alert: Alert | None, look: Look, at: datetime) -> Verdict:
    if look.entry.gone:
        reason = look.number.reason if isinstance(look.number, NotKnown) else ""
        return Verdict(Standing(), closes=reason if alert else "")
    standing = Standing(rule.held, rule.calm, rule.value_at, alert is not None, alert.held_at if alert else None)
    return judge(standing, look.number, at, _condition(rule), _limit(rule), rule.looks)


def _limit(rule: AlertRule) -> float:
    """The limit; of what is absent the hours of its window."""
    return rule.window_minutes / 60 if rule.condition == "absent" else rule.limit or 0.0


def _is_muted(rule: AlertRule, now: datetime) -> bool:
    return rule.muted_until is not None and rule.muted_until > now


def _condition(rule: AlertRule) -> Condition:
    return cast(Condition, rule.condition)


def _told(look: Look) -> dict[str, Any]:
    """What an alert says; written anew while it holds, so that its value is that of now."""
    rule, reading, number = look.entry.rule, look.reading, look.number
    assert reading is not None and not isinstance(number, NotKnown)  # noqa: S101, PT018  it holds, so it is known
    measure, condition = MEASURES[rule.measure], _condition(rule)
    window = measure.window_of(condition, rule.window_minutes)
    said = rule_words(
        measure.title, condition, rule.limit, measure.unit,
        window=window, windows_before=rule.windows_before, of=rule.of,
    )  # fmt: skip
    detail = reading.detail if reading.detail != rule.of else ""
    found = found_words(condition, number, reading.value, measure.unit, window=window, detail=detail)
    return {
        "rule": rule.name,
        "severity": rule.severity,
        "subject_kind": look.entry.kind,
        "subject": look.entry.subject,
        "subject_key": look.entry.key,
        "message": f"{look.entry.subject}: {found}. The rule: {said}.",
        "value": number,
        "limit": _limit(rule),
    }


def _reminders(uow: UnitOfWork, now: datetime) -> Iterator[News]:
    """Open alerts that nobody was told of yet, or not for long; muted rules are silent, acknowledged alerts too."""
    rules = {entry.rule.id: entry.rule for entry in uow.alert_rules.list()}
    for alert in uow.alerts.list(is_open=True, limit=10_000):
        rule = rules.get(alert.rule_id or "")
        if rule is None or alert.acknowledged_at is not None or _is_muted(rule, now):
            continue
        if alert.told_at is None:
            yield News("opened", alert, rule.channels)
        elif rule.remind_minutes and now - alert.told_at >= timedelta(minutes=rule.remind_minutes):
            yield News("reminded", alert, rule.channels)


def _tell(uow: UnitOfWork, settings: Settings, news: Sequence[News], now: datetime) -> None:
    """One message per channel for all that is new, unless the channel has had enough for this hour."""
    for one in news:
        one.alert.told_at = now
    for channel in uow.channels.list():
        _sum_up(uow, settings, channel, now)
        mine = [one for one in news if one.is_for(channel)]
        if mine:
            status = "waiting" if _room(uow, channel, now) else "held"
            uow.deliveries.add(channel.id, "alerts", message_of(settings, mine), now, status)


def _sum_up(uow: UnitOfWork, settings: Settings, channel: Channel, now: datetime) -> None:
    """Once there is room again, one message for all that were held back."""
    held = uow.deliveries.held(channel.id)
    if held and _room(uow, channel, now):
        uow.deliveries.add(channel.id, "summary", summary_of(settings, held), now, "waiting")
        for row in held:
            row.status, row.finished_at = "summed up", now


def _room(uow: UnitOfWork, channel: Channel, now: datetime) -> bool:
    return uow.deliveries.count_since(channel.id, now - HOUR) < channel.most_per_hour
