"""Endpoints at a glance: what answers them, what was asked of late, what changed last."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from engine.service.serving.sunsets import sunset_view
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories import Answering, Counts, EndpointEntry
from storage.schema import utc_now

MOST = 10_000
OF_LATE = timedelta(hours=24)


class AnsweringView(View):
    """A model version that answers a share of the requests, or only listens."""

    model: str
    version: int
    role: str
    share: float


class EndpointLine(View):
    """An endpoint in one line.

    Parameters
    ----------
    answering
        The greatest share first; shadows last.
    requests, refused, failed
        Of the last 24 hours.
    changed_at
        When what answers changed last, and why, as far as somebody said so.
    ends_at
        From when on it will not answer, where its end is announced.
    """

    name: str
    status: str
    answering: list[AnsweringView]
    revision: int | None = None
    requests: int = 0
    refused: int = 0
    failed: int = 0
    changed_at: datetime
    changed_by: str = ""
    note: str = ""
    ends_at: datetime | None = None

    @property
    def error_share(self) -> float:
        """The share of requests that were not answered for a reason of ours."""
        return self.failed / self.requests if self.requests else 0.0


def list_lines(workspace: Workspace, search: str = "", now: datetime | None = None) -> list[EndpointLine]:
    """Endpoints whose names hold some words, the newest first."""
    with workspace.database.read() as uow:
        sums = uow.traffic.of_late((now or utc_now()) - OF_LATE)
        return [_line(entry, sums) for entry in uow.endpoints.list(search=search, limit=MOST)]


def get_line(workspace: Workspace, name: str, now: datetime | None = None) -> EndpointLine:
    """One endpoint.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(name)
        sums = uow.traffic.of_late((now or utc_now()) - OF_LATE, row.id)
        return _line(EndpointEntry(row, uow.endpoints.active(row.id)), sums)


def _line(entry: EndpointEntry, sums: Mapping[str, Counts]) -> EndpointLine:
    row = entry.endpoint
    found = sums.get(row.id, Counts())
    newest = entry.answering[0].deployment if entry.answering else None
    return EndpointLine(
        name=row.name,
        status=row.status,
        answering=_answering(entry.answering),
        revision=newest.revision if newest else None,
        requests=found.requests,
        refused=found.refused,
        failed=found.failed,
        changed_at=newest.created_at if newest else row.retired_at or row.created_at,
        changed_by=newest.made_by if newest else "",
        note=newest.note if newest else "",
        ends_at=told.at if (told := sunset_view(row)) and row.status != "retired" else None,
    )


def _answering(entries: Sequence[Answering]) -> list[AnsweringView]:
    found = [
        AnsweringView(model=it.model, version=it.version, role=it.deployment.role, share=it.deployment.share)
        for it in entries
    ]
    return sorted(found, key=lambda it: (it.role != "live", -it.share))
