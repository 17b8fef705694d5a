"""The command line. With ``--json``, standard output is exactly one JSON document; progress goes to standard error."""

import typer

from engine.cli import datasets, endpoints, home, models, pipelines, runs

app = typer.Typer(
    name="canvasback",
    help="Draw a machine-learning pipeline, run it on DuckDB, publish the model as an endpoint.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (home.up, home.ui, home.api, home.worker, home.demo, home.components, runs.run):
    app.command()(command)
for name, group in (
    ("dataset", datasets),
    ("pipeline", pipelines),
    ("runs", runs),
    ("model", models),
    ("endpoint", endpoints),
):
    app.add_typer(group.app, name=name)
for command in (endpoints.predict, endpoints.openapi):
    app.command()(command)


def main() -> None:
    """Run the command line; exit 0 when done, 1 when it failed, 2 when it was used wrongly."""
    app()


if __name__ == "__main__":
    main()
