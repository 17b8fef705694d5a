"""Pipelines: the editable draft and the saved versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from storage.errors import Conflict, InUse
from storage.repositories.base import NamedRepository
from storage.schema import UNFINISHED, Draft, Pipeline, PipelineVersion, Run, utc_now

EditOutcome = Literal["ok", "dup", "conflict"]
SERVER = "server"


class PipelineEntry(NamedTuple):
    """One line of the list of pipelines."""

    pipeline: Pipeline
    rev: int
    number: int | None
    version_id: str | None
    run_id: str | None
    run_number: int | None
    run_status: str | None


class VersionEntry(NamedTuple):
    """One line of the list of versions."""

    id: str
    number: int
    sha256: str
    label: str
    note: str
    made_by: str
    created_at: datetime


class DraftEdit(NamedTuple):
    """What became of an edit, and the draft as it is now."""

    outcome: EditOutcome
    draft: Draft


class Pipelines(NamedRepository[Pipeline]):
    entity = Pipeline
    noun = "pipeline"

    def add(
        self, name: str, graph: dict[str, Any], description: str = "", origin: PipelineVersion | None = None
    ) -> Pipeline:
        """Make a pipeline with a first draft (rev 1, by the server); it remembers the version it was made from."""
        pipeline = Pipeline(name=name, description=description)
        if origin is not None:
            pipeline.origin_id, pipeline.origin_number = origin.pipeline_id, origin.number
        self._add_named(pipeline)
        self._session.add(Draft(pipeline_id=pipeline.id, rev=1, by=SERVER, ack=0, graph=graph))
        self._session.flush()
        return pipeline

    def list(self, *, search: str = "", limit: int = 50, offset: int = 0) -> Sequence[PipelineEntry]:
        """Return pipelines with latest version and latest run, the last edited first, in one query."""
        v, other = PipelineVersion, aliased(PipelineVersion)
        r, other_run = Run, aliased(Run)
        latest = select(func.max(other.number)).where(other.pipeline_id == Pipeline.id).scalar_subquery()
        last_run = select(func.max(other_run.number)).where(other_run.pipeline_id == Pipeline.id).scalar_subquery()
        query = (
            select(Pipeline, Draft.rev, v.number, v.id, r.id, r.number, r.status)
            .join(Draft, Draft.pipeline_id == Pipeline.id)
            .outerjoin(v, and_(v.pipeline_id == Pipeline.id, v.number == latest))
            .outerjoin(r, and_(r.pipeline_id == Pipeline.id, r.number == last_run))
            .where(Pipeline.deleted_at.is_(None), Pipeline.name.icontains(search, autoescape=True))
            .order_by(Pipeline.updated_at.desc(), Pipeline.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return [PipelineEntry(*row) for row in self._session.execute(query)]

    def drawings(self) -> Sequence[tuple[str, str, dict[str, Any]]]:
        """Return id, name and drawing of every pipeline, in one query."""
        query = (
            select(Pipeline.id, Pipeline.name, Draft.graph)
            .join(Draft, Draft.pipeline_id == Pipeline.id)
            .where(Pipeline.deleted_at.is_(None))
            .order_by(Pipeline.name)
        )
        return [(key, name, graph) for key, name, graph in self._session.execute(query)]

    def draft(self, pipeline_id: str) -> Draft:
        """Return the editable head of a pipeline."""
        return self._get(Draft, pipeline_id, "draft of a pipeline")

    def apply_edit(self, pipeline_id: str, graph: dict[str, Any], base: int, cid: str, seq: int) -> DraftEdit:
        """Store what a browser drew, if nobody else has drawn since: a compare-and-swap.

        Parameters
        ----------
        base : revision that the browser started from.
        cid, seq : the browser's own name, and the number of its edit.

        Returns
        -------
        DraftEdit
            ``dup`` when this edit was stored already, ``conflict`` when someone else's is in between (nothing
            is stored), else ``ok`` with the new revision.
        """
        draft = self._get(Draft, pipeline_id, "draft of a pipeline", lock=True)
        if cid == draft.by and seq <= draft.ack:
            return DraftEdit("dup", draft)
        if cid != draft.by and base != draft.rev:
            return DraftEdit("conflict", draft)
        return DraftEdit("ok", self._store(draft, graph, by=cid, ack=seq))

    def replace(self, pipeline_id: str, graph: dict[str, Any], by: str = SERVER) -> Draft:
        """Replace the draft whatever it is: an import, a one-click fix, a rollback."""
        draft = self._get(Draft, pipeline_id, "draft of a pipeline", lock=True)
        return self._store(draft, graph, by=by, ack=0)

    def add_version(self, pipeline_id: str, graph: dict[str, Any], sha256: str, **words: str) -> PipelineVersion:
        """Save `graph` as the next version; `words` are its `label` and `note`, and who it was `made_by`."""
        self._get(Pipeline, pipeline_id, self.noun, lock=True)
        number = self._next(PipelineVersion.number, PipelineVersion.pipeline_id, pipeline_id)
        version = PipelineVersion(pipeline_id=pipeline_id, number=number, graph=graph, sha256=sha256, **words)
        return self._insert(version, Conflict(f"Version {number} was made by someone else", "Try again."))

    def version_of(self, pipeline_id: str, graph: dict[str, Any], sha256: str, **words: str) -> PipelineVersion:
        """Return the latest version when it is this very graph, else save it as the next one."""
        self._get(Pipeline, pipeline_id, self.noun, lock=True)
        latest = self._session.scalars(self._newest(pipeline_id).limit(1)).first()
        if latest is not None and latest.sha256 == sha256:
            return latest
        return self.add_version(pipeline_id, graph, sha256, **words)

    def describe_version(self, pipeline_id: str, number: int, *, label: str, note: str) -> PipelineVersion:
        """Give a version another label and note."""
        version = self.version(pipeline_id, number)
        version.label, version.note = label, note
        return version

    def version(self, pipeline_id: str, number: int | None = None) -> PipelineVersion:
        """Return version `number`, or the latest."""
        query = self._newest(pipeline_id)
        if number is not None:
            query = query.where(PipelineVersion.number == number)
        name = self.get(pipeline_id).name
        return self._one(query, f"{name} has no version {number}" if number else f"{name} has no version yet")

    def get_version(self, version_id: str) -> PipelineVersion:
        """Return the version with this id."""
        return self._get(PipelineVersion, version_id, "pipeline version")

    def versions(self, pipeline_id: str, *, limit: int = 1000, offset: int = 0) -> Sequence[VersionEntry]:
        """Return the versions of a pipeline without their drawings, newest first."""
        query = select(*(getattr(PipelineVersion, name) for name in VersionEntry._fields))
        query = query.where(PipelineVersion.pipeline_id == pipeline_id).order_by(PipelineVersion.number.desc())
        return [VersionEntry._make(row) for row in self._session.execute(query.limit(limit).offset(offset))]

    def branches(self, pipeline_id: str) -> Sequence[Pipeline]:
        """Return the pipelines that were made from versions of this one, newest first."""
        made = self._living().where(Pipeline.origin_id == pipeline_id)
        return self._session.scalars(made.order_by(Pipeline.created_at.desc(), Pipeline.id.desc())).all()

    def delete(self, pipeline_id: str) -> Pipeline:
        """Hide a pipeline and free its name; its versions, runs and models stay. `InUse` while it runs."""
        pipeline = self._get(Pipeline, pipeline_id, self.noun, lock=True)
        running = select(Run.number).where(Run.pipeline_id == pipeline_id, Run.status.in_(UNFINISHED))
        users = [f"run {number}" for number in self._session.scalars(running)]
        if users:
            raise InUse(f"{pipeline.name} is running: {', '.join(users)}", "Cancel or wait.", users)
        pipeline.deleted_at = utc_now()
        return pipeline

    def restore(self, pipeline_id: str) -> Pipeline:
        """Undo `delete`; `NameTaken` when the name was given away meanwhile."""
        pipeline = self.get(pipeline_id)
        pipeline.deleted_at = None
        return self._insert(pipeline, self._taken(pipeline.name))

    def _store(self, draft: Draft, graph: dict[str, Any], by: str, ack: int) -> Draft:
        draft.rev, draft.by, draft.ack, draft.graph = draft.rev + 1, by, ack, graph
        draft.updated_at = self.get(draft.pipeline_id).updated_at = utc_now()
        self._session.flush()
        return draft

    def _newest(self, pipeline_id: str) -> Select[PipelineVersion]:
        chosen = select(PipelineVersion).where(PipelineVersion.pipeline_id == pipeline_id)
        return chosen.order_by(PipelineVersion.number.desc())

    def _living(self) -> Select[Pipeline]:
        return select(Pipeline).where(Pipeline.deleted_at.is_(None))
