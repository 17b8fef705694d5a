"""The end of an endpoint: announced with a reason and a successor, or at once; callers are told."""

from datetime import UTC, datetime
from typing import Any

from engine.errors import CanvasbackError
from engine.service.people import checked_comment, person
from engine.service.serving.endpoint_names import living
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.schema import Endpoint, JsonObject
from storage.unit_of_work import UnitOfWork


class SunsetView(View):
    """What callers are told of an endpoint that ends, or has ended.

    Parameters
    ----------
    successor
        The endpoint that answers instead.
    at
        From when on it does not answer.
    """

    reason: str = ""
    successor: str | None = None
    at: datetime


def sunset_view(endpoint: Endpoint) -> SunsetView | None:
    """What is announced for an endpoint; None for nothing."""
    return SunsetView.model_validate(endpoint.sunset) if endpoint.sunset else None


def get_sunset(workspace: Workspace, name: str) -> SunsetView | None:
    """What is announced for an endpoint; None for nothing.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return sunset_view(uow.endpoints.by_name(name))


def retire_endpoint(
    workspace: Workspace,
    name: str,
    *,
    reason: str = "",
    successor: str | None = None,
    at: datetime | None = None,
    by: str = "",
) -> SunsetView:
    """Let an endpoint end: at once, or at a moment that callers are told of until then.

    Parameters
    ----------
    successor
        The endpoint that answers instead.
    at
        At once unless given; it answers until then.

    Raises
    ------
    NotFound
    CanvasbackError
        When the successor is the endpoint itself, or is retired.
    Conflict
        When it is retired already.
    """
    who, words = person(by), checked_comment(reason)
    now = datetime.now(UTC)
    moment = now if at is None else at if at.tzinfo else at.replace(tzinfo=UTC)

    def write(uow: UnitOfWork) -> Endpoint:
        endpoint = uow.endpoints.by_name(name)
        follower = _successor(uow, name, successor)
        sunset: JsonObject = {"reason": words, "successor": follower, "at": moment.isoformat()}
        if moment > now:
            uow.audit.record(who, "endpoint's end announced", f"endpoint {name}", sunset)
            return uow.endpoints.announce(endpoint.id, sunset)
        return _retire(uow, endpoint, who, sunset)

    found = sunset_view(workspace.database.transact(write))
    assert found is not None  # noqa: S101  it was written just now
    return found


def keep_endpoint(workspace: Workspace, name: str, *, by: str = "") -> None:
    """Let an endpoint live on whose end was announced.

    Raises
    ------
    NotFound
    Conflict
        When it has ended.
    """

    def write(uow: UnitOfWork) -> None:
        uow.endpoints.announce(living(uow, name).id, None)
        uow.audit.record(person(by), "endpoint's end withdrawn", f"endpoint {name}")

    workspace.database.transact(write)


def retire_announced(workspace: Workspace, now: datetime) -> int:
    """Retire the endpoints whose moment has come; how many this process has retired."""
    with workspace.database.read() as uow:
        due = [one.id for one in uow.endpoints.announced() if _at(one) <= now]
    return sum(_retire_due(workspace, endpoint_id, now) for endpoint_id in due)


def _retire_due(workspace: Workspace, endpoint_id: str, now: datetime) -> bool:
    def write(uow: UnitOfWork) -> bool:
        endpoint = uow.endpoints.get(endpoint_id)
        uow.endpoints.revision(endpoint_id)  # held from here on, so that nobody withdraws it in between
        if endpoint.status == "retired" or not endpoint.sunset or _at(endpoint) > now:
            return False
        _retire(uow, endpoint, "schedule", None)
        return True

    try:
        return workspace.database.transact(write)
    except Conflict:  # somebody was faster
        return False


def _retire(uow: UnitOfWork, endpoint: Endpoint, who: str, sunset: JsonObject | None) -> Endpoint:
    retired = uow.endpoints.retire(endpoint.id, sunset)
    uow.publications.cancel_planned(endpoint.name)
    uow.audit.record(who, "endpoint retired", f"endpoint {endpoint.name}", retired.sunset)
    return retired


def _successor(uow: UnitOfWork, name: str, successor: str | None) -> str | None:
    if not successor:
        return None
    follower = uow.endpoints.by_name(successor)
    if follower.name == name or follower.status == "retired":
        why = "is the endpoint itself" if follower.name == name else "is retired"
        raise CanvasbackError(
            f"{successor!r} {why}, so it cannot be the successor.",
            hint="Name an endpoint that goes on answering, or none.",
            field="successor",
        )
    return follower.name


def _at(endpoint: Endpoint) -> datetime:
    sunset: dict[str, Any] = endpoint.sunset or {}
    return datetime.fromisoformat(sunset["at"])
