"""Put model versions behind an endpoint, once they have proved to answer as their training run did."""

from typing import Any

from engine.errors import TooDifferent
from engine.serve.rollout import read_rollout
from engine.work.assignment import Assignment
from engine.work.crowning import end_round
from engine.work.publication import check, deploy, verified_files
from storage.schema import JsonObject, Publication
from storage.unit_of_work import UnitOfWork

__all__ = ["publish_endpoint", "replay_endpoint", "verified_files"]


def publish_endpoint(assignment: Assignment) -> dict[str, Any]:
    """Check and publish what ``payload["publication_id"]`` wishes.

    Returns
    -------
    dict
        ``endpoint, model, version, parity, publication, replay``

    Raises
    ------
    ParityFailed, TooDifferent
        The endpoint stays as it was.
    """
    publication = _publication(assignment)
    report = _checked(assignment, publication)

    def publish(uow: UnitOfWork) -> None:
        revision = deploy(uow, publication, report)
        uow.publications.move(publication.id, "working", "live", report=report, revision=revision)
        end_round(uow, publication, report, revision)

    assignment.finish.append(publish)
    return _result(assignment, publication, report)


def replay_endpoint(assignment: Assignment) -> dict[str, Any]:
    """Check what ``payload["publication_id"]`` wishes, and change nothing.

    Returns
    -------
    dict
        As `publish_endpoint` does.

    Raises
    ------
    ParityFailed
    """
    publication = _publication(assignment)
    report = _checked(assignment, publication)

    def keep(uow: UnitOfWork) -> None:
        uow.publications.move(publication.id, "working", "checked", report=report)

    assignment.finish.append(keep)
    return _result(assignment, publication, report)


def _checked(assignment: Assignment, publication: Publication) -> JsonObject:
    """The report; where too much would change, it is kept although nothing is published."""
    try:
        return check(assignment, publication)
    except TooDifferent as refused:
        report = refused.detail.pop("report")

        def keep(uow: UnitOfWork) -> None:
            uow.publications.get(publication.id).report = report

        assignment.workspace.database.transact(keep)
        raise


def _publication(assignment: Assignment) -> Publication:
    with assignment.workspace.database.read() as uow:
        return uow.publications.get(assignment.payload["publication_id"])


def _result(assignment: Assignment, publication: Publication, report: JsonObject) -> dict[str, Any]:
    wish = read_rollout(publication.wish)
    version_id = wish.version_id or max(report["shares"], key=lambda one: report["shares"][one])
    with assignment.workspace.database.read() as uow:
        version = uow.models.get_version(version_id)
        model = uow.models.get(version.model_id).name
    return {
        "endpoint": publication.endpoint,
        "model": model,
        "version": version.number,
        "parity": report["parity"][version_id],
        "publication": publication.id,
        "replay": (report["replay"] or {}).get("said"),
    }
