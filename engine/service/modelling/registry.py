"""What people decide about model versions: aliases, stages and sign-offs, each with who, when and why."""

import re
from datetime import datetime
from typing import get_args

from engine.errors import CanvasbackError
from engine.service.modelling.models import LATEST, MOST
from engine.service.people import checked_comment, named_person, person
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.models import Which
from storage.schema import STAGES, ModelVersion, Stage, Verdict
from storage.unit_of_work import UnitOfWork

STAGE_NAMES: tuple[str, ...] = STAGES
LONGEST_ALIAS = 64
_ALIAS = re.compile(r"[^\W\d_][\w.-]*")


class VersionView(View):
    """One line of the list of a model's versions.

    Parameters
    ----------
    live, earlier
        Endpoints that it answers now, and those that could roll back to it.
    seen
        Stands for everything that was decided about it, so that a decision can say what it knew.
    """

    version: int
    version_id: str
    task: str
    metrics: dict[str, float]
    baseline: dict[str, float]
    stage: str
    sign_off: str | None
    aliases: list[str]
    description: str
    tags: dict[str, str]
    retired: bool
    live: list[str]
    earlier: list[str]
    run_id: str
    created_at: datetime
    seen: str = ""


class EventView(View):
    """One decision about a version."""

    version: int
    kind: str
    before: str
    after: str
    by: str
    comment: str
    at: datetime


class AliasView(View):
    """An alias, with who set it and when."""

    alias: str
    version: int
    set_by: str
    set_at: datetime


def list_versions(workspace: Workspace, name: str) -> list[VersionView]:
    """All versions of a model that are not in the bin, newest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        model = uow.models.by_name(name)
        rows = uow.models.versions(model.id, limit=MOST)
        uses = uow.models.endpoints(model.id)
        aliases = uow.registry.aliases(model.id)
        seen: dict[int, str] = {}
        for number, event in uow.registry.history(model.id):
            seen.setdefault(number, event.id)
    return [
        VersionView(
            version=row.number,
            version_id=row.id,
            task=row.task,
            metrics=row.metrics,
            baseline=row.baseline,
            stage=row.stage,
            sign_off=row.sign_off,
            aliases=[entry.alias for entry in aliases if entry.version_id == row.id],
            description=row.description,
            tags=row.tags,
            retired=row.retired_at is not None,
            live=[use.endpoint for use in uses if use.number == row.number and use.answers],
            earlier=[use.endpoint for use in uses if use.number == row.number and not use.answers],
            run_id=row.run_id,
            created_at=row.created_at,
            seen=seen.get(row.number, ""),
        )
        for row in rows
    ]


def list_events(workspace: Workspace, name: str, version: Which = None) -> list[EventView]:
    """What was decided about a model's versions, or about one of them, newest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        model = uow.models.by_name(name)
        row = uow.models.version(model.id, version) if version is not None else None
        found = uow.registry.history(model.id, row.id if row else None)
    return [
        EventView(
            version=number,
            kind=event.kind,
            before=event.before,
            after=event.after,
            by=event.by,
            comment=event.comment,
            at=event.created_at,
        )
        for number, event in found
    ]


def list_aliases(workspace: Workspace, name: str) -> list[AliasView]:
    """The aliases of a model, by name.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        found = uow.registry.aliases(uow.models.by_name(name).id)
    return [
        AliasView(alias=entry.alias, version=entry.number, set_by=entry.set_by, set_at=entry.set_at) for entry in found
    ]


def checked_alias(alias: str) -> str:
    """An alias as it is kept: in small letters, never to be taken for a number.

    Raises
    ------
    CanvasbackError
    """
    name = alias.strip().lower()
    shown = name if len(name) <= LONGEST_ALIAS else f"{name[:LONGEST_ALIAS]}…"
    hint = f"Use 1 to {LONGEST_ALIAS} letters, digits, - _ and ., beginning with a letter: champion, challenger."
    if name == LATEST or re.fullmatch(r"v\d+", name):
        raise CanvasbackError(
            f"The alias {shown!r} would be taken for a version.", hint="Choose another: champion.", field="alias"
        )
    if len(name) > LONGEST_ALIAS or not _ALIAS.fullmatch(name):
        raise CanvasbackError(f"{shown!r} cannot be an alias.", hint=hint, field="alias")
    return name


def set_alias(workspace: Workspace, name: str, version: Which, alias: str, *, by: str = "") -> int | None:
    """Let an alias stand for a version; it is moved where it stood for another one.

    Returns
    -------
    int
        The version that it stood for until now; None when it was free.

    Raises
    ------
    NotFound, CanvasbackError
    Withheld
        When the version is retired.
    """
    word, who = checked_alias(alias), person(by)

    def write(uow: UnitOfWork) -> int | None:
        row = _version(uow, name, version)
        before = uow.registry.set_alias(row.id, word, who)
        told = {"before": before and f"v{before}", "after": f"v{row.number}"}
        uow.audit.record(who, "model alias set", f"model {name}@{word}", told)
        return before

    return workspace.database.transact(write)


def remove_alias(workspace: Workspace, name: str, alias: str, *, by: str = "") -> int:
    """Take an alias away; returns the version that it stood for.

    Raises
    ------
    NotFound
    """
    word, who = alias.strip().lower(), person(by)

    def write(uow: UnitOfWork) -> int:
        number = uow.registry.remove_alias(uow.models.by_name(name).id, word, who)
        uow.audit.record(who, "model alias removed", f"model {name}@{word}", {"before": f"v{number}"})
        return number

    return workspace.database.transact(write)


def move_stage(  # noqa: PLR0913  a decision is what all of these say
    workspace: Workspace,
    name: str,
    version: Which,
    stage: str,
    *,
    by: str = "",
    comment: str = "",
    archive_others: bool = False,
    seen: str | None = None,
) -> list[int]:
    """Put a version at a stage.

    Parameters
    ----------
    archive_others
        Archive the other versions that are at this stage.
    seen
        `VersionView.seen` of what the person looked at; Conflict when somebody else decided since.

    Returns
    -------
    list of int
        The versions that were archived.

    Raises
    ------
    NotFound, CanvasbackError, Withheld, Conflict
    """
    wanted, who, words = _stage(stage), person(by), checked_comment(comment)

    def write(uow: UnitOfWork) -> list[int]:
        row = _version(uow, name, version)
        before = uow.registry.move(row.id, wanted, who, words, seen)
        told = {"before": before, "after": wanted, "comment": words}
        uow.audit.record(who, "model stage moved", f"model {name} v{row.number}", told)
        others = uow.models.versions(row.model_id, limit=MOST) if archive_others and wanted != "none" else ()
        archived = [other for other in others if other.stage == wanted and other.id != row.id]
        for other in archived:
            uow.registry.move(other.id, "archived", who, f"v{row.number} is in {wanted}")
            told = {"before": wanted, "after": "archived", "comment": ""}
            uow.audit.record(who, "model stage moved", f"model {name} v{other.number}", told)
        return [other.number for other in archived]

    return workspace.database.transact(write)


def approve(
    workspace: Workspace, name: str, version: Which, *, by: str, comment: str = "", seen: str | None = None
) -> None:
    """Sign a version off; `seen` as in `move_stage`.

    Raises
    ------
    NotFound, Conflict
    CanvasbackError
        When nobody says their name.
    Withheld
        When the version is retired.
    """
    _decide(workspace, name, version, "approved", by, comment, seen)


def reject(
    workspace: Workspace, name: str, version: Which, *, by: str, comment: str, seen: str | None = None
) -> list[str]:
    """Refuse to sign a version off, and say why; `seen` as in `move_stage`.

    Returns
    -------
    list of str
        The endpoints that it goes on answering: a rejection takes nothing down.

    Raises
    ------
    NotFound, Conflict, CanvasbackError, Withheld
    """
    if not comment.strip():
        raise CanvasbackError(
            "A rejection needs a comment.", hint="Say what has to change before it can be approved.", field="comment"
        )
    return _decide(workspace, name, version, "rejected", by, comment, seen)


def require_sign_off(workspace: Workspace, name: str, required: bool, *, by: str = "") -> None:
    """Say whether versions of a model need an approval before they are published.

    Raises
    ------
    NotFound
    CanvasbackError
        When nobody says their name.
    """
    who = named_person(by)

    def write(uow: UnitOfWork) -> None:
        if uow.registry.require_sign_off(uow.models.by_name(name).id, required, who):
            action = "model sign-off required" if required else "model sign-off no longer required"
            uow.audit.record(who, action, f"model {name}")

    workspace.database.transact(write)


def _decide(
    workspace: Workspace, name: str, version: Which, verdict: Verdict, by: str, comment: str, seen: str | None
) -> list[str]:
    who, words = named_person(by), checked_comment(comment)

    def write(uow: UnitOfWork) -> list[str]:
        row = _version(uow, name, version)
        uow.registry.decide(row.id, verdict, who, words, seen)
        uow.audit.record(who, f"model version {verdict}", f"model {name} v{row.number}", {"comment": words})
        return [use.endpoint for use in uow.models.endpoints(row.model_id, row.id) if use.answers]

    return workspace.database.transact(write)


def _version(uow: UnitOfWork, name: str, version: Which) -> ModelVersion:
    return uow.models.version(uow.models.by_name(name).id, version)


def _stage(text: str) -> Stage:
    word = text.strip().lower()
    if word not in get_args(Stage):
        raise CanvasbackError(f"There is no stage {text[:40]!r}.", hint=f"Choose one of {', '.join(STAGE_NAMES)}.")
    return word  # type: ignore[return-value]
