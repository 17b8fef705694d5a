"""Endpoints: list them, ask them, keys; what answers them changes in `publications` and `deployments`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say
from engine.cli.watching import endpoint_watch

app = typer.Typer(help="Publish models and manage endpoints.", no_args_is_help=True)
app.command("watch")(endpoint_watch)


@app.command("list")
@guarded
def endpoint_list(home: Home = None, as_json: AsJson = False) -> None:
    """List endpoints."""
    from engine.service.serving.endpoints import list_endpoints

    found = list_endpoints(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"sample", "fields", "keys"}) for view in found])
        return
    for view in found:
        say(f"{view.name:30} {view.status:8} {view.model} v{view.version}")


@guarded
def predict(
    endpoint: Annotated[str, typer.Argument(help="The endpoint.")],
    given: Annotated[Path, typer.Option("--input", help="Records as .json, .csv or .parquet.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Answer records with an endpoint's model, by the endpoint's own code."""
    from engine.service.serving.endpoints import predict as answer
    from engine.service.serving.records import read_records

    workspace = open_home(home)
    records, left_out = read_records(workspace, endpoint, given)
    if left_out:
        say(f"Not used by the model: {', '.join(left_out)}", err=True)
    told = answer(workspace, endpoint, records)
    if as_json:
        print_json(told)
        return
    for row in told["predictions"]:
        say(json.dumps(row["prediction"], ensure_ascii=False))


@guarded
def openapi(home: Home = None, as_json: AsJson = True) -> None:
    """Print the API's OpenAPI document, with the fields of every endpoint."""
    from engine.api.app import make_app

    app = make_app(open_home(home))
    app.state.deployed.refresh()
    print_json(app.openapi())
