"""Connections: how databases and object stores of others are reached. A password goes in and never comes out."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from components.sql.foreign import read_only
from engine.errors import InvalidSetting
from engine.reading.outside import STORE, as_foreign
from engine.service.views import View
from engine.workspace import Workspace
from storage import foreign, objects
from storage.errors import InUse
from storage.foreign import KINDS
from storage.foreign import Listed as Listed  # noqa: PLC0414
from storage.foreign import encryptions as encryptions  # noqa: PLC0414  the screens draw what these say
from storage.foreign import is_file as is_file  # noqa: PLC0414
from storage.objects import ObjectStore
from storage.objects import StoredObject as StoredObject  # noqa: PLC0414
from storage.schema import Connection
from storage.secrets import decrypt, encrypt
from storage.unit_of_work import UnitOfWork

MOST_CHARACTERS = 1_000
USES = ("connection used", "connection written")
SECRET_GOES_TO = ("host", "port", "user", "encryption", "endpoint", "key_id")
"""Where a password is sent, and how: who changes that must know it."""


class ConnectionView(View):
    """A connection without its password.

    Parameters
    ----------
    writes
        Whether outputs may write through it.
    used_at
        When it was last used; None for never.
    """

    name: str
    kind: str
    settings: dict[str, Any] = Field(default_factory=dict)
    has_password: bool = False
    writes: bool = False
    used_at: datetime | None = None

    @property
    def is_store(self) -> bool:
        """Whether it is an object store."""
        return self.kind == STORE

    @property
    def place(self) -> str:
        """Where it leads, in a few words."""
        about = self.settings
        if self.is_store:
            return f"{about.get('bucket', '')} at {urlsplit(about.get('endpoint', '')).netloc or 'Amazon S3'}"
        port = f":{about['port']}" if about.get("port") else ""
        return f"{about.get('database', '')} at {about['host']}{port}" if about.get("host") else about["database"]


def kinds_allowed(workspace: Workspace) -> list[str]:
    """The kinds that a connection can be, those that an administrator allowed last."""
    return [*KINDS, STORE, *workspace.settings.dialects]


def add_connection(  # noqa: PLR0913  a connection is what all of these say
    workspace: Workspace,
    name: str,
    kind: str,
    database: str = "",
    *,
    host: str = "",
    port: int | None = None,
    user: str = "",
    password: str | None = None,
    encryption: str = "prefer",
    bucket: str = "",
    endpoint: str = "",
    region: str = "",
    key_id: str = "",
    writes: bool = False,
) -> ConnectionView:
    """Keep a connection; its password is encrypted with the secret of the home.

    Parameters
    ----------
    database
        Its name; for SQLite the path of the file, in a folder that the settings allow.
    password
        The secret of the key, for an object store.
    writes
        Whether outputs may write through it: nobody may unless this is said.

    Raises
    ------
    InvalidSetting, NameTaken, BadName
    """
    given = {
        **{"database": database, "host": host, "port": port, "user": user, "encryption": encryption},
        **{"bucket": bucket, "endpoint": endpoint, "region": region, "key_id": key_id},
    }
    settings = _checked(workspace, kind, given)
    secret = encrypt(workspace.secret, password) if password else None

    def write(uow: UnitOfWork) -> Connection:
        made = uow.connections.add(name, kind, settings, secret, writes=writes)
        uow.audit.record("local", "connection added", f"connection {name}", {"kind": kind, "writes": writes})
        return made

    return _view(workspace.database.transact(write))


def edit_connection(
    workspace: Workspace,
    name: str,
    changes: Mapping[str, Any],
    *,
    password: str | None = None,
    writes: bool | None = None,
) -> ConnectionView:
    """Change a connection. Its password stays unless another is given.

    Parameters
    ----------
    changes
        Settings by name; those that are not named stay.

    Raises
    ------
    InvalidSetting
        Also where the password would go elsewhere than before: then it must be typed again.
    NotFound
    """
    before = _row(workspace, name)
    given = {**before.settings, **changes}
    settings = _checked(workspace, before.kind, given)
    _check_secret_stays(before, settings, password)
    secret = encrypt(workspace.secret, password) if password else None

    def write(uow: UnitOfWork) -> Connection:
        changed = uow.connections.change(name, settings, secret, writes=writes)
        names = sorted(key for key in settings if settings[key] != before.settings.get(key))
        detail = {"changed": names, "password": bool(password), "writes": changed.writes}
        uow.audit.record("local", "connection changed", f"connection {name}", detail)
        return changed

    return _view(workspace.database.transact(write))


def get_connection(workspace: Workspace, name: str) -> ConnectionView:
    """One connection.

    Raises
    ------
    NotFound
    """
    return _view(_row(workspace, name))


def list_connections(workspace: Workspace) -> list[ConnectionView]:
    """All connections, by name."""
    with workspace.database.read() as uow:
        used = uow.audit.last_times(USES, "connection ")
        return [_view(row, _since(row, used.get(f"connection {row.name}"))) for row in uow.connections.list()]


def connection_users(workspace: Workspace, name: str) -> list[str]:
    """What needs a connection: drafts of pipelines, syncs, imports that are not done."""
    with workspace.database.read() as uow:
        drafts = [
            (it.pipeline.name, uow.pipelines.draft(it.pipeline.id).graph) for it in uow.pipelines.list(limit=10_000)
        ]
        others = uow.connections.users(name)
    pipelines = [
        f"pipeline {pipeline}"
        for pipeline, graph in drafts
        if any(node.get("params", {}).get("connection") == name for node in graph.get("nodes", {}).values())
    ]
    return [*pipelines, *others]


def remove_connection(workspace: Workspace, name: str) -> None:
    """Forget a connection and its password.

    Raises
    ------
    NotFound
    InUse
        Naming the pipelines, syncs and imports that need it.
    """
    _row(workspace, name)
    users = connection_users(workspace, name)
    if users:
        shown = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
        raise InUse(f"{name} is used by {shown}", "Change those first.", users)

    def write(uow: UnitOfWork) -> None:
        uow.connections.delete(name)
        uow.audit.record("local", "connection removed", f"connection {name}")

    workspace.database.transact(write)


def test_connection(workspace: Workspace, name: str) -> str:
    """Which server answers.

    Raises
    ------
    NotFound, Unreachable, InvalidSetting
    """
    if _row(workspace, name).kind == STORE:
        return objects.test(workspace.outside.store(name), workspace.outside.is_open)
    return foreign.test(workspace.outside.foreign(name))


def try_connection(
    workspace: Workspace, kind: str, given: Mapping[str, Any], password: str | None, known: str | None = None
) -> str:
    """Which server answers to what was typed, before it is kept.

    Parameters
    ----------
    known
        The connection that is being changed; its password is used where none was typed.

    Raises
    ------
    NotFound, Unreachable, InvalidSetting
    """
    settings = _checked(workspace, kind, given)
    if known is not None and not password:
        row = _row(workspace, known)
        _check_secret_stays(row, settings, password)
        password = decrypt(workspace.secret, row.secret) if row.secret else None
    if kind == STORE:
        store = ObjectStore(name=known or "The store", secret=password, **settings)
        return objects.test(store, workspace.outside.is_open)
    return foreign.test(as_foreign(Connection(name=known or "The database", kind=kind, settings=settings), password))


def browse_tables(workspace: Workspace, name: str, search: str = "", limit: int = 200) -> list[Listed]:
    """Tables and views that a connection shows.

    Parameters
    ----------
    search
        Part of a name, or of ``schema.name``.

    Raises
    ------
    NotFound, Unreachable, InvalidSetting
    """
    words = search.strip().casefold()
    found = foreign.list_tables(workspace.outside.foreign(name))
    return [it for it in found if words in f"{it.folder}.{it.name}".casefold()][:limit]


def browse_objects(workspace: Workspace, name: str, pattern: str = "") -> list[StoredObject]:
    """Objects that a connection shows: a key, a prefix that ends with ``/``, or a pattern with ``*``.

    Raises
    ------
    NotFound, Unreachable, InvalidSetting
    """
    return objects.list_objects(workspace.outside.store(name), pattern, workspace.outside.is_open)


def check_query(workspace: Workspace, name: str, sql: str) -> None:
    """Refuse what is not one SELECT that only reads; the database is not asked.

    Raises
    ------
    RefusedExpression, NotFound
    """
    read_only(sql, _row(workspace, name).kind)


# --- what may be kept -------------------------------------------------------------------------------------------


def _checked(workspace: Workspace, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    for what, value in given.items():
        if isinstance(value, str) and not (value.isprintable() and len(value) <= MOST_CHARACTERS):
            raise InvalidSetting(f"The {what} cannot be read.", hint="Type it again.", field=what)
    if kind == STORE:
        return _checked_store(workspace, given)
    workspace.outside.check_kind(kind)
    database = str(given.get("database") or "")
    if is_file(kind):
        return {"database": str(workspace.outside.check_place(Path(database)))}
    return _checked_server(kind, given, database)


def _checked_server(kind: str, given: Mapping[str, Any], database: str) -> dict[str, Any]:
    host, port, encryption = str(given.get("host") or ""), given.get("port") or None, given.get("encryption", "prefer")
    if encryption not in encryptions(kind):
        raise InvalidSetting(
            f"The driver of {kind} knows no encryption {encryption!r}.",
            hint=f"Choose one of {', '.join(encryptions(kind))}.",
            field="encryption",
        )
    # A host that is a path, or a list, would have a driver look elsewhere.
    if not host or not database or any(sign in host for sign in "/\\,@= ?&"):
        raise InvalidSetting("A server needs a host and a database.", hint="Give both, each by itself.", field="host")
    if any(sign in database for sign in "?&=/\\"):
        raise InvalidSetting(
            "The name of a database holds no options and no path.", hint="Give the name alone.", field="database"
        )
    if port is not None and not 0 < int(port) < 65_536:
        raise InvalidSetting(f"There is no port {port}.", hint="It is a number up to 65535.", field="port")
    user = str(given.get("user") or "")
    return {"database": database, "host": host, "port": port, "user": user, "encryption": encryption}


def _checked_store(workspace: Workspace, given: Mapping[str, Any]) -> dict[str, Any]:
    names = ("bucket", "endpoint", "region", "key_id")
    bucket, endpoint, region, key_id = (str(given.get(name) or "").strip() for name in names)
    if not bucket or any(sign in bucket for sign in "/\\ ?#*"):
        raise InvalidSetting("An object store needs the name of a bucket.", hint="Give it alone.", field="bucket")
    if endpoint:
        _check_endpoint(endpoint)
    if region and not region.replace("-", "").isalnum():
        raise InvalidSetting(f"There is no region {region!r}.", hint="Write it like eu-central-1.", field="region")
    return {"bucket": bucket, "endpoint": endpoint.rstrip("/"), "region": region, "key_id": key_id}


def _check_endpoint(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, is_fine = urlsplit(""), False
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not is_fine or parts.scheme not in {"http", "https"} or not parts.hostname or extra:
        raise InvalidSetting(
            "The endpoint is no address.", hint="Write https://host, without a path or a password.", field="endpoint"
        )


def _check_secret_stays(before: Connection, settings: Mapping[str, Any], password: str | None) -> None:
    """A kept password must not be sent where someone else listens."""
    moved = [name for name in SECRET_GOES_TO if settings.get(name) != before.settings.get(name)]
    if before.secret and not password and moved:
        raise InvalidSetting(
            f"With another {moved[0].replace('_', ' ')} the password must be typed again.",
            hint="It is kept only for where it was given.",
            field="password",
        )


def _row(workspace: Workspace, name: str) -> Connection:
    with workspace.database.read() as uow:
        return uow.connections.by_name(name)


def _since(row: Connection, used: datetime | None) -> datetime | None:
    """A use counts when it was of this connection, and not of an earlier one of its name."""
    return used if used is not None and used >= row.created_at else None


def _view(row: Connection, used_at: datetime | None = None) -> ConnectionView:
    settings = {name: value for name, value in row.settings.items() if value not in ("", None)}
    return ConnectionView(
        name=row.name,
        kind=row.kind,
        settings=settings,
        has_password=row.secret is not None,
        writes=row.writes,
        used_at=used_at,
    )
