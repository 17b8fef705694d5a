"""Publications: the one way to an endpoint. What must be passed before anything is switched, and what was switched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import PEOPLE_ERRORS, ServingError, TooDifferent
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.serve.parity import check_parity
from engine.serve.replay import Rows, replay, told_in_words
from engine.serve.rollout import Rollout, Traffic, read_rollout
from engine.serve.scorer import Scorer, load_scorer
from engine.work.asked_rows import kept_rows, last_requests
from engine.work.assignment import Assignment
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.repositories import Answering, Reason
from storage.schema import JsonObject, ModelVersion, Publication, utc_now
from storage.unit_of_work import UnitOfWork

SECONDS = 1_800
"""A publication may take so long."""


class AnswerChanged(Conflict):
    """Something else answers by now than what a publication was compared with."""

    code = "answer_changed"


@dataclass(frozen=True)
class Standing:
    """An endpoint as it is while a publication is checked.

    Parameters
    ----------
    revision
        What answers now; None for nothing.
    """

    endpoint_id: str | None
    revision: int | None
    active: Sequence[Answering]
    settings: JsonObject

    @property
    def traffic(self) -> Traffic:
        """Who answers now, and who listens."""
        rows = [entry.deployment for entry in self.active]
        return Traffic(
            {row.model_version_id: row.share for row in rows if row.role == "live"},
            tuple(row.model_version_id for row in rows if row.role == "shadow"),
        )

    @property
    def main(self) -> str | None:
        """The version with the greatest share."""
        return next((it.deployment.model_version_id for it in self.active if it.deployment.role == "live"), None)


def standing(uow: UnitOfWork, name: str) -> Standing:
    """What answers an endpoint now; nothing where there is none yet."""
    endpoint = uow.endpoints.find(name)
    if endpoint is None:
        return Standing(None, None, (), {})
    active = uow.endpoints.active(endpoint.id)
    revision = active[0].deployment.revision if active else None
    return Standing(endpoint.id, revision, active, endpoint.settings)


def queue_publication(
    uow: UnitOfWork,
    endpoint: str,
    wish: Rollout,
    *,
    note: str,
    asked_by: str,
    cause: JsonObject | None = None,
    attempts: int = 1,
) -> Publication:
    """Note a wish together with the job that checks it and, unless it is only to be checked, lets it answer.

    Parameters
    ----------
    attempts
        How often it is begun where its worker is lost.
    """
    told = {"note": note, "asked_by": asked_by, "cause": cause or {}}
    made = uow.publications.add(endpoint, wish.model_dump(mode="json"), "working", **told)
    return give_job(uow, made, attempts)


def give_job(uow: UnitOfWork, publication: Publication, attempts: int = 1) -> Publication:
    """Queue the job of a publication that is noted already."""
    kind = "replay_endpoint" if publication.wish.get("is_check") else "publish_endpoint"
    payload = {"publication_id": publication.id, "endpoint": publication.endpoint}
    publication.job_id = uow.jobs.enqueue(kind, payload, max_attempts=attempts, timeout_seconds=SECONDS).id
    return publication


def note_live(uow: UnitOfWork, name: str, reason: Reason) -> None:
    """Note what was switched at once, because every version of it was proved before, among the publications."""
    now = standing(uow, name)
    wish = Rollout(how="traffic", shares=now.traffic.shares, shadows=now.traffic.shadows, replay=False)
    told = {"note": reason.note, "asked_by": reason.by, "cause": reason.cause, "revision": now.revision}
    uow.publications.add(name, wish.model_dump(mode="json"), "live", **told, finished_at=utc_now())


def check(assignment: Assignment, publication: Publication) -> JsonObject:
    """Prove every version of a publication, and replay requests where one replaces another.

    Returns
    -------
    dict
        ``shares, shadows, parity, against, replay``: the report that is kept with it.

    Raises
    ------
    CanvasbackError, StorageError
    """
    workspace = assignment.workspace
    wish = read_rollout(publication.wish)
    with workspace.database.read() as uow:
        now = standing(uow, publication.endpoint)
        _refuse_another(wish, now, publication.endpoint)
        after = wish.after(now.traffic)
        proofs = uow.endpoints.proofs([*after.shares, *after.shadows])
    assignment.tell(0.1, "Loading the model", always=True)
    opened = _Opened(workspace)
    newcomer = _newcomer(wish, now.traffic)
    parity: dict[str, JsonObject] = {}
    for version_id in (*after.shares, *after.shadows):
        # What comes is proved by this very installation; what has answered before was.
        if version_id in proofs and version_id not in {newcomer, wish.version_id}:
            parity[version_id] = proofs[version_id]
            continue
        assignment.tell(0.3, "Sending stored rows through the endpoint", always=True)
        parity[version_id] = check_parity(opened.scorer(version_id)).as_data()
    report: JsonObject = {
        "shares": after.shares,
        "shadows": list(after.shadows),
        "parity": parity,
        "against": now.revision,
        "replay": None,
    }
    if wish.replay and now.main is not None and newcomer is not None and newcomer != now.main:
        assignment.tell(0.6, "Asking both versions what was asked last", always=True)
        report["replay"] = _replayed(workspace, opened, now, newcomer)
        _refuse_too_different(wish, report)
    return report


def deploy(uow: UnitOfWork, publication: Publication, report: JsonObject, by: str = "") -> int:
    """Let what was checked answer; the revision that it became.

    Raises
    ------
    StorageError
        When a version may not answer, the endpoint is retired, or something else answers by now than was compared.
    """
    wish = read_rollout(publication.wish)
    endpoint = uow.endpoints.find(publication.endpoint) or uow.endpoints.add(publication.endpoint)
    if uow.endpoints.revision(endpoint.id) != report["against"]:
        raise _changed(endpoint.name)
    before = told(uow.endpoints.active(endpoint.id))
    reason = Reason(by or publication.asked_by, publication.note, {**publication.cause, "publication": publication.id})
    rows = uow.endpoints.deploy(
        endpoint.id, report["shares"], parity=report["parity"], shadows=report["shadows"], reason=reason
    )
    revision = rows[0].revision
    if wish.rule is not None and wish.how == "canary":
        rule = wish.rule.model_dump(mode="json")
        uow.canaries.add(
            endpoint.id, revision, wish.version_id, rule, next_at=rows[0].created_at, made_by=publication.asked_by
        )
    after = {"before": before, "after": told(uow.endpoints.active(endpoint.id)), "revision": revision}
    action = "endpoint published" if wish.how != "traffic" else "endpoint traffic changed"
    uow.audit.record(reason.by, action, f"endpoint {endpoint.name}", after)
    return revision


def told(active: Sequence[Answering]) -> list[str]:
    """What answers, as it is written down: ``churn v2 at 90 %``."""
    return [
        f"{entry.model} v{entry.version}"
        + (" as a shadow" if entry.deployment.role == "shadow" else "")
        + (f" at {100 * entry.deployment.share:.4g} %" if 0 < entry.deployment.share < 1 else "")
        for entry in active
    ]


def verified_files(workspace: Workspace, version: ModelVersion) -> Mapping[str, Path]:
    """The files of a model version, each checked against its hash.

    Raises
    ------
    DamagedFile
    """
    return {name: workspace.artifacts.verify(sha256, name) for name, sha256 in version.files.items()}


class _Opened:
    """Model versions that this job has loaded."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._files: dict[str, Mapping[str, Path]] = {}
        self._scorers: dict[str, Scorer] = {}

    def files(self, version_id: str) -> Mapping[str, Path]:
        if version_id not in self._files:
            with self._workspace.database.read() as uow:
                self._files[version_id] = verified_files(self._workspace, uow.models.get_version(version_id))
        return self._files[version_id]

    def scorer(self, version_id: str) -> Scorer:
        if version_id not in self._scorers:
            self._scorers[version_id] = load_scorer(self.files(version_id))
        return self._scorers[version_id]


def _refuse_another(wish: Rollout, now: Standing, name: str) -> None:
    """Refuse to take the place of another version than the one that the newcomer was compared with."""
    if wish.instead_of is not None and wish.instead_of != (now.main or ""):
        raise _changed(name)


def _changed(name: str) -> AnswerChanged:
    return AnswerChanged(
        f"What answers {name} was changed since this was checked",
        hint="Check it again: what was compared does not answer any more.",
    )


def _newcomer(wish: Rollout, now: Traffic) -> str | None:
    """The version that callers hear for the first time; of several, the one with the greatest share."""
    if wish.how != "traffic":
        return wish.version_id
    new = [one for one in wish.shares if one not in now.shares]
    return max(new, key=lambda one: wish.shares[one], default=None)


def _replayed(workspace: Workspace, opened: _Opened, now: Standing, newcomer: str) -> JsonObject:
    """What the replay found; where it cannot be, why: what is broken now must not keep a better version away."""
    assert now.main is not None  # noqa: S101  the caller has looked
    assert now.endpoint_id is not None  # noqa: S101
    try:
        live, new = opened.scorer(now.main), opened.scorer(newcomer)
        both = {newcomer: (new, opened.files(newcomer)), now.main: (live, opened.files(now.main))}
        answered = [now.main, *(one for one in now.traffic.shares if one != now.main)]
        found = _report(workspace, now, both, answered)
    except PEOPLE_ERRORS as error:
        found = {"error": error.message, "share": None}
    was = next(f"{it.model} v{it.version}" for it in now.active if it.deployment.model_version_id == now.main)
    return {"live": now.main, "instead_of": was, "new": newcomer, **found, "said": told_in_words(found)}


def _report(
    workspace: Workspace,
    now: Standing,
    both: Mapping[str, tuple[Scorer, Mapping[str, Path]]],
    answered: Sequence[str],
) -> JsonObject:
    (new, _), (live, _) = both.values()
    sent = last_requests(workspace, now.endpoint_id or "", live, answered)
    kept_of, compared = None, sent
    missing = [field.name for field in new.fields if sent and field.name not in sent.fields.column_names]
    if sent is None or missing:
        why = f"no request has {missing[0]!r}, which it needs" if missing else "no request was kept"
        found = kept_rows(workspace, both, why)
        kept_of, compared = found if found else (None, sent)
    if compared is None:
        raise ServingError("no request was kept, and no row that has the fields of both.")
    strict = read_endpoint_settings(now.settings).strict
    told = replay(live, new, sent or _as_sent(compared, live), compared, strict=strict)
    return {**told, "kept_of": kept_of}


def _as_sent(rows: Rows, live: Scorer) -> Rows:
    """Kept rows with the fields that callers send."""
    names = [field.name for field in live.fields if field.name in rows.fields.column_names]
    return Rows(rows.source, rows.fields.select(names), rows.names, (), rows.words)


def _refuse_too_different(wish: Rollout, report: JsonObject) -> None:
    if wish.most_changed is None:
        return
    found = report["replay"]
    share = found["share"]
    if share is None or share > wish.most_changed or found["refused"]["new"]:
        raise TooDifferent(
            f"{found['said']} At most {100 * wish.most_changed:g} % of the answers may change, and no request may be "
            "refused.",
            hint="Nothing was published. Look at the replay, then publish without that limit, or train again.",
            detail={"report": report},
        )
