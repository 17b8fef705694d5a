"""Run pipelines; look at runs, compare and cancel them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.given import is_file, named, parameters, read_pipeline
from engine.cli.shared import (
    AsJson,
    Home,
    JobFailed,
    fail,
    guarded,
    open_home,
    print_json,
    say,
    wait,
)
from engine.cli.told_runs import comparison_data, print_comparison, print_run, run_data
from engine.cli.told_score_changes import print_why, why_data

app = typer.Typer(help="Look at, compare, stop and cancel runs.", no_args_is_help=True)


@guarded
def run(  # noqa: PLR0913, PLR0917  an argument is an option
    pipeline: Annotated[str, typer.Argument(help="A YAML file, or the name of a pipeline.")],
    param: Annotated[list[str] | None, typer.Option("--param", help="A pipeline parameter: name=value.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Run only up to this node.")] = None,
    memory_mb: Annotated[int | None, typer.Option("--memory-mb", help="Memory the run may take, in MB.")] = None,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Time the run may take, in seconds.")] = None,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads of the run.")] = None,
    temp_mb: Annotated[int | None, typer.Option("--temp-mb", help="Disk it may take beyond memory, in MB.")] = None,
    backend: Annotated[str, typer.Option("--backend", help="What computes it: duckdb or spark.")] = "duckdb",
    detach: Annotated[bool, typer.Option("--detach", help="Do not wait.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Run a pipeline and wait for it."""
    from engine.limits import read_limits
    from engine.service.building.pipelines import drawn, find_draft, import_pipeline
    from engine.service.running import runs as service

    named(param, "--param")  # what is no name=value is told before anything else
    limits = read_limits(memory_mb=memory_mb, timeout_seconds=timeout, threads=threads, temp_mb=temp_mb)
    workspace = open_home(home)
    is_new = is_file(pipeline)
    draft = import_pipeline(workspace, read_pipeline(Path(pipeline))) if is_new else find_draft(workspace, pipeline)
    asked = drawn(draft)
    params = parameters(param, asked)
    how: dict[str, Any] = {"target": to, "params": params, "limits": limits, "backend": backend, "made_by": "cli"}
    run_id = service.start_run(workspace, draft.pipeline_id, asked, **how)
    job_id = service.job_of(workspace, run_id)
    if detach or job_id is None:
        print_json({"run": run_id}) if as_json else say(f"Run {run_id} is queued.")
        return
    try:
        wait(workspace, job_id, lambda: service.get_run(workspace, run_id))
    except JobFailed as failed:
        fail(failed.error, as_json=as_json, **run_data(service.get_run(workspace, run_id)))
    view = service.get_run(workspace, run_id)
    print_json(run_data(view)) if as_json else print_run(view)


@app.command("show")
@guarded
def runs_show(
    run_id: Annotated[str, typer.Argument(help="The run's id.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Show what each node of a run did."""
    from engine.service.running.runs import get_run

    view = get_run(open_home(home), run_id)
    print_json(run_data(view)) if as_json else print_run(view)


@app.command("fetch")
@guarded
def runs_fetch(
    run_id: Annotated[str, typer.Argument(help="The run's id.")],
    node: Annotated[str, typer.Argument(help="The node that exported a file, or made a report.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Where to put it; under its own name here unless given.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a file that a run has made."""
    import shutil

    from engine.errors import NameTaken
    from engine.service.running.runs import made_file

    name, path = made_file(open_home(home), run_id, node)
    target = to / name if to and to.is_dir() else to or Path(name)
    if target.exists():
        raise NameTaken(f"There is a file {target} already.", hint="Choose another place with --to.")
    shutil.copyfile(path, target)
    print_json({"file": str(target.absolute()), "bytes": target.stat().st_size}) if as_json else say(f"{target}")


@app.command("compare")
@guarded
def runs_compare(
    left: Annotated[str, typer.Argument(help="The first run's id.")],
    right: Annotated[str, typer.Argument(help="The second run's id.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Compare two runs: what was different, each node's figures, the models' metrics."""
    from engine.service.running.comparison import compare_runs

    found = compare_runs(open_home(home), left, right)
    print_json(comparison_data(found)) if as_json else print_comparison(found)


@app.command("why")
@guarded
def runs_why(
    left: Annotated[str, typer.Argument(help="The first run's id.")],
    right: Annotated[str, typer.Argument(help="The second run's id.")],
    node: Annotated[str | None, typer.Option("--node", help="The model node, where there are several.")] = None,
    metric: Annotated[str | None, typer.Option("--metric", help="The metric; the main one unless given.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say why the score changed from one run to another: data, params, seed, drawing, libraries.

    Mixtures of both runs are computed to find out; what is kept from earlier runs is reused.
    """
    from engine.service.running.score_changes import find_score_change, start_score_change

    workspace = open_home(home)
    found = find_score_change(workspace, left, right, node, metric)
    if found is None:
        wait(workspace, start_score_change(workspace, left, right, node))
        found = find_score_change(workspace, left, right, node, metric)
    if found is not None:
        print_json(why_data(found)) if as_json else print_why(found)


@app.command("cancel")
@guarded
def runs_cancel(
    run_id: Annotated[str, typer.Argument(help="The run's id.")], home: Home = None, as_json: AsJson = False
) -> None:
    """End a run."""
    from engine.service.running.runs import cancel_run, get_run

    workspace = open_home(home)
    cancel_run(workspace, run_id)
    status = get_run(workspace, run_id).status
    print_json({"run": run_id, "status": status}) if as_json else say("The run is being cancelled.")


@app.command("stop")
@guarded
def runs_stop(
    run_id: Annotated[str, typer.Argument(help="The run's id.")],
    node: Annotated[str | None, typer.Argument(help="The node that searches; all of them unless given.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """End the searches of a run after the fit at hand; it goes on with the best that was found."""
    from engine.service.running.runs import get_run
    from engine.service.running.searches import searching, stop_search

    workspace = open_home(home)
    nodes = [node] if node else [one.node for one in searching(get_run(workspace, run_id))]
    for one in nodes:
        stop_search(workspace, run_id, one)
    told = f"Stopping {', '.join(nodes)}." if nodes else "Nothing is searched now."
    print_json({"run": run_id, "stopping": nodes}) if as_json else say(told)
