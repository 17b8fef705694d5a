"""Connections to databases and object stores of others."""

import os
from typing import Annotated, Any

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say

app = typer.Typer(
    help="Add, look at, test and remove connections to databases and object stores.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The connection.")]


Database = Annotated[str | None, typer.Option(help="The name of the database; for SQLite the path of the file.")]
Host = Annotated[str | None, typer.Option(help="The server.")]
Port = Annotated[int | None, typer.Option(help="Its port; the usual one unless given.")]
User = Annotated[str | None, typer.Option(help="Who asks; an account that may only read is best.")]
PasswordEnv = Annotated[
    str | None, typer.Option(help="The environment variable with the password, or with the secret of the key.")
]
Encryption = Annotated[str | None, typer.Option(help="prefer, require, verify-full or disable.")]
Bucket = Annotated[str | None, typer.Option(help="The bucket of an object store.")]
Endpoint = Annotated[str | None, typer.Option(help="Where a store other than Amazon's answers: https://host.")]
Region = Annotated[str | None, typer.Option(help="Its region, like eu-central-1.")]
KeyId = Annotated[str | None, typer.Option(help="The id of its access key; without one the bucket must be public.")]


@app.command("add")
@guarded
def connection_add(  # noqa: PLR0913, PLR0917  an argument is an option
    name: Annotated[str, typer.Argument(help="What it is called.")],
    kind: Annotated[str, typer.Option(help="sqlite, postgresql, mysql, mariadb, sqlserver, s3, or what is allowed.")],
    database: Database = None,
    host: Host = None,
    port: Port = None,
    user: User = None,
    password_env: PasswordEnv = None,
    encryption: Encryption = None,
    bucket: Bucket = None,
    endpoint: Endpoint = None,
    region: Region = None,
    key_id: KeyId = None,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let outputs write through it.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Keep a connection; its password is asked for unless given, encrypted, and never shown again."""
    from engine.service.data.connections import add_connection

    password = _password(password_env)
    if password is None and (user or key_id):
        password = typer.prompt("Password", hide_input=True, default="", show_default=False, err=True) or None
    given = _given(
        database=database, host=host, port=port, user=user, encryption=encryption, bucket=bucket, endpoint=endpoint,
        region=region, key_id=key_id,
    )  # fmt: skip
    made = add_connection(open_home(home), name, kind, **given, password=password, writes=allow_writes)
    print_json(made.model_dump(mode="json")) if as_json else say(f"{made.name} is kept.")


@app.command("edit")
@guarded
def connection_edit(  # noqa: PLR0913, PLR0917  an argument is an option
    name: Name,
    database: Database = None,
    host: Host = None,
    port: Port = None,
    user: User = None,
    password_env: PasswordEnv = None,
    encryption: Encryption = None,
    bucket: Bucket = None,
    endpoint: Endpoint = None,
    region: Region = None,
    key_id: KeyId = None,
    allow_writes: Annotated[
        bool | None, typer.Option("--allow-writes/--no-writes", help="Whether outputs may write through it.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change a connection; what is not given stays, the password too unless it would go elsewhere."""
    from engine.service.data.connections import edit_connection

    given = _given(
        database=database, host=host, port=port, user=user, encryption=encryption, bucket=bucket, endpoint=endpoint,
        region=region, key_id=key_id,
    )  # fmt: skip
    made = edit_connection(open_home(home), name, given, password=_password(password_env), writes=allow_writes)
    print_json(made.model_dump(mode="json")) if as_json else say(f"{made.name} is changed.")


def _password(variable: str | None) -> str | None:
    from engine.errors import InvalidSetting

    if variable and variable not in os.environ:
        raise InvalidSetting(f"There is no environment variable {variable}.", hint="Set it first.")
    return os.environ[variable] if variable else None


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


@app.command("list")
@guarded
def connection_list(home: Home = None, as_json: AsJson = False) -> None:
    """List connections, without their passwords."""
    from engine.service.data.connections import list_connections

    found = list_connections(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        say(f"{view.name:24} {view.kind:12} {'reads and writes' if view.writes else 'reads':18} {view.place}")


@app.command("tables")
@guarded
def connection_tables(
    name: Name,
    search: Annotated[str, typer.Argument(help="Part of a name; a prefix or a pattern for an object store.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the tables that a connection shows, or the objects."""
    from dataclasses import asdict

    from engine.service.data.connections import browse_objects, browse_tables, get_connection

    workspace = open_home(home)
    if get_connection(workspace, name).is_store:
        objects = browse_objects(workspace, name, search)
        if as_json:
            print_json([asdict(it) for it in objects])
            return
        for stored in objects:
            say(f"{stored.bytes:>14,} bytes  {stored.key}")
        return
    tables = browse_tables(workspace, name, search)
    if as_json:
        print_json([asdict(it) for it in tables])
        return
    for table in tables:
        rows = f"about {table.rows:,} rows" if table.rows is not None else ""
        say(f"{f'{table.folder}.' if table.folder else ''}{table.name:40} {'view' if table.is_view else rows}")


@app.command("test")
@guarded
def connection_test(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Ask the database or store behind a connection whether it answers."""
    from engine.service.data.connections import test_connection

    answer = test_connection(open_home(home), name)
    print_json({"connection": name, "server": answer}) if as_json else say(f"{name}: {answer}")


@app.command("remove")
@guarded
def connection_remove(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Forget a connection and its password; refused while something uses it."""
    from engine.service.data.connections import remove_connection

    remove_connection(open_home(home), name)
    print_json({"removed": name}) if as_json else say(f"{name} is forgotten.")
