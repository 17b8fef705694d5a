"""Look at models."""

from typing import Annotated

import typer

from engine.cli.shared import AsJson, Home, guarded, main_metric, open_home, print_json, say

app = typer.Typer(help="Look at models.", no_args_is_help=True)


@app.command("list")
@guarded
def model_list(home: Home = None, as_json: AsJson = False) -> None:
    """List models."""
    from engine.service.models import list_models

    found = list_models(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"report"}) for view in found])
        return
    for view in found:
        say(f"{view.model:30} v{view.version}  {view.task}  {main_metric(view.metrics)}")


@app.command("show")
@guarded
def model_show(
    reference: Annotated[str, typer.Argument(help="NAME or NAME:VERSION.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Show a model's metrics, inputs and lineage."""
    from engine.service.models import get_model, split_reference

    view = get_model(open_home(home), *split_reference(reference))
    if as_json:
        print_json(view.model_dump(mode="json"))
        return
    say(f"{view.model} v{view.version}: {view.task}{f' of {view.target}' if view.target else ''}")
    for metric, value in view.metrics.items():
        beside = f"   baseline {view.baseline[metric]:10.4f}" if metric in view.baseline else ""
        say(f"  {metric:20} {value:10.4f}{beside}")
