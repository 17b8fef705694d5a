"""Connections: how databases of others are reached. A password goes in and never comes out."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from engine.errors import InvalidSetting
from engine.service.views import View
from engine.workspace import Workspace
from storage.foreign import ENCRYPTION
from storage.foreign import test as ask
from storage.schema import Connection
from storage.secrets import encrypt
from storage.unit_of_work import UnitOfWork

Kind = Literal["sqlite", "postgresql", "mysql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql", "mysql")


class ConnectionView(View):
    """A connection without its password.

    Parameters
    ----------
    writes
        Whether outputs may write through it.
    """

    name: str
    kind: str
    settings: dict[str, Any] = Field(default_factory=dict)
    has_password: bool = False
    writes: bool = False


def add_connection(  # noqa: PLR0913  a connection is what all of these say
    workspace: Workspace,
    name: str,
    kind: str,
    database: str,
    *,
    host: str = "",
    port: int | None = None,
    user: str = "",
    password: str | None = None,
    encryption: str = "prefer",
    writes: bool = False,
) -> ConnectionView:
    """Keep a connection; its password is encrypted with the secret of the home.

    Parameters
    ----------
    database
        Its name; for SQLite the path of the file, in a folder that the settings allow.
    writes
        Whether outputs may write through it: nobody may unless this is said.

    Raises
    ------
    InvalidSetting, NameTaken, BadName
    """
    settings = _checked(workspace, kind, database, host, port, user, encryption)
    secret = encrypt(workspace.secret, password) if password else None

    def write(uow: UnitOfWork) -> Connection:
        made = uow.connections.add(name, kind, settings, secret, writes=writes)
        uow.audit.record("local", "connection added", f"connection {name}", {"kind": kind, "writes": writes})
        return made

    return _view(workspace.database.transact(write))


def list_connections(workspace: Workspace) -> list[ConnectionView]:
    """All connections, by name."""
    with workspace.database.read() as uow:
        return [_view(row) for row in uow.connections.list()]


def remove_connection(workspace: Workspace, name: str) -> None:
    """Forget a connection and its password.

    Raises
    ------
    NotFound
    """

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
    return ask(workspace.outside.foreign(name))


def _checked(
    workspace: Workspace, kind: str, database: str, host: str, port: int | None, user: str, encryption: str
) -> dict[str, Any]:
    if kind not in KINDS:
        raise InvalidSetting(f"There is no kind {kind!r}.", hint=f"Choose one of {', '.join(KINDS)}.", field="kind")
    if encryption not in ENCRYPTION:
        raise InvalidSetting(
            f"There is no encryption {encryption!r}.",
            hint=f"Choose one of {', '.join(ENCRYPTION)}.",
            field="encryption",
        )
    for what, value in (("database", database), ("host", host), ("user", user)):
        if not value.isprintable() or len(value) > 1_000:
            raise InvalidSetting(f"The {what} cannot be read.", hint="Type it again.", field=what)
    if kind == "sqlite":
        return {"database": str(workspace.outside.check_place(Path(database)))}
    # A host that is a path, or a list, would have a driver look elsewhere.
    if not host or not database or any(sign in host for sign in "/\\,@= ?&"):
        raise InvalidSetting("A server needs a host and a database.", hint="Give both, each by itself.", field="host")
    if any(sign in database for sign in "?&="):
        raise InvalidSetting("The name of a database holds no options.", hint="Give the name alone.", field="database")
    return {"database": database, "host": host, "port": port, "user": user, "encryption": encryption}


def _view(row: Connection) -> ConnectionView:
    settings = {name: value for name, value in row.settings.items() if value not in ("", None)}
    return ConnectionView(
        name=row.name, kind=row.kind, settings=settings, has_password=row.secret is not None, writes=row.writes
    )
