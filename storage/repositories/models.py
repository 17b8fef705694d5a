"""Models and their immutable versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import aliased

from storage.errors import Conflict, InUse
from storage.repositories.base import NamedRepository
from storage.schema import Deployment, Endpoint, Model, ModelVersion


class ModelEntry(NamedTuple):
    """One line of the list of models; everything after `model` is of its latest version, or None."""

    model: Model
    number: int | None
    version_id: str | None
    task: str | None
    target: str | None
    metrics: dict[str, Any] | None
    baseline: dict[str, Any] | None
    bytes: int | None
    created_at: datetime | None


class Models(NamedRepository[Model]):
    entity = Model
    noun = "model"

    def add(self, name: str, description: str = "") -> Model:
        """Make a model without versions; `NameTaken` when there is one of that name."""
        return self._add_named(Model(name=name, description=description))

    def list(self, *, search: str = "", limit: int = 50, offset: int = 0) -> Sequence[ModelEntry]:
        """Return models with their latest version, newest first, in one query."""
        v, other = ModelVersion, aliased(ModelVersion)
        latest = select(func.max(other.number)).where(other.model_id == Model.id).scalar_subquery()
        query = (
            select(Model, v.number, v.id, v.task, v.target, v.metrics, v.baseline, v.bytes, v.created_at)
            .outerjoin(v, and_(v.model_id == Model.id, v.number == latest))
            .where(Model.name.icontains(search, autoescape=True))
            .order_by(func.coalesce(v.created_at, Model.created_at).desc(), Model.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return [ModelEntry(*row) for row in self._session.execute(query)]

    def add_version(self, model_id: str, **fields: Any) -> ModelVersion:
        """Register what a run trained as the next version.

        Parameters
        ----------
        fields : run_id, node_id, pipeline_version_id, task, target, metrics, baseline, signature, lineage, libraries,
            files (name → sha256 in the artifact store) and bytes.
        """
        self._get(Model, model_id, self.noun, lock=True)
        number = self._next(ModelVersion.number, ModelVersion.model_id, model_id)
        version = ModelVersion(model_id=model_id, number=number, **fields)
        return self._insert(version, Conflict(f"Version {number} clashes with what is stored", "Try again."))

    def version(self, model_id: str, number: int | None = None) -> ModelVersion:
        """Return version `number`, or the latest."""
        query = select(ModelVersion).where(ModelVersion.model_id == model_id)
        if number is not None:
            query = query.where(ModelVersion.number == number)
        name = self.get(model_id).name
        missing = f"{name} has no version {number}" if number else f"{name} has no version yet"
        return self._one(query.order_by(ModelVersion.number.desc()), missing)

    def get_version(self, version_id: str) -> ModelVersion:
        """Return the version with this id."""
        return self._get(ModelVersion, version_id, "model version")

    def versions(self, model_id: str, *, limit: int = 100, offset: int = 0) -> Sequence[ModelVersion]:
        """Return the versions of a model, newest first."""
        query = select(ModelVersion).where(ModelVersion.model_id == model_id)
        return self._session.scalars(query.order_by(ModelVersion.number.desc()).limit(limit).offset(offset)).all()

    def of_run(self, run_id: str) -> Sequence[tuple[Model, ModelVersion]]:
        """Return what a run trained."""
        query = select(Model, ModelVersion).join(ModelVersion, ModelVersion.model_id == Model.id)
        rows = self._session.execute(query.where(ModelVersion.run_id == run_id).order_by(ModelVersion.node_id))
        return [(model, version) for model, version in rows]

    def delete(self, model_id: str) -> None:
        """Delete a model and its versions; `InUse` while a live endpoint answers, or could roll back, to it."""
        model = self._get(Model, model_id, self.noun, lock=True)
        users = self._endpoints(ModelVersion.model_id == model_id)
        if users:
            raise InUse(f"{model.name} is in use by {', '.join(users)}", "Retire the endpoint first.", users)
        self._change(delete(Model).where(Model.id == model_id))

    def delete_version(self, version_id: str) -> None:
        """Delete one version, under the same condition."""
        version = self.get_version(version_id)
        name = f"{self._get(Model, version.model_id, self.noun, lock=True).name} v{version.number}"
        users = self._endpoints(ModelVersion.id == version_id)
        if users:
            raise InUse(f"{name} is in use by {', '.join(users)}", "Retire the endpoint first.", users)
        self._change(delete(ModelVersion).where(ModelVersion.id == version_id))

    def files_in_use(self) -> frozenset[str]:
        """Return the hashes of the artifacts that some version needs."""
        listings = self._session.scalars(select(ModelVersion.files))
        return frozenset(sha256 for files in listings for sha256 in files.values())

    def _endpoints(self, which: Any) -> Sequence[str]:
        query = (
            select(Endpoint.name)
            .join(Deployment, Deployment.endpoint_id == Endpoint.id)
            .join(ModelVersion, ModelVersion.id == Deployment.model_version_id)
            .where(which, Endpoint.status == "live")
            .order_by(Endpoint.name)
            .distinct()
        )
        return [f"endpoint {name}" for name in self._session.scalars(query)]
