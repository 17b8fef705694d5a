"""Keys of an endpoint."""

from typing import Annotated

import typer

from engine.cli import endpoints
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say

app = typer.Typer(help="Keys of an endpoint.", no_args_is_help=True)
endpoints.app.add_typer(app, name="key")

Endpoint = Annotated[str, typer.Argument(help="The endpoint.")]


@app.command("create")
@guarded
def key_create(
    endpoint: Endpoint,
    name: Annotated[str, typer.Option("--name", help="Who uses it, for what.")] = "",
    days: Annotated[
        int | None, typer.Option("--days", help="It expires after so many days; never unless given.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a new key; it is shown once."""
    from engine.service.serving.keys import create_key

    key = create_key(open_home(home), endpoint, name, days)
    print_json({"endpoint": endpoint, "key": key}) if as_json else say(key)


@app.command("list")
@guarded
def key_list(endpoint: Endpoint, home: Home = None, as_json: AsJson = False) -> None:
    """List an endpoint's keys by their beginnings, with what was asked today."""
    from engine.service.serving.keys import list_keys

    found = list_keys(open_home(home), endpoint)
    if as_json:
        print_json([key.model_dump(mode="json") for key in found])
        return
    for key in found:
        used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        end = f"expires {key.expires_at:%Y-%m-%d %H:%M}" if key.expires_at else "does not expire"
        state = "revoked" if key.revoked_at else "expired" if key.is_expired else f"{end}, {used}"
        say(f"{key.id}  {key.prefix}…  {key.name or '–':20} {key.records_today:>8,} records today  {state}")


@app.command("revoke")
@guarded
def key_revoke(
    endpoint: Endpoint,
    key_id: Annotated[str, typer.Argument(help="The key's id, from `key list`.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Refuse a key from now on."""
    from engine.service.serving.keys import revoke_key

    revoke_key(open_home(home), endpoint, key_id)
    print_json({"endpoint": endpoint, "revoked": key_id}) if as_json else say("The key is refused from now on.")
