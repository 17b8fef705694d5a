"""What alerts and watching add to the timeline of an endpoint."""

from collections.abc import Iterator

from engine.service.monitoring.alerts import list_alerts
from engine.service.monitoring.watch_points import points
from engine.service.retraining.timeline_events import EventView
from engine.workspace import Workspace


def alert_events(workspace: Workspace, endpoint: str) -> Iterator[EventView]:
    """Alerts on an endpoint: when they opened, and when they closed."""
    for alert in list_alerts(workspace, subject=("endpoint", endpoint)):
        opened = f"alert:{alert.id}"
        yield EventView(
            id=opened, at=alert.opened_at, kind="alert", title=f"Alert: {alert.rule}", about=alert.message, is_bad=True
        )
        if alert.closed_at is not None:
            yield EventView(
                id=f"{opened}:closed",
                at=alert.closed_at,
                kind="alert",
                title=f"Closed: {alert.rule}",
                about=alert.closed_because,
                because=[opened],
            )


def drift_events(workspace: Workspace, endpoint: str) -> Iterator[EventView]:
    """The first window of a version in which a field drifts, and the first in which it does so no more."""
    drifting: dict[tuple[str, str], str] = {}
    for point in points(workspace, endpoint):
        now = {(point.version.id, it["field"]) for it in point.findings if it["code"] == "drift"}
        for key in sorted(now - drifting.keys()):
            drifting[key] = f"drift:{point.id}:{key[1]}"
            psi = f"PSI {point.drift[key[1]]:.2f} beside the train rows" if key[1] in point.drift else ""
            title = f"{key[1]} drifts"
            yield EventView(id=drifting[key], at=point.ends_at, kind="drift", title=title, about=psi, is_bad=True)
        for key in sorted(key for key in drifting.keys() - now if key[0] == point.version.id and point.is_enough):
            began = drifting.pop(key)
            title = f"{key[1]} drifts no more"
            yield EventView(id=f"{began}:over", at=point.ends_at, kind="drift", title=title, because=[began])
