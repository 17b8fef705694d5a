"""Publications: a model version is checked, what would change is shown, and it goes live, now or at a time."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.errors import CanvasbackError
from engine.serve.modelfile import MODEL, ModelFile
from engine.serve.rollout import Rollout, read_rollout
from engine.service.people import checked_comment, person
from engine.service.serving.endpoint_names import checked_name, publishable, refuse_retired
from engine.service.views import View
from engine.work.asked_rows import kept_records, logged_records
from engine.work.publication import deploy, give_job, verified_files
from engine.workspace import Workspace
from storage.errors import Conflict, NotFound
from storage.ids import time_of
from storage.repositories.models import Which
from storage.schema import JsonObject, Publication
from storage.unit_of_work import UnitOfWork

AT_ONCE = timedelta(minutes=1)
"""What is planned for so little ahead is not planned."""

log = logging.getLogger("canvasback.scheduler")


class PublicationView(View):
    """A wish to change what answers an endpoint, and what became of it.

    Parameters
    ----------
    how
        ``all``, ``canary``, ``shadow`` or ``traffic``.
    parts
        What it wishes for, in words: ``churn v2 as a canary of 10 %``.
    model, version
        The version that comes; None where shares of known ones are shifted.
    report
        What was found when it was checked: parity and replay.
    revision
        The revision of the endpoint that it became.
    cause
        What led to it, where that was not a person.
    """

    id: str
    endpoint: str
    how: str
    parts: str
    model: str | None = None
    version: int | None = None
    note: str = ""
    asked_by: str = ""
    at: datetime | None = None
    status: str
    job_id: str | None = None
    report: dict[str, Any] | None = None
    revision: int | None = None
    error: dict[str, Any] | None = None
    cause: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None = None

    @property
    def replay(self) -> dict[str, Any] | None:
        """What the replay found; None where nothing was replaced."""
        return (self.report or {}).get("replay")

    @property
    def why(self) -> str:
        """What led to it, in words; empty where that was a person."""
        return cause_words(self.cause)


def cause_words(cause: Mapping[str, Any]) -> str:
    """What led to a change, where that was not a person alone.

    >>> cause_words({"kind": "policy", "round": 3, "cause": {"words": "customers has a new version"}})
    'Round 3: customers has a new version'
    >>> cause_words({"kind": "undo", "round": 3}), cause_words({})
    ('Round 3 was undone', '')
    """
    number = cause.get("round")
    if cause.get("kind") == "undo":
        return f"Round {number} was undone"
    if number is not None:
        return f"Round {number}: {(cause.get('cause') or {}).get('words', '')}"
    return str(cause.get("words") or cause.get("kind") or "")


def rollout_of(**asked: Any) -> Rollout:
    """How a version shall come to an endpoint, from what a person chose; see `engine.serve.rollout.Rollout`.

    Raises
    ------
    CanvasbackError
        Naming what cannot be.
    """
    return read_rollout(asked)


def start_publish(  # noqa: PLR0913  a wish is what all of these say
    workspace: Workspace,
    model: str,
    version: Which,
    endpoint: str,
    note: str = "",
    *,
    by: str = "",
    rollout: Rollout | None = None,
    cause: JsonObject | None = None,
) -> str:
    """Queue the publication of a model version; it goes live only if it passes the parity gate.

    Where it replaces another version, the last requests go through both before, and what changes is kept with it.

    Parameters
    ----------
    rollout
        How it comes: all at once unless given; the version is filled in.
    cause
        What led to it, where that was not a person.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound
    Withheld
        When the version is retired, or lacks the sign-off that its model needs; asked again when it goes live.
    CanvasbackError
        When the endpoint's name cannot be part of a URL, or it is retired.
    """

    def write(uow: UnitOfWork) -> str:
        publication = _noted(uow, (model, version, endpoint), rollout or Rollout(), note, by, cause)
        return _queued(uow, publication)

    return workspace.database.transact(write)


def start_check(
    workspace: Workspace,
    model: str,
    version: Which,
    endpoint: str,
    note: str = "",
    *,
    by: str = "",
    rollout: Rollout | None = None,
) -> str:
    """Queue the parity gate and the replay, and change nothing; `go_live` does, later.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound, Withheld, CanvasbackError
        As `start_publish`.
    """
    wish = (rollout or Rollout()).model_copy(update={"is_check": True})
    return start_publish(workspace, model, version, endpoint, note, by=by, rollout=wish)


def plan_publish(  # noqa: PLR0913
    workspace: Workspace,
    model: str,
    version: Which,
    endpoint: str,
    at: datetime,
    note: str = "",
    *,
    by: str = "",
    rollout: Rollout | None = None,
) -> PublicationView:
    """Publish a model version at a time that is to come; parity and replay are run then.

    Raises
    ------
    NotFound, Withheld
    CanvasbackError
        When the time has passed, too.
    """
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    if moment <= datetime.now(UTC) + AT_ONCE:
        raise CanvasbackError(
            f"{moment:%Y-%m-%d %H:%M} UTC is no time to come.",
            hint="Give a later one, or publish at once.",
            field="at",
        )

    def write(uow: UnitOfWork) -> str:
        publication = _noted(uow, (model, version, endpoint), rollout or Rollout(), note, by, None, at=moment)
        if uow.endpoints.find(publication.endpoint) is None:
            uow.endpoints.add(publication.endpoint)  # so that there is a page on which the plan is seen
        told = {"version": f"{model} {version or ''}".strip(), "at": moment.isoformat()}
        uow.audit.record(publication.asked_by, "publication planned", f"endpoint {publication.endpoint}", told)
        return publication.id

    return get_publication(workspace, workspace.database.transact(write))


def cancel_publication(workspace: Workspace, publication_id: str, *, by: str = "") -> PublicationView:
    """Let a publication that is planned, or checked and waiting, never happen.

    Raises
    ------
    NotFound
    Conflict
        When it has happened already, or is happening.
    """
    who = person(by)

    def write(uow: UnitOfWork) -> None:
        found = uow.publications.get(publication_id)
        uow.publications.move(publication_id, "checked" if found.status == "checked" else "planned", "cancelled")
        uow.audit.record(who, "publication cancelled", f"endpoint {found.endpoint}", {"publication": publication_id})

    workspace.database.transact(write)
    return get_publication(workspace, publication_id)


def check_again(workspace: Workspace, publication_id: str, *, by: str = "") -> str:
    """Check the same wish against what answers now; the earlier check is put away.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound
    Conflict
        When it does not wait for anybody any more.
    """

    def write(uow: UnitOfWork) -> str:
        earlier = uow.publications.move(publication_id, "checked", "cancelled")
        told = {"note": earlier.note, "asked_by": person(by) if by else earlier.asked_by, "cause": earlier.cause}
        return _queued(uow, uow.publications.add(earlier.endpoint, earlier.wish, "working", **told))

    return workspace.database.transact(write)


def go_live(workspace: Workspace, publication_id: str, *, by: str = "") -> PublicationView:
    """Let what was checked answer now: nothing is computed any more.

    Raises
    ------
    NotFound
    Conflict
        When something else answers by now than what it was compared with.
    Withheld, DamagedFile
    """
    with workspace.database.read() as uow:
        found = uow.publications.get(publication_id)
        report = found.report or {}
        versions = [uow.models.get_version(one) for one in (*report.get("shares", ()), *report.get("shadows", ()))]
    for version in versions:
        verified_files(workspace, version)

    def write(uow: UnitOfWork) -> None:
        publication = uow.publications.move(publication_id, "checked", "live")
        publication.revision = deploy(uow, publication, report, person(by) if by else "")

    workspace.database.transact(write)
    return get_publication(workspace, publication_id)


def get_publication(workspace: Workspace, publication_id: str) -> PublicationView:
    """One publication.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return _view(uow, uow.publications.get(publication_id))


def publication_of_job(workspace: Workspace, job_id: str) -> PublicationView | None:
    """What a job publishes or checks; None where it has not begun."""
    with workspace.database.read() as uow:
        found = uow.publications.of_job(job_id)
        return _view(uow, found) if found else None


def list_publications(workspace: Workspace, endpoint: str, limit: int = 50) -> list[PublicationView]:
    """The publications of an endpoint, newest first."""
    with workspace.database.read() as uow:
        return [_view(uow, one) for one in uow.publications.list(endpoint, limit=limit)]


def fire_publications(workspace: Workspace, now: datetime) -> int:
    """Queue the publications whose time has come; how many this process has queued."""
    with workspace.database.read() as uow:
        due = uow.publications.due(now)
    started = 0
    for publication_id in due:

        def fire(uow: UnitOfWork, publication_id: str = publication_id) -> None:
            _queued(uow, uow.publications.move(publication_id, "planned", "working"))

        try:
            workspace.database.transact(fire)
        except Conflict:  # somebody was faster, or it was cancelled
            continue
        started += 1
    return started


def changed_records(workspace: Workspace, publication_id: str) -> list[dict[str, Any]]:
    """Records whose answer would change: each with what was said of it, and what would be.

    The report keeps no values: they are looked up where they lie, as long as they lie there.
    """
    with workspace.database.read() as uow:
        publication = uow.publications.get(publication_id)
        replay = (publication.report or {}).get("replay") or {}
        examples = replay.get("examples", [])
        endpoint = uow.endpoints.find(publication.endpoint)
        kept_of = uow.models.get_version(replay["kept_of"]) if replay.get("kept_of") else None
        live = uow.models.get_version(replay["live"]) if examples else None
    ids = [example["row"] for example in examples]
    if live is None or endpoint is None:
        return []
    if kept_of is not None:
        files = verified_files(workspace, kept_of)
        names = list(ModelFile.model_validate_json(files[MODEL].read_text()).inputs)
        rows: Mapping[Any, dict[str, Any]] = kept_records(workspace, files, names, ids)
    else:
        rows = _logged(workspace, endpoint.id, ids)
    return [
        {"before": example["before"], "after": example["after"], "record": rows[example["row"]]}
        for example in examples
        if example["row"] in rows
    ]


def _logged(workspace: Workspace, endpoint_id: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What an endpoint was asked under these ids; an id tells its day."""
    days = sorted({time_of(id).date() for id in ids})
    found: dict[str, dict[str, Any]] = {}
    for version_id in workspace.served.versions(endpoint_id):
        files = workspace.served.files(endpoint_id, version_id, days[0], days[-1] + timedelta(days=1))
        found |= logged_records(workspace, files, ids) if files else {}
    return found


def _noted(
    uow: UnitOfWork,
    what: tuple[str, Which, str],
    rollout: Rollout,
    note: str,
    by: str,
    cause: JsonObject | None,
    at: datetime | None = None,
) -> Publication:
    """The wish, written down once it is seen to be possible."""
    model, version, endpoint = what
    name = checked_name(endpoint)
    row = publishable(uow, model, version)
    found = uow.endpoints.find(name)
    refuse_retired(found)
    wish = rollout.model_copy(update={"version_id": row.id})
    if found is None and wish.how != "all" and at is None:
        raise CanvasbackError(
            f"Nothing answers {name!r} yet.", hint="Publish the first version all at once.", field="how"
        )
    if wish.rule is not None and found is not None and not found.settings.get("log", True):
        raise CanvasbackError(
            "A rule for a canary reads what was answered, and this endpoint keeps nothing.",
            hint="Let it keep requests (settings of the endpoint), or promote by hand.",
            field="rule",
        )
    told = {"note": checked_comment(note), "asked_by": person(by), "cause": cause or {}, "at": at}
    return uow.publications.add(name, wish.model_dump(mode="json"), "planned" if at else "working", **told)


def _queued(uow: UnitOfWork, publication: Publication) -> str:
    return str(give_job(uow, publication).job_id)


def _view(uow: UnitOfWork, row: Publication) -> PublicationView:
    wish = read_rollout(row.wish)
    version = _version(uow, wish.version_id)
    return PublicationView(
        id=row.id,
        endpoint=row.endpoint,
        how=wish.how,
        parts=_words(uow, wish),
        model=version[0] if version else None,
        version=version[1] if version else None,
        note=row.note,
        asked_by=row.asked_by,
        at=row.at,
        status=row.status,
        job_id=row.job_id,
        report=row.report,
        revision=row.revision,
        error=row.error,
        cause=row.cause,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _version(uow: UnitOfWork, version_id: str) -> tuple[str, int] | None:
    """Model and number; None for none, or one that is gone for good."""
    if not version_id:
        return None
    try:
        row = uow.models.get_version(version_id)
    except NotFound:
        return None
    return uow.models.get(row.model_id).name, row.number


def _words(uow: UnitOfWork, wish: Rollout) -> str:
    def named(version_id: str) -> str:
        found = _version(uow, version_id)
        return f"{found[0]} v{found[1]}" if found else "a version that is gone"

    if wish.how == "traffic":
        shares = [f"{named(one)} at {100 * share:.4g} %" for one, share in wish.shares.items()]
        return ", ".join([*shares, *(f"{named(one)} as a shadow" for one in wish.shadows)])
    manner = {"all": "", "shadow": " as a shadow", "canary": f" as a canary of {100 * wish.share:.4g} %"}[wish.how]
    return named(wish.version_id) + manner
