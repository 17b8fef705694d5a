"""Show and change how an endpoint answers."""

from typing import Annotated

import typer

from engine.cli.endpoints import app
from engine.cli.given import named
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say


@app.command("settings")
@guarded
def endpoint_settings(
    endpoint: Annotated[str, typer.Argument(help="The endpoint.")],
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting and its value, e.g. strict=no, masked=age,name, requests_per_minute=60."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show how an endpoint answers, or change it."""
    from engine.service.serving.endpoint_settings import change_endpoint_settings, get_endpoint_settings, read_changes

    given = read_changes(named(changes, "--set"))
    workspace = open_home(home)
    if given:
        change_endpoint_settings(workspace, endpoint, given)
    found = get_endpoint_settings(workspace, endpoint)
    if as_json:
        print_json({"endpoint": endpoint, **found.model_dump(mode="json")})
        return
    for name, value in found.model_dump().items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        say(f"{name:20} {'none' if shown in (None, '') else shown}")
        say(f"    {type(found).model_fields[name].description}")
