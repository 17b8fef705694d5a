"""What people decide about model versions: aliases, stages, sign-offs, retirement, and what is in the bin.

Every decision takes the model's row first, so that of two people at once one comes after the other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from storage.errors import Conflict, NotFound, Withheld
from storage.repositories.base import Repository
from storage.repositories.names import check_name, nearest
from storage.schema import EventKind, Model, ModelAlias, ModelEvent, ModelVersion, Stage, Verdict, utc_now


class AliasEntry(NamedTuple):
    """An alias, and the version that it stands for."""

    alias: str
    version_id: str
    number: int
    set_by: str
    set_at: datetime


class BinEntry(NamedTuple):
    """A model, or one version of a model that is kept, in the bin."""

    model: Model
    version: ModelVersion | None
    versions: int


class Registry(Repository):
    def aliases(self, model_id: str) -> Sequence[AliasEntry]:
        """Return the aliases of a model, by name; those of versions in the bin are silent."""
        a, v = ModelAlias, ModelVersion
        query = (
            select(a.alias, v.id, v.number, a.set_by, a.set_at)
            .join(v, v.id == a.version_id)
            .where(a.model_id == model_id, v.deleted_at.is_(None))
            .order_by(a.alias)
        )
        return [AliasEntry(*row) for row in self._session.execute(query)]

    def staged(self, model_id: str) -> Sequence[tuple[str, int]]:
        """Return stage and number of the versions that have a stage, the oldest first."""
        v = ModelVersion
        query = (
            select(v.stage, v.number)
            .where(v.model_id == model_id, v.deleted_at.is_(None), v.stage != "none")
            .order_by(v.number)
        )
        return [(stage, number) for stage, number in self._session.execute(query)]

    def history(self, model_id: str, version_id: str | None = None) -> Sequence[tuple[int, ModelEvent]]:
        """Return what was decided about a model's versions, or one of them, newest first, with their numbers."""
        query = (
            select(ModelVersion.number, ModelEvent)
            .join(ModelEvent, ModelEvent.version_id == ModelVersion.id)
            .where(ModelVersion.model_id == model_id)
            .order_by(ModelEvent.created_at.desc(), ModelEvent.id.desc())
        )
        if version_id is not None:
            query = query.where(ModelVersion.id == version_id)
        return [(number, event) for number, event in self._session.execute(query)]

    def set_alias(self, version_id: str, alias: str, by: str) -> int | None:
        """Let an alias stand for a version.

        Returns
        -------
        int
            the version that it stood for until now; None when it was free.
        """
        model, version = self._deciding(version_id)
        name = f"{model.name} v{version.number}"
        if version.retired_at is not None:
            raise Withheld(f"{name} is retired", "Give the alias to another version, or take this one back first.")
        found = self._session.get(ModelAlias, (model.id, alias), populate_existing=True)
        before = self._session.get_one(ModelVersion, found.version_id) if found else None
        if before is not None and before.id == version_id:
            return version.number
        if found is None:
            found = ModelAlias(model_id=model.id, alias=alias, version_id=version_id, set_by=by, set_at=utc_now())
            self._insert(found, Conflict(f"The alias {alias} was set by someone else", "Look again."))
        else:
            found.version_id, found.set_by, found.set_at = version_id, by, utc_now()
        if before is not None and before.deleted_at is None:
            self._note(before.id, "alias", alias, "", by, f"moved to v{version.number}")
        self._note(version_id, "alias", "", alias, by, f"moved from v{before.number}" if before else "")
        return before.number if before is not None and before.deleted_at is None else None

    def remove_alias(self, model_id: str, alias: str, by: str) -> int:
        """Take an alias away; returns the version that it stood for."""
        model = self._locked(model_id)
        entry = next((entry for entry in self.aliases(model_id) if entry.alias == alias), None)
        if entry is None:
            known = [entry.alias for entry in self.aliases(model_id)]
            raise NotFound(f"No version of {model.name} is called {alias}", nearest(alias, known))
        self._session.delete(self._session.get_one(ModelAlias, (model_id, alias)))
        self._note(entry.version_id, "alias", alias, "", by, "")
        return entry.number

    def move(self, version_id: str, stage: Stage, by: str, comment: str = "", seen: str | None = None) -> str:
        """Put a version at a stage; returns the one before.

        Parameters
        ----------
        seen : the version's newest event when the person decided, empty for none; `Conflict` when there is another
            by now. None does not ask.
        """
        model, version = self._deciding(version_id, seen)
        name = f"{model.name} v{version.number}"
        if version.retired_at is not None and stage in ("staging", "production"):
            raise Withheld(f"{name} is retired", "Take it back first, or choose another version.")
        if stage == "production" and model.needs_sign_off and version.sign_off != "approved":
            raise Withheld(
                f"{name} has no approval, and {model.name} needs one before production",
                f"Whoever answers for {model.name} approves the version first.",
            )
        before, version.stage = version.stage, stage
        if before != stage:
            self._note(version_id, "stage", before, stage, by, comment)
        return before

    def decide(self, version_id: str, verdict: Verdict, by: str, comment: str = "", seen: str | None = None) -> None:
        """Approve or reject a version; `seen` as in `move`."""
        model, version = self._deciding(version_id, seen)
        if version.retired_at is not None:
            raise Withheld(
                f"{model.name} v{version.number} is retired", "There is nothing to sign off. Take it back first."
            )
        before, version.sign_off = version.sign_off or "", verdict
        self._note(version_id, "sign_off", before, verdict, by, comment)

    def require_sign_off(self, model_id: str, required: bool, by: str) -> bool:
        """Say whether a model needs approvals; returns whether that is new. It is told at the newest version."""
        model = self._locked(model_id)
        if model.needs_sign_off == required:
            return False
        model.needs_sign_off = required
        newest = select(ModelVersion.id).where(ModelVersion.model_id == model_id).order_by(ModelVersion.number.desc())
        was, becomes = ("", "needed") if required else ("needed", "")
        if (version_id := self._session.scalars(newest.limit(1)).first()) is not None:
            self._note(version_id, "approvals", was, becomes, by, "")
        return True

    def retire(self, version_id: str, by: str, comment: str = "") -> bool:
        """Keep a version from being published; returns whether that is new."""
        _, version = self._deciding(version_id)
        if version.retired_at is not None:
            return False
        version.retired_at = utc_now()
        self._note(version_id, "retired", "", "retired", by, comment)
        return True

    def take_back(self, version_id: str, by: str, comment: str = "") -> bool:
        """Undo `retire`; returns whether it was retired."""
        _, version = self._deciding(version_id)
        if version.retired_at is None:
            return False
        version.retired_at = None
        self._note(version_id, "retired", "retired", "", by, comment)
        return True

    def bin(self) -> Sequence[BinEntry]:
        """Return what is in the bin, what came last first."""
        v = ModelVersion
        kept = select(v.model_id, func.count()).where(v.deleted_at.is_(None)).group_by(v.model_id)
        counts = {model_id: versions for model_id, versions in self._session.execute(kept)}  # noqa: C416  rows, no pairs
        models = self._session.scalars(select(Model).where(Model.deleted_at.is_not(None))).all()
        query = (
            select(Model, ModelVersion)
            .join(ModelVersion, ModelVersion.model_id == Model.id)
            .where(Model.deleted_at.is_(None), ModelVersion.deleted_at.is_not(None))
        )
        entries = [
            *(BinEntry(model, None, counts.get(model.id, 0)) for model in models),
            *(BinEntry(model, version, 1) for model, version in self._session.execute(query)),
        ]
        return sorted(entries, key=lambda it: (it.version or it.model).deleted_at or utc_now(), reverse=True)

    def restore_version(self, version_id: str, by: str) -> None:
        """Take a version out of the bin; its aliases stand for it again, unless they were given away."""
        version = self._session.get_one(ModelVersion, version_id)
        self._locked(version.model_id)
        version.deleted_at, version.deleted_by = None, ""
        self._note(version_id, "bin", "bin", "", by, "")

    def restore_model(self, model_id: str, name: str | None = None) -> Model:
        """Take a model out of the bin, with the versions it had; `Conflict` when its name was given away meanwhile."""
        model = self._locked(model_id)
        wanted = name if name is not None else model.name
        check_name(wanted, "model")
        model.name, model.deleted_at, model.deleted_by = wanted, None, ""
        hint = "Restore it under another name."
        return self._insert(model, Conflict(f"There is another model named {wanted} by now", hint))

    def hold(self, version_id: str) -> ModelVersion:
        """Take a version for this transaction, as it is now; `NotFound` when it is in the bin."""
        return self._deciding(version_id)[1]

    def _locked(self, model_id: str) -> Model:
        return self._session.get_one(Model, model_id, with_for_update=True, populate_existing=True)

    def _deciding(self, version_id: str, seen: str | None = None) -> tuple[Model, ModelVersion]:
        """A version to decide about, as it is now that nobody else can."""
        model_id = self._session.get_one(ModelVersion, version_id).model_id
        model = self._locked(model_id)
        version = self._session.get_one(ModelVersion, version_id, populate_existing=True)
        if model.deleted_at is not None or version.deleted_at is not None:
            raise NotFound(f"{model.name} v{version.number} is in the bin", "Restore it first.")
        last = next((event for _, event in self.history(model_id, version_id)), None)
        if seen is not None and last is not None and last.id != seen:
            raise Conflict(
                f"{last.by} decided about {model.name} v{version.number} in the meantime",
                "Look at what was decided, then decide again.",
            )
        return model, version

    def _note(self, version_id: str, kind: EventKind, before: str, after: str, by: str, comment: str) -> None:
        self._session.add(
            ModelEvent(version_id=version_id, kind=kind, before=before, after=after, by=by, comment=comment)
        )
        self._session.flush()
