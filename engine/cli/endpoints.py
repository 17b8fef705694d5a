"""Publish models and manage endpoints."""

import json
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait

app = typer.Typer(help="Publish models and manage endpoints.", no_args_is_help=True)
keys = typer.Typer(help="Keys of an endpoint.", no_args_is_help=True)
app.add_typer(keys, name="key")


@app.command("publish")
@guarded
def endpoint_publish(
    reference: Annotated[str, typer.Argument(help="The model: NAME or NAME:VERSION.")],
    name: Annotated[str, typer.Option("--name", help="The endpoint.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Publish a model version, once it has proved to answer as its training run did."""
    from engine.service import endpoints as service
    from engine.service.models import split_reference

    workspace = open_home(home)
    model, version = split_reference(reference)
    result = wait(workspace, service.start_publish(workspace, model, version, name))
    result["url"] = service.url_of(workspace, result["endpoint"])
    key = service.first_key(workspace, result["endpoint"])
    if key:
        result["key"] = key
    if as_json:
        print_json(result)
        return
    parity = result["parity"]
    say(f"{result['endpoint']} answers with {result['model']} v{result['version']} at {result['url']}")
    say(f"{parity['rows']} stored rows replayed, largest difference {parity['max_difference']:.2g}")
    if key:
        say(f"Key (shown once): {key}")


@app.command("list")
@guarded
def endpoint_list(home: Home = None, as_json: AsJson = False) -> None:
    """List endpoints."""
    from engine.service.endpoints import list_endpoints

    found = list_endpoints(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"sample", "fields", "keys"}) for view in found])
        return
    for view in found:
        say(f"{view.name:30} {view.status:8} {view.model} v{view.version}")


@app.command("rollback")
@guarded
def endpoint_rollback(
    name: Annotated[str, typer.Argument(help="The endpoint.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Let the model that answered before answer again."""
    from engine.service.endpoints import roll_back

    view = roll_back(open_home(home), name)
    if as_json:
        print_json({"endpoint": view.name, "model": view.model, "version": view.version, "url": view.url})
    else:
        say(f"{view.name} answers with {view.model} v{view.version} again.")


@app.command("retire")
@guarded
def endpoint_retire(
    name: Annotated[str, typer.Argument(help="The endpoint.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Stop answering for good."""
    from engine.service.endpoints import retire_endpoint

    retire_endpoint(open_home(home), name)
    print_json({"endpoint": name, "status": "retired"}) if as_json else say(f"{name} is retired.")


@keys.command("create")
@guarded
def key_create(
    name: Annotated[str, typer.Argument(help="The endpoint.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Make a new key; it is shown once."""
    from engine.service.endpoints import create_key

    key = create_key(open_home(home), name)
    print_json({"endpoint": name, "key": key}) if as_json else say(key)


@keys.command("list")
@guarded
def key_list(
    name: Annotated[str, typer.Argument(help="The endpoint.")], home: Home = None, as_json: AsJson = False
) -> None:
    """List an endpoint's keys by their beginnings."""
    from engine.service.endpoints import get_endpoint

    found = get_endpoint(open_home(home), name).keys
    if as_json:
        print_json([key.model_dump(mode="json") for key in found])
        return
    for key in found:
        used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        say(f"{key.id}  {key.prefix}…  {'revoked' if key.revoked_at else used}")


@keys.command("revoke")
@guarded
def key_revoke(
    name: Annotated[str, typer.Argument(help="The endpoint.")],
    key_id: Annotated[str, typer.Argument(help="The key's id, from `key list`.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Refuse a key from now on."""
    from engine.service.endpoints import revoke_key

    revoke_key(open_home(home), name, key_id)
    print_json({"endpoint": name, "revoked": key_id}) if as_json else say("The key is refused from now on.")


@guarded
def predict(
    endpoint: Annotated[str, typer.Argument(help="The endpoint.")],
    given: Annotated[Path, typer.Option("--input", help="Records as .json, .csv or .parquet.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Answer records with an endpoint's model, by the endpoint's own code."""
    from engine.service.endpoints import predict as answer
    from engine.service.records import read_records

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
