"""Datasets and their immutable versions."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, cast, delete, func, or_, select
from sqlalchemy.orm import aliased

from storage.errors import Conflict, InUse
from storage.manifest import Manifest
from storage.repositories.base import NamedRepository
from storage.repositories.kept_models import is_kept
from storage.schema import (
    UNFINISHED,
    Board,
    BoardCard,
    Chart,
    Dataset,
    DatasetVersion,
    JobStatus,
    Model,
    ModelVersion,
    Pipeline,
    Run,
    RunInput,
    Sync,
    Trigger,
    new_id,
)


class DatasetEntry(NamedTuple):
    """One line of the list of datasets; everything after `dataset` is of its latest version, or None."""

    dataset: Dataset
    number: int | None
    version_id: str | None
    rows: int | None
    bytes: int | None
    columns: Sequence[dict[str, Any]] | None
    findings: Sequence[dict[str, Any]] | None
    created_at: datetime | None


class VersionEntry(NamedTuple):
    """One line of the list of versions: what is small of it."""

    id: str
    number: int
    rows: int
    bytes: int
    columns: Sequence[dict[str, Any]]
    sha256: str
    source: dict[str, Any]
    label: str
    note: str
    held: dict[str, Any] | None
    changes: dict[str, Any] | None
    parent: int | None
    created_at: datetime


class Reader(NamedTuple):
    """A run that read a version, and a model that it trained."""

    version: int
    pipeline_id: str
    pipeline: str
    run_id: str
    run: int
    status: JobStatus
    model: str | None
    model_version: int | None


class Datasets(NamedRepository[Dataset]):
    entity = Dataset
    noun = "dataset"

    def add(self, name: str, description: str = "", dataset_id: str | None = None) -> Dataset:
        """Make a dataset without versions; `NameTaken` when there is one of that name.

        Parameters
        ----------
        dataset_id : a `new_id` under which files were written already.
        """
        return self._add_named(Dataset(id=dataset_id or new_id(), name=name, description=description))

    def list(self, *, search: str = "", limit: int = 50, offset: int = 0) -> Sequence[DatasetEntry]:
        """Return datasets with their latest version, newest first, in one query.

        Parameters
        ----------
        search : what the name, the description, the owner or a tag has in it.
        """
        v = DatasetVersion
        # Tags are JSON in ASCII: what is looked for must be written the same way.
        tag = json.dumps(search)[1:-1]
        words = (Dataset.name, Dataset.description, Dataset.owner)
        query = (
            select(Dataset, v.number, v.id, v.rows, v.bytes, v.columns, v.findings, v.created_at)
            .outerjoin(v, and_(v.dataset_id == Dataset.id, v.number == Dataset.latest))
            .where(
                or_(
                    *(word.icontains(search, autoescape=True) for word in words),
                    cast(Dataset.tags, Text).icontains(tag, autoescape=True),
                )
            )
            .order_by(func.coalesce(v.created_at, Dataset.created_at).desc(), Dataset.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return [DatasetEntry(*row) for row in self._session.execute(query)]

    def next_number(self, dataset_id: str) -> int:
        """Return the number that the next version will probably get; `add_version` decides."""
        return self._next(DatasetVersion.number, DatasetVersion.dataset_id, dataset_id)

    def add_version(  # noqa: PLR0913  a version is what all of these say
        self,
        dataset_id: str,
        manifest: Manifest,
        *,
        source: dict[str, Any],
        read_as: dict[str, Any] | None = None,
        findings: Sequence[dict[str, Any]] = (),
        parent_id: str | None = None,
        next_row: int | None = None,
        held: dict[str, Any] | None = None,
        rejected: dict[str, Any] | None = None,
        changes: dict[str, Any] | None = None,
    ) -> DatasetVersion:
        """Make the files of `manifest` the next version of a dataset: from the commit on, they exist.

        Parameters
        ----------
        next_row : the first row id that is still free; the number of rows, where they were numbered from zero.
        held : why the version does not become the latest; None where it does.
        rejected : what could not be read: how many lines, and the file that keeps them.
        changes : how many rows were added, removed, changed and kept since the parent.
        """
        dataset = self._get(Dataset, dataset_id, self.noun, lock=True)
        version = DatasetVersion(
            dataset_id=dataset_id,
            number=self.next_number(dataset_id),
            source=source,
            read_as=read_as or {},
            findings=[*findings],
            parent_id=parent_id,
            next_row=max(manifest.rows if next_row is None else next_row, self.first_free_row(dataset_id)),
            held=held,
            rejected=rejected,
            changes=changes,
            **manifest.as_json(),
        )
        self._insert(version, Conflict(f"Version {version.number} was made by someone else", "Try again."))
        if held is None:
            dataset.latest = version.number
        return version

    def first_free_row(self, dataset_id: str) -> int:
        """Return the first row id that no version has given away."""
        highest = self._session.scalar(
            select(func.max(DatasetVersion.next_row)).where(DatasetVersion.dataset_id == dataset_id)
        )
        return highest or 0

    def make_latest(self, dataset_id: str, number: int) -> DatasetVersion:
        """Let `number` be the version that is meant where none is named; a held one is released by this."""
        dataset = self._get(Dataset, dataset_id, self.noun, lock=True)
        version = self.version(dataset_id, number)
        dataset.latest, version.held = number, None
        return version

    def version(self, dataset_id: str, number: int | None = None) -> DatasetVersion:
        """Return version `number`, or the latest."""
        dataset = self.get(dataset_id)
        wanted = dataset.latest if number is None else number
        query = select(DatasetVersion).where(DatasetVersion.dataset_id == dataset_id, DatasetVersion.number == wanted)
        missing = f"{dataset.name} has no version {number}" if number else f"{dataset.name} has no version yet"
        return self._one(query, missing)

    def get_version(self, version_id: str) -> DatasetVersion:
        """Return the version with this id."""
        return self._get(DatasetVersion, version_id, "dataset version")

    def versions(self, dataset_id: str, *, limit: int = 100, offset: int = 0) -> Sequence[DatasetVersion]:
        """Return the versions of a dataset, newest first."""
        query = select(DatasetVersion).where(DatasetVersion.dataset_id == dataset_id)
        return self._session.scalars(query.order_by(DatasetVersion.number.desc()).limit(limit).offset(offset)).all()

    def entries(self, dataset_id: str) -> Sequence[VersionEntry]:
        """Return all versions of a dataset, newest first, without their profiles and files."""
        v, parent = DatasetVersion, aliased(DatasetVersion)
        query = (
            select(
                *(v.id, v.number, v.rows, v.bytes, v.columns, v.sha256, v.source, v.label, v.note, v.held, v.changes),
                *(parent.number, v.created_at),
            )
            .outerjoin(parent, parent.id == v.parent_id)
            .where(v.dataset_id == dataset_id)
            .order_by(v.number.desc())
        )
        return [VersionEntry._make(row) for row in self._session.execute(query)]

    def describe(
        self,
        dataset_id: str,
        *,
        description: str | None = None,
        owner: str | None = None,
        tags: Sequence[str] | None = None,
        key: Sequence[str] | None = None,
    ) -> Dataset:
        """Change what people say of a dataset; what is None stays as it is."""
        dataset = self._get(Dataset, dataset_id, self.noun, lock=True)
        given = {"description": description, "owner": owner, "tags": tags, "key": key}
        for name, value in given.items():
            if value is not None:
                setattr(dataset, name, value if isinstance(value, str) else [*value])
        return dataset

    def describe_version(
        self, dataset_id: str, number: int, *, label: str | None = None, note: str | None = None
    ) -> DatasetVersion:
        """Change what people say of a version; what is None stays as it is."""
        version = self.version(dataset_id, number)
        version.label = version.label if label is None else label
        version.note = version.note if note is None else note
        return version

    def retain(self, dataset_id: str, retention: dict[str, Any] | None) -> Dataset:
        """Change which versions may go by themselves; None keeps all."""
        dataset = self._get(Dataset, dataset_id, self.noun, lock=True)
        dataset.retention = retention
        return dataset

    def set_share(self, dataset_id: str, share: str | None) -> Dataset:
        """Let half of a link open the overview of a dataset; None revokes it."""
        dataset = self._get(Dataset, dataset_id, self.noun, lock=True)
        dataset.share = share
        self._session.flush()
        return dataset

    def shared(self, share: str) -> Dataset | None:
        """Return the dataset whose overview half of a link belongs to."""
        return self._session.scalars(select(Dataset).where(Dataset.share == share)).first()

    def readers(self, dataset_id: str) -> Sequence[Reader]:
        """Return the runs that read a version of a dataset, and the models they trained, newest first."""
        query = (
            select(
                *(DatasetVersion.number, Pipeline.id, Pipeline.name, Run.id, Run.number, Run.status),
                *(Model.name, ModelVersion.number),
            )
            .select_from(RunInput)
            .join(DatasetVersion, DatasetVersion.id == RunInput.dataset_version_id)
            .join(Run, Run.id == RunInput.run_id)
            .join(Pipeline, Pipeline.id == Run.pipeline_id)
            .outerjoin(ModelVersion, and_(ModelVersion.run_id == Run.id, is_kept()))
            .outerjoin(Model, Model.id == ModelVersion.model_id)
            .where(DatasetVersion.dataset_id == dataset_id)
            .distinct()
            .order_by(Run.number.desc(), Run.id)
        )
        return [Reader(*row) for row in self._session.execute(query)]

    def boards(self, dataset_id: str) -> Sequence[str]:
        """Return the names of the boards that show a chart of a dataset."""
        query = (
            select(Board.name)
            .join(BoardCard, BoardCard.board_id == Board.id)
            .join(Chart, Chart.id == BoardCard.chart_id)
            .where(Chart.dataset_id == dataset_id)
            .distinct()
            .order_by(Board.name)
        )
        return self._session.scalars(query).all()

    def is_synced(self, dataset_id: str) -> bool:
        """Whether new versions come by themselves."""
        query = select(Sync.id).where(Sync.dataset_id == dataset_id, Sync.paused.is_(False))
        return self._session.scalars(query).first() is not None

    def triggered(self, dataset_id: str) -> Sequence[str]:
        """Return the names of the pipelines that a new version starts."""
        query = (
            select(Pipeline.name)
            .join(Trigger, Trigger.pipeline_id == Pipeline.id)
            .where(Trigger.dataset_id == dataset_id, Pipeline.deleted_at.is_(None))
            .order_by(Pipeline.name)
        )
        return self._session.scalars(query).all()

    def set_profile(
        self, version_id: str, profile: dict[str, Any], findings: Sequence[dict[str, Any]]
    ) -> DatasetVersion:
        """Keep what was measured about a version; its data never change."""
        version = self.get_version(version_id)
        version.profile, version.findings = profile, [*findings]
        return version

    def set_findings(self, version_id: str, findings: Sequence[dict[str, Any]]) -> DatasetVersion:
        """Keep what is noticed about a version now."""
        version = self.get_version(version_id)
        version.findings = [*findings]
        return version

    def users(self, dataset_id: str) -> Sequence[str]:
        """Return what needs this dataset: runs that have not ended, and models that were trained on it."""
        return self._users(dataset_id)

    def delete(self, dataset_id: str, also_used_by: Sequence[str] = ()) -> None:
        """Delete a dataset and all its versions.

        Parameters
        ----------
        also_used_by : further users that only the caller can know, such as pipelines that read it.

        Raises
        ------
        InUse
            with everything that needs it.
        """
        dataset = self._get(Dataset, dataset_id, self.noun, lock=True)
        self._refuse_if_used(dataset.name, [*also_used_by, *self.users(dataset_id)])
        self._change(delete(Dataset).where(Dataset.id == dataset_id))

    def delete_version(self, version_id: str, also_used_by: Sequence[str] = ()) -> Sequence[str]:
        """Delete one version.

        Returns
        -------
        list of str
            the files that no other version lists, relative to the folder of datasets: they may go after the commit.
        """
        version = self.get_version(version_id)
        dataset = self._get(Dataset, version.dataset_id, self.noun, lock=True)
        name = f"{dataset.name} v{version.number}"
        self._refuse_if_used(name, [*also_used_by, *self._users(dataset.id, version.number)])
        if dataset.latest == version.number:
            raise InUse(f"{name} is the latest version", hint="Make another one the latest first.", users=[name])
        return self._drop(dataset.id, [version_id])

    def drop_versions(self, dataset_id: str, numbers: Sequence[int]) -> Sequence[str]:
        """Delete versions that nothing needs, which the caller has found out.

        Returns
        -------
        list of str
            the files that no other version lists, as `delete_version` does.
        """
        query = select(DatasetVersion.id).where(
            DatasetVersion.dataset_id == dataset_id, DatasetVersion.number.in_(numbers)
        )
        return self._drop(dataset_id, self._session.scalars(query).all())

    def _drop(self, dataset_id: str, version_ids: Sequence[str]) -> Sequence[str]:
        of_dataset = DatasetVersion.dataset_id == dataset_id
        going = self._listed(of_dataset, DatasetVersion.id.in_(version_ids))
        self._change(delete(DatasetVersion).where(DatasetVersion.id.in_(version_ids)))
        return sorted(going - self._listed(of_dataset))

    def _listed(self, *which: Any) -> frozenset[str]:
        """The files of versions, the lines that were left out of them among these."""
        found = self._session.execute(select(DatasetVersion.files, DatasetVersion.rejected).where(*which)).all()
        beside = {str(rejected["file"]) for _, rejected in found if rejected and rejected.get("file")}
        return frozenset(beside | {str(file["path"]) for files, _ in found for file in files})

    def files_in_use(self) -> frozenset[str]:
        """Return the paths that some version lists, relative to the folder of datasets."""
        return self._listed()

    def _refuse_if_used(self, name: str, users: Sequence[str]) -> None:
        users = [*dict.fromkeys(users)]
        if users:
            raise InUse(f"{name} is in use by {', '.join(users)}", hint="Delete those first.", users=users)

    def _users(self, dataset_id: str, number: int | None = None) -> Sequence[str]:
        """What would break without a version, or without any; in words, the oldest first."""
        users = [
            f"model {one.model} v{one.model_version}"
            if one.model
            else f"run {one.run} of {one.pipeline} ({one.status})"
            for one in reversed(self.readers(dataset_id))
            if number in (None, one.version) and (one.model or one.status in UNFINISHED)
        ]
        return [*dict.fromkeys(users)]
