"""Reports: everything about one window, and what it says in words."""

from typing import Any

from pydantic import Field

from engine.errors import MissingThing
from engine.monitor.drift import LEAST_ROWS
from engine.monitor.measure import Measured
from engine.monitor.window import Window
from engine.service.amounts import count
from engine.service.monitoring.watch_points import VersionName, WatchPoint, answering_version, point_of, versions_of
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.watching import TRAINING


class WatchReport(View):
    """Everything about one window.

    Parameters
    ----------
    verdict
        It in a sentence or two.
    others
        Other versions that answered the same requests, by the ids of `measured.others`.
    blame
        Field → what was found when somebody asked who is to blame.
    """

    point: WatchPoint
    measured: Measured
    verdict: str
    others: dict[str, VersionName] = Field(default_factory=dict)
    blame: dict[str, Any] = Field(default_factory=dict)


def get_report(workspace: Workspace, endpoint: str, point_id: str) -> WatchReport:
    """Everything about one window.

    Raises
    ------
    NotFound
    MissingThing
        When only the figures are kept.
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        names = versions_of(uow, row.id)
        found = uow.watching.get(point_id)
        if found.endpoint_id != row.id:
            raise MissingThing(f"{endpoint} has no such window.", hint="Choose another one.")
        if found.report is None:
            raise MissingThing("Only the figures of this window are kept.", hint="Measure it again to see it all.")
        point, blame = point_of(found, names), dict(found.blame)
        measured = Measured.model_validate(found.report)
    told = {key: names[key] for key in measured.others if key in names}
    return WatchReport(point=point, measured=measured, verdict=verdict(point, measured), others=told, blame=blame)


def find_report(
    workspace: Workspace, endpoint: str, window: Window, against: Window | None = None, version_id: str | None = None
) -> WatchReport | None:
    """What was found in exactly this window, if it was measured and is kept in full.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        version = version_id or answering_version(uow, row.id, endpoint)
        found = uow.watching.find(row.id, version, window.span, against.name if against else TRAINING)
        known = found.id if found and found.report is not None else None
    return get_report(workspace, endpoint, known) if known else None


def verdict(point: WatchPoint, measured: Measured) -> str:
    """A window in plain words."""
    drift, since = measured.drift, "in training" if point.against == TRAINING else "in the other window"
    if not drift.is_enough:
        least = f"at least {LEAST_ROWS} are needed on both sides"
        return f"{count(measured.rows, 'row')}: too few to say anything about drift, {least}."
    every, moved = len(drift.fields), drift.drifting
    if not moved:
        told = f"Nothing drifts: {count(every, 'field')} of {count(measured.rows, 'row')} are as they were {since}."
    else:
        verb = "drifts" if len(moved) == 1 else "drift"
        worst = moved[0]
        told = f"{len(moved)} of {count(every, 'field')} {verb}, worst: {worst.column} (PSI {worst.psi:.2f})."
        told = f"{told} {worst.sentence}"
    return " ".join([told, *_more(measured, since)])


def _more(measured: Measured, since: str) -> list[str]:
    told = []
    if measured.answers.drifting:
        told.append(f"The answers have moved, too: {measured.answers.drifting[0].sentence}")
    if measured.domain is not None and measured.domain.tells_apart and not measured.drift.drifting:
        told.append(
            f"Yet a classifier tells these rows from those {since} (ROC AUC {measured.domain.auc:.2f}): fields go "
            "together differently."
        )
    found = [it for it in measured.findings() if it["code"] == "performance"]
    if found:
        told.append(f"The model has become worse: {found[0]['message']}")
    return told
