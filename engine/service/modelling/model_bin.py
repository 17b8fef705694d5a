"""Models and versions that are not wanted any more: who still depends on them, retirement, the bin and the way back."""

from datetime import datetime, timedelta

from engine.errors import MissingThing
from engine.serve.rollout import read_rollout
from engine.service.modelling.models import MOST
from engine.service.people import checked_comment, person
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.models import Which
from storage.schema import Model, ModelVersion, utc_now
from storage.unit_of_work import UnitOfWork

BIN_DAYS = 30
"""How long what was deleted can be restored."""


class DependantsView(View):
    """Who would notice when a model, or a version of it, goes.

    Parameters
    ----------
    live
        Endpoints that it answers now.
    earlier
        Endpoints that could roll back to it.
    aliases
        That stand for it.
    waiting
        Endpoints to which its publication is planned or queued, or waits for somebody's look.
    """

    live: list[str]
    earlier: list[str]
    aliases: list[str]
    waiting: list[str]

    @property
    def keep_it(self) -> bool:
        """Whether it cannot be deleted."""
        return bool(self.live or self.earlier)

    @property
    def lines(self) -> list[str]:
        """The same for people, one line each."""
        return [
            *(f"The endpoint {name} is answered by it." for name in self.live),
            *(f"The endpoint {name} could roll back to it." for name in self.earlier),
            *(f"Its publication to {name} is waiting, and will be refused." for name in self.waiting),
            *(f"The alias {name} stands for it." for name in self.aliases),
        ]


class BinView(View):
    """One line of the bin.

    Parameters
    ----------
    version
        None where the whole model is in the bin.
    versions
        How many versions come back with it.
    until
        When it is deleted for good, at the next `gc` after that.
    """

    key: str
    model: str
    version: int | None
    versions: int
    deleted_at: datetime
    deleted_by: str
    until: datetime


class RestoredView(View):
    """What came back."""

    model: str
    version: int | None = None


def dependants(workspace: Workspace, name: str, version: Which | bool = False) -> DependantsView:
    """Who depends on a model, or on one version of it where one is given (None is the latest).

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        model = uow.models.by_name(name)
        row = None if version is False else uow.models.version(model.id, version)
        return _dependants(uow, model, row)


def retire(workspace: Workspace, name: str, version: Which, *, by: str = "", comment: str = "") -> DependantsView:
    """Keep a version from being published; it stays, and endpoints that it answers go on.

    Returns
    -------
    DependantsView
        Who depends on it.

    Raises
    ------
    NotFound
    """
    who, words = person(by), checked_comment(comment)

    def write(uow: UnitOfWork) -> DependantsView:
        model = uow.models.by_name(name)
        row = uow.models.version(model.id, version)
        if uow.registry.retire(row.id, who, words):
            uow.audit.record(who, "model version retired", f"model {name} v{row.number}", {"comment": words})
        return _dependants(uow, model, row)

    return workspace.database.transact(write)


def take_back(workspace: Workspace, name: str, version: Which, *, by: str = "", comment: str = "") -> None:
    """Let a retired version be published again.

    Raises
    ------
    NotFound
    """
    who, words = person(by), checked_comment(comment)

    def write(uow: UnitOfWork) -> None:
        row = uow.models.version(uow.models.by_name(name).id, version)
        if uow.registry.take_back(row.id, who, words):
            uow.audit.record(who, "model version taken back", f"model {name} v{row.number}", {"comment": words})

    workspace.database.transact(write)


def delete_model(workspace: Workspace, name: str, *, by: str = "") -> None:
    """Move a model and its versions to the bin; its name is free then.

    Raises
    ------
    NotFound
    InUse
        Naming the endpoints.
    """
    who = person(by)

    def write(uow: UnitOfWork) -> None:
        uow.models.delete(uow.models.by_name(name).id, who)
        uow.audit.record(who, "model deleted", f"model {name}")

    workspace.database.transact(write)


def list_bin(workspace: Workspace) -> list[BinView]:
    """What can be restored, what went last first."""
    with workspace.database.read() as uow:
        entries = uow.registry.bin()
    found = []
    for entry in entries:
        gone: Model | ModelVersion = entry.version or entry.model
        if gone.deleted_at is not None:
            found.append(
                BinView(
                    key=gone.id,
                    model=entry.model.name,
                    version=entry.version.number if entry.version else None,
                    versions=entry.versions,
                    deleted_at=gone.deleted_at,
                    deleted_by=gone.deleted_by,
                    until=gone.deleted_at + timedelta(days=BIN_DAYS),
                )
            )
    return found


def restore(workspace: Workspace, key: str, *, name: str | None = None, by: str = "") -> RestoredView:
    """Take a model or a version out of the bin.

    Parameters
    ----------
    key
        Of its line in the bin.
    name
        Another name for a model whose own was given away meanwhile.

    Raises
    ------
    MissingThing
        When it is not in the bin (any more).
    Conflict
        When there is another model of that name.
    """
    who = person(by)

    def write(uow: UnitOfWork) -> RestoredView:
        entry = next((one for one in uow.registry.bin() if key == (one.version or one.model).id), None)
        if entry is None:
            raise MissingThing("That is not in the bin any more.", hint="Somebody restored it, or its time was over.")
        if entry.version is not None:
            uow.registry.restore_version(entry.version.id, who)
            what = f"model {entry.model.name} v{entry.version.number}"
            uow.audit.record(who, "model version restored", what)
            return RestoredView(model=entry.model.name, version=entry.version.number)
        model = uow.registry.restore_model(entry.model.id, name)
        uow.audit.record(who, "model restored", f"model {model.name}")
        return RestoredView(model=model.name)

    return workspace.database.transact(write)


def restore_named(
    workspace: Workspace, name: str, version: Which = None, *, new_name: str | None = None, by: str = ""
) -> RestoredView:
    """The same by name: a version where a number is given, else the model that was deleted last.

    Raises
    ------
    MissingThing, Conflict
    """
    fitting = [line for line in list_bin(workspace) if (line.model, line.version) == (name, version)]
    if not fitting:
        what = f"{name} v{version}" if version is not None else f"A model named {name}"
        known = ", ".join(_told(line) for line in list_bin(workspace)[:5])
        raise MissingThing(f"{what} is not in the bin.", hint=f"There are: {known}." if known else "The bin is empty.")
    return restore(workspace, fitting[0].key, name=new_name, by=by)


def empty_bin(uow: UnitOfWork, now: datetime | None = None) -> int:
    """Delete for good what has been in the bin for `BIN_DAYS`; returns how many versions."""
    return uow.models.purge((now or utc_now()) - timedelta(days=BIN_DAYS))


def _told(line: BinView) -> str:
    return line.model if line.version is None else f"{line.model}:{line.version}"


def _dependants(uow: UnitOfWork, model: Model, row: ModelVersion | None) -> DependantsView:
    uses = uow.models.endpoints(model.id, row.id if row else None)
    ids = {row.id} if row else {version.id for version in uow.models.versions(model.id, limit=MOST)}
    live = [*dict.fromkeys(use.endpoint for use in uses if use.answers)]
    aliases = uow.registry.aliases(model.id)
    waiting = [one.endpoint for one in uow.publications.waiting() if ids & read_rollout(one.wish).versions]
    return DependantsView(
        live=live,
        earlier=[*dict.fromkeys(use.endpoint for use in uses if use.endpoint not in live)],
        aliases=[entry.alias for entry in aliases if entry.version_id in ids],
        waiting=[*dict.fromkeys(waiting)],
    )
