"""Take models to other programs."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait


@guarded
def model_export(
    reference: Annotated[str, typer.Argument(help="NAME or NAME:VERSION.")],
    to: Annotated[Path, typer.Option("--to", help="The folder to put the file or folder into.")],
    format: Annotated[str, typer.Option("--format", help="skops, onnx, mlflow or bundle.")] = "bundle",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a model for other programs, once it has proved to answer the same there."""
    from typing import get_args

    from engine.serve.exports.formats import Name
    from engine.service.modelling.model_exports import keep_model_export, start_model_export
    from engine.service.modelling.models import split_reference

    if format not in get_args(Name):
        raise typer.BadParameter(f"{format!r} is no format: choose {', '.join(get_args(Name))}.")
    workspace = open_home(home)
    result = wait(workspace, start_model_export(workspace, *split_reference(reference), format))
    path = keep_model_export(workspace, result, to)
    if as_json:
        told = {name: result[name] for name in ("model", "version", "format", "bytes", "proof", "use", "needs")}
        print_json({**told, "path": str(path)})
        return
    proof = result["proof"]
    say(f"{path}: {result['model']} v{result['version']} as {format}")
    say(f"{proof['rows']:,} rows answered as the model does, largest difference {proof['max_difference']:.2g}")
