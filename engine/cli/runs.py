"""Run pipelines; look at runs and cancel them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.given import pairs, read_pipeline
from engine.cli.shared import (
    AsJson,
    Home,
    JobFailed,
    fail,
    guarded,
    main_metric,
    open_home,
    print_json,
    say,
    wait,
)

app = typer.Typer(help="Look at and cancel runs.", no_args_is_help=True)


@guarded
def run(
    pipeline: Annotated[str, typer.Argument(help="A YAML file, or the name of a pipeline.")],
    param: Annotated[list[str] | None, typer.Option("--param", help="A pipeline parameter: name=value.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Run only up to this node.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Do not wait.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Run a pipeline and wait for it."""
    from engine.service import runs as service
    from engine.service.pipelines import drawn, find_draft, import_pipeline

    params = pairs(param, "--param")
    workspace = open_home(home)
    is_file = Path(pipeline).suffix in (".yaml", ".yml", ".json") or Path(pipeline).is_file()
    draft = import_pipeline(workspace, read_pipeline(Path(pipeline))) if is_file else find_draft(workspace, pipeline)
    run_id = service.start_run(workspace, draft.pipeline_id, drawn(draft), target=to, params=params)
    job_id = service.job_of(workspace, run_id)
    if detach or job_id is None:
        print_json({"run": run_id}) if as_json else say(f"Run {run_id} is queued.")
        return
    try:
        wait(workspace, job_id)
    except JobFailed as failed:
        fail(failed.error, as_json=as_json, **run_data(service.get_run(workspace, run_id)))
    view = service.get_run(workspace, run_id)
    print_json(run_data(view)) if as_json else print_run(view)


@app.command("list")
@guarded
def runs_list(home: Home = None, as_json: AsJson = False) -> None:
    """List runs, newest first."""
    from engine.service.runs import list_runs

    found = list_runs(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"nodes"}) for view in found])
        return
    for view in found:
        say(f"{view.id}  {view.pipeline:24} run {view.number:<4} {view.status:10} {view.seconds or 0:8.1f} s")


@app.command("show")
@guarded
def runs_show(
    run_id: Annotated[str, typer.Argument(help="The run's id.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Show what each node of a run did."""
    from engine.service.runs import get_run

    view = get_run(open_home(home), run_id)
    print_json(run_data(view)) if as_json else print_run(view)


@app.command("cancel")
@guarded
def runs_cancel(
    run_id: Annotated[str, typer.Argument(help="The run's id.")], home: Home = None, as_json: AsJson = False
) -> None:
    """End a run."""
    from engine.service.runs import cancel_run, get_run

    workspace = open_home(home)
    cancel_run(workspace, run_id)
    status = get_run(workspace, run_id).status
    print_json({"run": run_id, "status": status}) if as_json else say("The run is being cancelled.")


def run_data(view: Any) -> dict[str, Any]:
    shown = {"node", "status", "rows_in", "rows_out", "seconds", "memory_mb", "cached", "message"}
    return {
        "run": view.id,
        "number": view.number,
        "pipeline": view.pipeline,
        "pipeline_version": view.pipeline_version,
        "status": view.status,
        "seconds": view.seconds,
        "reused": view.reused,
        "nodes": [node.model_dump(mode="json", include=shown) for node in view.nodes],
        "models": view.models,
    }


def print_run(view: Any) -> None:
    for node in view.nodes:
        state = "cached" if node.cached else node.status
        rows = f"{node.rows_out:,}" if node.rows_out is not None else ""
        say(f"  {node.title:32} {state:10} {rows:>12} rows {node.seconds or 0:8.2f} s")
    say(f"{view.pipeline} run {view.number}: {view.status} in {view.seconds or 0:.1f} s")
    for model in view.models:
        say(f"  {model['model']} v{model['version']}: {main_metric(model['metrics'])}")
