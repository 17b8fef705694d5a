"""Connections to databases of others."""

import os
from typing import Annotated

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say

app = typer.Typer(help="Add, look at, test and remove connections to databases.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The connection.")]


@app.command("add")
@guarded
def connection_add(  # noqa: PLR0913, PLR0917  an argument is an option
    name: Annotated[str, typer.Argument(help="What it is called.")],
    kind: Annotated[str, typer.Option(help="sqlite, postgresql or mysql.")],
    database: Annotated[str, typer.Option(help="The name of the database; for SQLite the path of the file.")],
    host: Annotated[str, typer.Option(help="The server.")] = "",
    port: Annotated[int | None, typer.Option(help="Its port; the usual one unless given.")] = None,
    user: Annotated[str, typer.Option(help="Who asks; an account that may only read is best.")] = "",
    password_env: Annotated[
        str | None, typer.Option(help="The environment variable with the password; asked for unless given.")
    ] = None,
    encryption: Annotated[str, typer.Option(help="prefer, require, verify-full or disable.")] = "prefer",
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let outputs write through it.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Keep a connection; its password is encrypted and never shown again."""
    from engine.errors import InvalidSetting
    from engine.service.connections import add_connection

    if password_env and password_env not in os.environ:
        raise InvalidSetting(f"There is no environment variable {password_env}.", hint="Set it first.")
    password = os.environ.get(password_env) if password_env else None
    if password is None and user:
        password = typer.prompt("Password", hide_input=True, default="", show_default=False, err=True) or None
    made = add_connection(
        open_home(home), name, kind, database, host=host, port=port, user=user, password=password,
        encryption=encryption, writes=allow_writes,
    )  # fmt: skip
    print_json(made.model_dump(mode="json")) if as_json else say(f"{made.name} is kept.")


@app.command("list")
@guarded
def connection_list(home: Home = None, as_json: AsJson = False) -> None:
    """List connections, without their passwords."""
    from engine.service.connections import list_connections

    found = list_connections(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        about = ", ".join(f"{name} {value}" for name, value in view.settings.items())
        say(f"{view.name:24} {view.kind:12} {'reads and writes' if view.writes else 'reads':18} {about}")


@app.command("test")
@guarded
def connection_test(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Ask the database behind a connection whether it answers."""
    from engine.service.connections import test_connection

    answer = test_connection(open_home(home), name)
    print_json({"connection": name, "server": answer}) if as_json else say(f"{name}: {answer}")


@app.command("remove")
@guarded
def connection_remove(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Forget a connection and its password."""
    from engine.service.connections import remove_connection

    remove_connection(open_home(home), name)
    print_json({"removed": name}) if as_json else say(f"{name} is forgotten.")
