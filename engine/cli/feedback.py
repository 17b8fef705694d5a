"""Tell an endpoint what turned out to be true."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli import endpoints
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say


@endpoints.app.command("feedback")
@guarded
def endpoint_feedback(
    endpoint: Annotated[str, typer.Argument(help="The endpoint.")],
    given: Annotated[Path, typer.Option("--input", help="Ids and true values as .json, .csv or .parquet.")],
    replace: Annotated[bool, typer.Option("--replace", help="Change values that are known already.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Note what turned out to be true for predictions, by their ids (columns `id` and `value`)."""
    from engine.service.serving.feedback_files import give_file

    told = give_file(open_home(home), endpoint, given, replace=replace)
    if as_json:
        print_json(told.model_dump(mode="json"))
        return
    say(f"{told.kept} kept, {told.repeated} known already, {told.replaced} replaced, {told.refused} refused.")
    for problem in told.problems:
        say(f"{problem.outcome}: {problem.id} {problem.message}", err=True)
