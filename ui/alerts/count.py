"""How many alerts are open, for the heads of other pages."""

from __future__ import annotations

from collections import Counter

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.monitoring import alerts
from engine.service.monitoring.alert_rules import SubjectKind
from ui import places
from ui.alerts.looks import SEVERITIES


def show_open_count(home: Workspace, subject: tuple[SubjectKind, str] | None = None) -> None:
    """A link to the open alerts, of one subject or of all; nothing where none is open."""
    if subject is None:
        amounts = alerts.count_open(home)
    else:
        amounts = Counter(it.severity for it in alerts.list_alerts(home, is_open=True, subject=subject))
    if not any(amounts.values()):
        return
    worst = next(name for name in SEVERITIES if amounts.get(name))
    look = SEVERITIES[worst]
    label = f":{look.color}[{count(sum(amounts.values()), 'open alert')}]"
    places.link(places.ALERTS, label, icon=look.icon, help=f"The worst is: {look.word.lower()}")
