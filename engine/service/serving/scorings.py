"""Whole datasets and files that an endpoint answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from engine.errors import InvalidSetting, MissingThing
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.views import View
from engine.sources import FileSource
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.repositories import ScoringEntry
from storage.repositories.names import check_name
from storage.schema import UNFINISHED, Dataset, DatasetVersion, Endpoint, utc_now
from storage.unit_of_work import UnitOfWork

AskedBy = Literal["hand", "schedule", "version"]


@dataclass(frozen=True)
class Stored:
    """A version of a dataset, the latest unless a number is given."""

    dataset: str
    version: int | None = None


class ScoringView(View):
    """One time that an endpoint answered a whole dataset or file.

    Parameters
    ----------
    source
        What was answered, in words.
    version
        Of the dataset `into`, once it is there.
    unanswered
        Rows that were kept without an answer.
    progress
        0 to 1, None while unknown.
    """

    id: str
    endpoint: str
    batch_id: str | None
    job_id: str | None
    source: str
    into: str
    model: str
    strict: bool
    asked_by: str
    status: str
    progress: float | None = None
    version: int | None = None
    rows: int | None = None
    unanswered: int | None = None
    error: dict[str, Any] | None = None
    created_at: datetime
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.status not in UNFINISHED


def start_scoring(
    workspace: Workspace, endpoint: str, given: Stored | FileSource, into: str, *, strict: bool | None = None
) -> str:
    """Queue the answering of a whole dataset or file into the next version of a dataset.

    Where several versions share the endpoint's traffic, the one with the greatest share answers all rows.

    Parameters
    ----------
    into
        The name of the dataset; made where there is none.
    strict
        Whether a record that cannot be answered ends it, with nothing kept; as the endpoint does, for None.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound, MissingThing
        When there is no such endpoint or dataset, or nothing answers.
    InvalidSetting, BadName
        When the answers cannot go there.
    """
    if isinstance(given, FileSource) and not given.path.is_file():
        raise MissingThing(f"There is no file {given.called}.", hint="Check the path.", field="input")

    def write(uow: UnitOfWork) -> str:
        row = uow.endpoints.by_name(endpoint)
        if isinstance(given, FileSource):
            check_name(into, "dataset")
            source: dict[str, Any] = {"file": given.model_dump(mode="json")}
            return _begin(uow, row, source, None, into, strict=strict)
        dataset = uow.datasets.by_name(given.dataset)
        check_into(dataset, into)
        return begin_stored(uow, row, dataset, given.version, into, strict=strict)

    return workspace.database.transact(write)


def list_scorings(workspace: Workspace, endpoint: str, limit: int = 50) -> list[ScoringView]:
    """What an endpoint has answered as a whole, the newest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return [scoring_view(it) for it in uow.batches.scorings(uow.endpoints.by_name(endpoint).id, limit=limit)]


def begin_stored(
    uow: UnitOfWork, endpoint: Endpoint, dataset: Dataset, number: int | None, into: str, **how: Any
) -> str:
    """Queue the answering of a stored version, the latest for None; returns the id of the job."""
    version = uow.datasets.version(dataset.id, number)
    return _begin(uow, endpoint, {"dataset": dataset.name, "version": version.number}, version, into, **how)


def _begin(  # noqa: PLR0913  a scoring is what all of these say
    uow: UnitOfWork,
    endpoint: Endpoint,
    source: dict[str, Any],
    version: DatasetVersion | None,
    into: str,
    *,
    strict: bool | None,
    batch_id: str | None = None,
    slot: datetime | None = None,
    asked_by: AskedBy = "hand",
) -> str:
    """Queue one scoring; which model version answers is decided now. Returns the id of the job."""
    answering = [it for it in uow.endpoints.active(endpoint.id) if it.deployment.role == "live"]
    if not answering:
        raise MissingThing(f"Nothing answers the endpoint {endpoint.name!r}.", hint="Publish a model version to it.")
    main = answering[0]
    settings = read_endpoint_settings(endpoint.settings)
    job = uow.jobs.enqueue("score_batch", {})
    scoring = uow.batches.begin(
        job,
        endpoint_id=endpoint.id,
        batch_id=batch_id,
        model_version_id=main.deployment.model_version_id,
        source_version_id=version.id if version else None,
        source=source,
        into=into,
        model=f"{main.model} v{main.version}",
        strict=settings.strict if strict is None else strict,
        asked_by=asked_by,
        slot=slot or utc_now(),
    )
    job.payload = {"scoring_id": scoring.id}
    return job.id


def check_into(dataset: Dataset, into: str) -> None:
    """Refuse a name that answers cannot go by.

    Raises
    ------
    InvalidSetting, BadName
    """
    check_name(into, "dataset")
    if into == dataset.name:
        raise InvalidSetting(
            f"The answers cannot become a version of {into} itself.", hint="Name another dataset.", field="into"
        )


def scoring_view(entry: ScoringEntry) -> ScoringView:
    """A scoring as people see it."""
    row, job = entry.scoring, entry.job
    ended = "succeeded" if row.finished_at else "failed"
    return ScoringView(
        id=row.id,
        endpoint=entry.endpoint,
        batch_id=row.batch_id,
        job_id=row.job_id,
        source=_source_words(row.source),
        into=row.into,
        model=row.model,
        strict=row.strict,
        asked_by=row.asked_by,
        status=job.status if job is not None else ended,
        progress=job.progress if job is not None else None,
        version=row.version_number,
        rows=row.rows,
        unanswered=row.unanswered,
        error=job.error if job is not None else None,
        created_at=row.created_at,
        finished_at=row.finished_at or (job.finished_at if job is not None else None),
    )


def _source_words(source: Mapping[str, Any]) -> str:
    if "file" in source:
        return str(source["file"].get("filename") or Path(source["file"]["path"]).name)
    return f"{source['dataset']} v{source['version']}"


def split_dataset(reference: str) -> Stored:
    """``NAME`` or ``NAME:VERSION``.

    >>> split_dataset("customers:3")
    Stored(dataset='customers', version=3)

    Raises
    ------
    NotFound
        When what follows the colon is no version.
    """
    name, colon, number = reference.rpartition(":")
    if not colon:
        return Stored(reference)
    if not number.removeprefix("v").isdecimal():
        raise NotFound(f"{number!r} is no version of {name}", hint="Write NAME or NAME:VERSION, such as customers:3.")
    return Stored(name, int(number.removeprefix("v")))
