"""What channels are told of alerts: one message for all that happened at the same moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from engine.notify.message import Message
from engine.service.amounts import count
from engine.settings import Settings
from storage.schema import SEVERITIES, Alert, Channel, Delivery

What = Literal["opened", "reminded", "closed"]
TITLES: dict[What, str] = {"opened": "Opened", "reminded": "Still open", "closed": "Closed"}
MOST_SHOWN = 50
PAGES = {"endpoint": ("endpoints", "endpoint"), "dataset": ("datasets", "dataset"), "pipeline": ("builder", "pipeline")}
"""Of each kind of subject the page, and the name of its part of the address."""


@dataclass(frozen=True)
class News:
    """Something to tell of an alert.

    Parameters
    ----------
    channels
        Ids of the channels that are told; empty for all.
    """

    what: What
    alert: Alert
    channels: Sequence[str] = ()

    def is_for(self, channel: Channel) -> bool:
        """Whether a channel is told of it."""
        is_chosen = not self.channels or channel.id in self.channels
        return is_chosen and SEVERITIES.index(self.alert.severity) >= SEVERITIES.index(channel.least_severity)


def message_of(settings: Settings, news: Iterable[News]) -> dict[str, Any]:
    """One message for several news, the worst first, as it is stored."""
    ordered = sorted(news, key=lambda it: (list(TITLES).index(it.what), -SEVERITIES.index(it.alert.severity)))
    data = [_told(settings, it) for it in ordered]
    return {"subject": _subject(ordered), "lines": _lines(data, settings), "data": {"alerts": data[:MOST_SHOWN]}}


def summary_of(settings: Settings, held: Sequence[Delivery]) -> dict[str, Any]:
    """One message for several that were held back, as it is stored."""
    told = [alert for row in held for alert in row.message["data"].get("alerts", [])]
    amount = count(len(held), "message")
    first, last = held[0].created_at, held[-1].created_at
    since = f"{amount} of {first:%H:%M} to {last:%H:%M} UTC were held back, so that they are not too many:"
    shown = [f"{TITLES[one['what']]}: {one['rule']} – {one['message']}" for one in told[:MOST_SHOWN]]
    more = [f"… and {len(told) - MOST_SHOWN} more"] if len(told) > MOST_SHOWN else []
    return {
        "subject": f"[Canvasback] {amount} held back",
        "lines": [since, "", *shown, *more, "", f"All alerts: {settings.ui_url}/alerts"],
        "data": {"held_back": len(held), "alerts": told[:MOST_SHOWN]},
    }


def test_message(channel: str, settings: Settings) -> dict[str, Any]:
    """What a channel is sent to try it."""
    return {
        "subject": "[Canvasback] A test",
        "lines": [f"This is a test of the channel {channel}. Alerts will come this way.", "", settings.ui_url],
        "data": {"channel": channel},
    }


def as_message(delivery: Delivery) -> Message:
    """A stored message as it is sent."""
    stored = delivery.message
    return Message(
        f"msg_{delivery.id}",
        delivery.kind,
        stored["subject"],
        tuple(stored["lines"]),
        delivery.created_at,
        stored["data"],
    )


def _subject(news: Sequence[News]) -> str:
    first = news[0]
    if len(news) == 1:
        return f"[Canvasback] {TITLES[first.what]}, {first.alert.severity}: {first.alert.rule}"
    amounts = [(title.lower(), sum(it.what == what for it in news)) for what, title in TITLES.items()]
    return "[Canvasback] Alerts: " + ", ".join(f"{number} {title}" for title, number in amounts if number)


def _lines(told: Sequence[dict[str, Any]], settings: Settings) -> list[str]:
    lines: list[str] = []
    for what, title in TITLES.items():
        some = [one for one in told[:MOST_SHOWN] if one["what"] == what]
        for one in some:
            lines += [f"{title} ({one['severity']}): {one['rule']}", f"  {one['message']}", f"  {one['link']}", ""]
    if len(told) > MOST_SHOWN:
        lines += [f"… and {len(told) - MOST_SHOWN} more", ""]
    return [*lines, f"All alerts: {settings.ui_url}/alerts"]


def _told(settings: Settings, news: News) -> dict[str, Any]:
    alert = news.alert
    closed = f" {alert.closed_because}" if news.what == "closed" else ""
    return {
        "what": news.what,
        "id": alert.id,
        "rule": alert.rule,
        "severity": alert.severity,
        "subject": {"kind": alert.subject_kind, "name": alert.subject},
        "message": alert.message + closed,
        "value": alert.value,
        "limit": alert.limit,
        "opened_at": _iso(alert.opened_at),
        "closed_at": _iso(alert.closed_at),
        "link": _link(settings, alert),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _link(settings: Settings, alert: Alert) -> str:
    page, part = PAGES[alert.subject_kind]
    return f"{settings.ui_url}/{page}?{urlencode({part: alert.subject_key})}"
