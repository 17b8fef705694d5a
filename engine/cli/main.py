"""The command line. With ``--json``, standard output is exactly one JSON document; progress goes to standard error."""

import sys

import typer

import engine.cli.deployments
import engine.cli.endpoint_settings
import engine.cli.feedback
import engine.cli.keys
import engine.cli.loop
import engine.cli.model_comparison
import engine.cli.model_explanations
import engine.cli.pipeline_versions
import engine.cli.publications
import engine.cli.receipts
import engine.cli.registry
import engine.cli.run_table
import engine.cli.scoring
import engine.cli.versions  # noqa: F401  these add commands to other groups
from engine.cli import (
    alerts,
    apply,
    beginnings,
    connections,
    datasets,
    endpoints,
    home,
    model_exports,
    models,
    pipelines,
    runs,
    syncs,
    upkeep,
)
from engine.cli.shared import WRONG_USE, Told, print_json

app = typer.Typer(
    name="canvasback",
    help="Draw a machine-learning pipeline, run it on DuckDB, publish the model as an endpoint.",
    epilog="Every command takes --home DIR and, where it has something to tell, --json.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (home.up, home.ui, home.api, home.worker, home.demo, home.components, runs.run):
    app.command()(command)
datasets.app.command("sync")(syncs.dataset_sync)
datasets.app.command("trigger")(syncs.dataset_trigger)
models.app.command("export")(model_exports.model_export)
pipelines.app.command("build")(beginnings.pipeline_build)
pipelines.app.command("begin")(beginnings.pipeline_begin)
pipelines.app.command("templates")(beginnings.pipeline_templates)
for name, group in (
    ("dataset", datasets),
    ("pipeline", pipelines),
    ("runs", runs),
    ("model", models),
    ("endpoint", endpoints),
    ("connection", connections),
    ("alerts", alerts),
):
    app.add_typer(group.app, name=name)
for command in (endpoints.predict, endpoints.openapi, apply.apply, upkeep.doctor, upkeep.gc):
    app.command()(command)


def main() -> None:
    """Run the command line; exit 0 when done, 1 when it failed, 2 when it was used wrongly."""
    given = arranged(sys.argv[1:])
    try:
        app(args=given)
    except Told:
        raise
    except SystemExit as stop:
        if stop.code == WRONG_USE and "--json" in given:
            print_json({"error": {"code": "wrong_use", "message": "See standard error.", "hint": ""}})
        raise


def arranged(given: list[str]) -> list[str]:
    """The arguments with ``--home`` and ``--json`` at their end, so that they may stand anywhere.

    >>> arranged(["--home", "/tmp/h", "dataset", "--json", "list"])
    ['dataset', 'list', '--home', '/tmp/h', '--json']
    """
    rest: list[str] = []
    shared: list[str] = []
    waiting = iter(given)
    for argument in waiting:
        if argument == "--":
            return [*rest, *shared, "--", *waiting]
        if argument == "--home":
            shared += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument == "--json" or argument.startswith("--home="):
            shared.append(argument)
        else:
            rest.append(argument)
    return [*rest, *shared]


if __name__ == "__main__":
    main()
