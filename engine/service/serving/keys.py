"""Keys of endpoints: who may ask, until when, and how much was asked."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.errors import CanvasbackError, MissingThing
from engine.serve.endpoint_settings import EndpointSettings, read_endpoint_settings
from engine.service.views import KeyView
from engine.workspace import Workspace
from storage.schema import Endpoint, EndpointKey, KeyUse, utc_now
from storage.secrets import hash_key, new_endpoint_key, shown
from storage.unit_of_work import UnitOfWork

MOST_DAYS = 3_650
MOST_NAME = 80


@dataclass(frozen=True)
class Opened:
    """What a key opens, as long as it is neither revoked nor expired.

    Parameters
    ----------
    prefix
        The beginning of the key, by which people know it.
    sunset
        When the endpoint's end is planned or has come: why, when, and what answers instead.
    """

    key_id: str
    prefix: str
    endpoint_id: str
    endpoint: str
    settings: EndpointSettings
    retired: bool = False
    sunset: Mapping[str, Any] | None = None


def create_key(workspace: Workspace, endpoint: str, label: str = "", days: int | None = None) -> str:
    """A new key for one endpoint.

    Parameters
    ----------
    label
        What people call it: who uses it, for what.
    days
        After how many days it expires; never for None.

    Returns
    -------
    str
        The key; only its keyed hash is kept, so this is the one time it can be seen.

    Raises
    ------
    NotFound
    CanvasbackError
        For a name or a number of days that cannot be.
    """
    label = _checked_label(label)
    expires_at = _checked_end(days)
    key = new_endpoint_key()

    def write(uow: UnitOfWork) -> None:
        row = uow.endpoints.by_name(endpoint)
        if row.status == "retired":
            raise CanvasbackError(f"The endpoint {endpoint!r} is retired: no key opens it.", hint="Choose another.")
        _keep(workspace, uow, row, key, label, expires_at)

    workspace.database.transact(write)
    return key


def first_key(workspace: Workspace, endpoint: str) -> str | None:
    """A key for an endpoint that never had one; None otherwise."""
    key = new_endpoint_key()

    def write(uow: UnitOfWork) -> bool:
        row = uow.endpoints.by_name(endpoint)
        if uow.keys.of(row.id):
            return False
        _keep(workspace, uow, row, key)
        return True

    return key if workspace.database.transact(write) else None


def list_keys(workspace: Workspace, endpoint: str) -> list[KeyView]:
    """The keys of an endpoint, revoked and expired ones too, newest first, with what was asked today.

    Raises
    ------
    NotFound
    """
    now = utc_now()
    with workspace.database.read() as uow:
        endpoint_id = uow.endpoints.by_name(endpoint).id
        keys, uses = uow.keys.of(endpoint_id), uow.keys.uses(endpoint_id, day_of(now))
    return [_view(row, uses.get(row.id), now) for row in keys]


def revoke_key(workspace: Workspace, endpoint: str, key_id: str) -> None:
    """Refuse a key from now on.

    Raises
    ------
    NotFound, MissingThing
    """

    def write(uow: UnitOfWork) -> None:
        row = uow.endpoints.by_name(endpoint)
        if key_id not in {key.id for key in uow.keys.of(row.id)}:
            raise MissingThing("This endpoint has no such key.", hint="`canvasback endpoint key list` tells the ids.")
        key = uow.keys.revoke(key_id)
        uow.audit.record("local", "key revoked", f"endpoint {endpoint}", {"key": key_id, "prefix": key.prefix})

    workspace.database.transact(write)


def is_allowed(workspace: Workspace, endpoint: str, key: str) -> bool:
    """Whether a key opens an endpoint; an unknown endpoint is not told from a wrong key."""
    found = opened_by(workspace, hash_key(workspace.secret, key))
    return found is not None and found.endpoint == endpoint


def opened_by(workspace: Workspace, hashed: str) -> Opened | None:
    """What the key with this keyed hash opens; None for a wrong, revoked or expired one."""
    with workspace.database.read() as uow:
        found = uow.keys.find(hashed)
    # What was found by an index is compared once more in constant time; the hash is keyed, so the index tells nothing.
    if found is None or not hmac.compare_digest(found.key.hash, hashed):
        return None
    key, endpoint = found
    return Opened(
        key_id=key.id,
        prefix=key.prefix,
        endpoint_id=endpoint.id,
        endpoint=endpoint.name,
        settings=read_endpoint_settings(endpoint.settings),
        retired=endpoint.status == "retired",
        sunset=endpoint.sunset,
    )


def note_key_used(workspace: Workspace, hashed: str) -> None:
    """Note that the key with this keyed hash was used now."""
    workspace.database.transact(lambda uow: uow.keys.used(hashed), patience=1.0)


def day_of(moment: datetime) -> str:
    """The day (UTC) on which a key's use is counted."""
    return moment.astimezone(UTC).date().isoformat()


def _keep(
    workspace: Workspace,
    uow: UnitOfWork,
    endpoint: Endpoint,
    key: str,
    label: str = "",
    expires_at: datetime | None = None,
) -> None:
    uow.keys.add(endpoint.id, shown(key), hash_key(workspace.secret, key), name=label, expires_at=expires_at)
    told = {"prefix": shown(key), "name": label, "expires_at": expires_at.isoformat() if expires_at else None}
    uow.audit.record("local", "key created", f"endpoint {endpoint.name}", told)


def _checked_label(label: str) -> str:
    label = label.strip()
    if len(label) > MOST_NAME:
        raise CanvasbackError(f"A key's name has at most {MOST_NAME} characters.", hint="Shorten it.", field="name")
    return label


def _checked_end(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= MOST_DAYS:
        raise CanvasbackError(
            f"A key cannot expire after {days} days.", hint=f"Give 1 to {MOST_DAYS:,} days, or none.", field="days"
        )
    return utc_now() + timedelta(days=days)


def _view(row: EndpointKey, use: KeyUse | None, now: datetime) -> KeyView:
    return KeyView(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        is_expired=row.expires_at is not None and row.expires_at <= now,
        requests_today=use.requests if use else 0,
        records_today=use.records if use else 0,
    )
