"""Models and their immutable versions."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, Text, and_, cast, delete, exists, func, or_, select
from sqlalchemy.orm import aliased

from storage.errors import Busy, Conflict, InUse, NotFound
from storage.repositories.base import NamedRepository
from storage.repositories.names import nearest
from storage.schema import Deployment, Endpoint, Model, ModelAlias, ModelEvent, ModelVersion, utc_now

Which = int | str | None
"""A version by its number or one of its aliases; None is the latest."""


class ModelEntry(NamedTuple):
    """One line of the list of models.

    Parameters
    ----------
    aliases, stages : each with the version it stands for, or the newest version at it.
    number : of its latest version, as everything after it; None where there is none.
    """

    model: Model
    aliases: dict[str, int]
    stages: dict[str, int]
    number: int | None
    version_id: str | None
    task: str | None
    target: str | None
    metrics: dict[str, Any] | None
    baseline: dict[str, Any] | None
    bytes: int | None
    created_at: datetime | None


class EndpointUse(NamedTuple):
    """A live endpoint that a version answers, or answered before."""

    endpoint: str
    number: int
    answers: bool


class Models(NamedRepository[Model]):
    entity = Model
    noun = "model"

    def add(self, name: str, description: str = "") -> Model:
        """Make a model without versions; `NameTaken` when there is one of that name."""
        return self._add_named(Model(name=name, description=description))

    def list(
        self,
        *,
        search: str = "",
        tag: tuple[str, str | None] | None = None,
        alias: str | None = None,
        stage: str | None = None,
        task: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[ModelEntry]:
        """Return models with their latest version, newest first, in one query.

        Parameters
        ----------
        search : what the name, the description or a tag has in it.
        tag : a key, with a value or with any, of the model or of one of its versions.
        alias, stage : what one of its versions has.
        task : of the latest version.
        """
        v, other = ModelVersion, aliased(ModelVersion)
        newest = select(func.max(other.number)).where(other.model_id == Model.id, other.deleted_at.is_(None))
        query = (
            select(
                Model,
                _aliases(),
                _stages(),
                v.number,
                v.id,
                v.task,
                v.target,
                v.metrics,
                v.baseline,
                v.bytes,
                v.created_at,
            )
            .outerjoin(v, and_(v.model_id == Model.id, v.number == newest.scalar_subquery()))
            .where(Model.deleted_at.is_(None), _says(search))
            .order_by(func.coalesce(v.created_at, Model.created_at).desc(), Model.id.desc())
            .limit(limit)
            .offset(offset)
        )
        if tag is not None:
            query = query.where(or_(_tagged(Model.tags, *tag), _some_version(_tagged(other.tags, *tag), other)))
        if alias is not None:
            named = select(ModelAlias.version_id).where(ModelAlias.alias == alias)
            query = query.where(_some_version(other.id.in_(named), other))
        if stage is not None:
            query = query.where(_some_version(other.stage == stage, other))
        if task is not None:
            query = query.where(v.task == task)
        rows = self._session.execute(query)
        return [ModelEntry(model, _pairs(named), _pairs(staged), *rest) for model, named, staged, *rest in rows]

    def add_version(self, model_id: str, **fields: Any) -> ModelVersion:
        """Register what a run trained as the next version; no number is given twice.

        Parameters
        ----------
        fields : run_id, node_id, pipeline_version_id, task, target, metrics, baseline, signature, lineage, libraries,
            files (name → sha256 in the artifact store) and bytes.
        """
        self.get(model_id)
        model = self._session.get_one(Model, model_id, with_for_update=True, populate_existing=True)
        if model.deleted_at is not None:
            raise Busy(f"{model.name} was moved to the bin meanwhile", "Try again: a new model is made.")
        number = model.last_number = model.last_number + 1
        version = ModelVersion(model_id=model_id, number=number, **fields)
        return self._insert(version, Conflict(f"Version {number} clashes with what is stored", "Try again."))

    def version(self, model_id: str, which: Which = None) -> ModelVersion:
        """Return a version by its number or alias, or the latest."""
        if isinstance(which, str):
            return self._aliased(model_id, which)
        query = self._of(model_id)
        if which is not None:
            query = query.where(ModelVersion.number == which)
        name = self.get(model_id).name
        missing = f"{name} has no version {which}" if which is not None else f"{name} has no version yet"
        return self._one(query.order_by(ModelVersion.number.desc()), missing, self._in_the_bin(model_id, which))

    def get_version(self, version_id: str) -> ModelVersion:
        """Return the version with this id, be it in the bin."""
        return self._get(ModelVersion, version_id, "model version")

    def versions(self, model_id: str, *, limit: int = 100, offset: int = 0) -> Sequence[ModelVersion]:
        """Return the versions of a model, newest first."""
        query = self._of(model_id).order_by(ModelVersion.number.desc())
        return self._session.scalars(query.limit(limit).offset(offset)).all()

    def of_run(self, run_id: str) -> Sequence[tuple[Model, ModelVersion]]:
        """Return what a run trained."""
        query = select(Model, ModelVersion).join(ModelVersion, ModelVersion.model_id == Model.id)
        rows = self._session.execute(query.where(ModelVersion.run_id == run_id).order_by(ModelVersion.node_id))
        return [(model, version) for model, version in rows]

    def delete(self, model_id: str, by: str = "local") -> Model:
        """Move a model to the bin; `InUse` while a live endpoint answers, or could roll back, to it."""
        model = self._get(Model, model_id, self.noun, lock=True)
        self._refuse_if_used(model.name, self.endpoints(model_id))
        model.deleted_at, model.deleted_by = utc_now(), by
        self._session.flush()
        return model

    def delete_version(self, version_id: str, by: str = "local") -> ModelVersion:
        """Move one version to the bin, under the same condition."""
        version = self.get_version(version_id)
        name = f"{self._get(Model, version.model_id, self.noun, lock=True).name} v{version.number}"
        self._refuse_if_used(name, self.endpoints(version.model_id, version_id))
        version.deleted_at, version.deleted_by = utc_now(), by
        self._session.add(ModelEvent(version_id=version_id, kind="bin", after="bin", by=by))
        self._session.flush()
        return version

    def endpoints(self, model_id: str, version_id: str | None = None) -> Sequence[EndpointUse]:
        """Return the live endpoints that a model, or one of its versions, answers or could answer after a rollback."""
        query = (
            select(Endpoint.name, ModelVersion.number, func.max(cast(Deployment.active, Integer)))
            .join(Deployment, Deployment.endpoint_id == Endpoint.id)
            .join(ModelVersion, ModelVersion.id == Deployment.model_version_id)
            .where(ModelVersion.model_id == model_id, Endpoint.status == "live")
            .group_by(Endpoint.name, ModelVersion.number)
            .order_by(Endpoint.name, ModelVersion.number)
        )
        if version_id is not None:
            query = query.where(ModelVersion.id == version_id)
        return [EndpointUse(name, number, bool(active)) for name, number, active in self._session.execute(query)]

    def files_in_use(self) -> frozenset[str]:
        """Return the hashes of the artifacts that some version needs; what is in the bin can still come back."""
        listings = self._session.scalars(select(ModelVersion.files))
        return frozenset(sha256 for files in listings for sha256 in files.values())

    def purge(self, before: datetime) -> int:
        """Delete for good what went to the bin before a moment.

        Returns
        -------
        int
            how many versions.
        """
        gone = select(Model.id).where(Model.deleted_at < before)
        is_over = or_(ModelVersion.deleted_at < before, ModelVersion.model_id.in_(gone))
        purged = self._change(delete(ModelVersion).where(is_over))
        self._change(delete(Model).where(Model.deleted_at < before))
        return purged

    def _aliased(self, model_id: str, alias: str) -> ModelVersion:
        query = self._of(model_id).join(ModelAlias, ModelAlias.version_id == ModelVersion.id)
        found = self._session.scalars(query.where(ModelAlias.alias == alias)).first()
        if found is None:
            known = self._session.scalars(select(ModelAlias.alias).where(ModelAlias.model_id == model_id)).all()
            raise NotFound(f"No version of {self.get(model_id).name} is called {alias}", nearest(alias, known))
        return found

    def _of(self, model_id: str) -> Select[ModelVersion]:
        return select(ModelVersion).where(ModelVersion.model_id == model_id, ModelVersion.deleted_at.is_(None))

    def _in_the_bin(self, model_id: str, number: int | None) -> str:
        gone = select(ModelVersion.number).where(
            ModelVersion.model_id == model_id, ModelVersion.deleted_at.is_not(None)
        )
        numbers = self._session.scalars(gone).all()
        return "It is in the bin; restore it first." if number in numbers else ""

    def _refuse_if_used(self, name: str, uses: Sequence[EndpointUse]) -> None:
        users = [f"endpoint {name}" for name in dict.fromkeys(use.endpoint for use in uses)]
        if users:
            raise InUse(f"{name} is in use by {', '.join(users)}", "Retire the endpoint first.", users)

    def _living(self) -> Select[Model]:
        return select(Model).where(Model.deleted_at.is_(None))


def _aliases() -> ColumnElement[str | None]:
    """The aliases of the model in a line, as ``champion=3,challenger=4``: no alias has either sign."""
    a, v = aliased(ModelAlias), aliased(ModelVersion)
    pair = a.alias.concat("=").concat(cast(v.number, Text))
    query = select(func.aggregate_strings(pair, ",")).join(v, v.id == a.version_id)
    return query.where(a.model_id == Model.id, v.deleted_at.is_(None)).scalar_subquery()


def _stages() -> ColumnElement[str | None]:
    """The stages of the versions of the model in a line, the same way."""
    v = aliased(ModelVersion)
    pair = v.stage.concat("=").concat(cast(v.number, Text))
    query = select(func.aggregate_strings(pair, ","))
    return query.where(v.model_id == Model.id, v.deleted_at.is_(None), v.stage != "none").scalar_subquery()


def _pairs(told: str | None) -> dict[str, int]:
    """By name; of several numbers under one name the highest.

    >>> _pairs("staging=9,archived=1,archived=10"), _pairs(None)
    ({'archived': 10, 'staging': 9}, {})
    """
    found = [
        (name, int(number)) for name, _, number in (pair.partition("=") for pair in (told or "").split(",") if pair)
    ]
    return dict(sorted(found))


def _says(search: str) -> ColumnElement[bool]:
    # Tags are JSON in ASCII: what is looked for must be written the same way.
    tag = json.dumps(search)[1:-1]
    words = (Model.name, Model.description)
    return or_(
        *(word.icontains(search, autoescape=True) for word in words),
        cast(Model.tags, Text).icontains(tag, autoescape=True),
    )


def _tagged(tags: Any, key: str, value: str | None) -> ColumnElement[bool]:
    found = tags[key].as_string()
    has_it: ColumnElement[bool] = found.is_not(None) if value is None else found == value
    return has_it


def _some_version(condition: ColumnElement[bool], version: Any) -> ColumnElement[bool]:
    return exists().where(version.model_id == Model.id, version.deleted_at.is_(None), condition)
