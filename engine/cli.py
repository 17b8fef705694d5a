"""The command line. With ``--json``, standard output is exactly one JSON document; progress goes to standard error."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn

import click
import typer

from engine.errors import PEOPLE_ERRORS, CanvasbackError, PipelineProblems, error_data
from engine.settings import Settings

app = typer.Typer(
    name="canvasback",
    help="Draw a machine-learning pipeline, run it on DuckDB, publish the model as an endpoint.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
datasets = typer.Typer(help="Import and look at datasets.", no_args_is_help=True)
pipelines = typer.Typer(help="Check, import and export pipelines.", no_args_is_help=True)
runs = typer.Typer(help="Look at and cancel runs.", no_args_is_help=True)
models = typer.Typer(help="Look at models.", no_args_is_help=True)
endpoints = typer.Typer(help="Publish models and manage endpoints.", no_args_is_help=True)
keys = typer.Typer(help="Keys of an endpoint.", no_args_is_help=True)
for name, group in (
    ("dataset", datasets),
    ("pipeline", pipelines),
    ("runs", runs),
    ("model", models),
    ("endpoint", endpoints),
):
    app.add_typer(group, name=name)
endpoints.add_typer(keys, name="key")

Home = Annotated[Path | None, typer.Option("--home", help="The directory of the installation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def main() -> None:
    """Run the command line; exit 0 when done, 1 when it failed, 2 when it was used wrongly."""
    app()


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Tell an expected error in words instead of a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except PEOPLE_ERRORS as error:
            fail(error_data(error), as_json=bool(kwargs.get("as_json")))

    return run


def fail(error: dict[str, Any], *, as_json: bool, **more: Any) -> NoReturn:
    """Print an error and end with exit code 1."""
    if as_json:
        print_json({**more, "error": error})
    where = f" [{error['node']}]" if error.get("node") else ""
    hint = f"\n{error['hint']}" if error.get("hint") else ""
    typer.secho(f"{error['message']}{where}{hint}", fg="red", err=True)
    raise typer.Exit(1)


def print_json(document: Any) -> None:
    """Print the one JSON document."""
    typer.echo(json.dumps(document, ensure_ascii=False, default=str))


def open_home(home: Path | None) -> Any:
    """The workspace a command works in."""
    from engine.service import open_workspace

    return open_workspace(Settings(home=home) if home else Settings())


def wait(workspace: Any, job_id: str) -> dict[str, Any]:
    """Wait for a job with progress on standard error.

    Returns
    -------
    dict
        The job's result; ends the command when it failed.
    """
    from engine.service.jobs import wait_for_job

    told = ""

    def show(job: Any) -> None:
        nonlocal told
        share = f"{job.progress:4.0%} " if job.progress is not None else ""
        line = f"{share}{job.message or job.status}"
        if line != told:
            told = line
            typer.echo(line, err=True)

    job = wait_for_job(workspace, job_id, show)
    if job.status != "succeeded":
        raise JobFailed(job.error or {"code": job.status, "message": f"The job was {job.status}.", "hint": ""})
    return job.result or {}


class JobFailed(Exception):
    """A job that this command waited for did not succeed."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


# --- everything ------------------------------------------------------------------------------------------------------


@app.command()
@guarded
def up(
    home: Home = None,
    ui_port: Annotated[int | None, typer.Option(help="Port of the UI.")] = None,
    api_port: Annotated[int | None, typer.Option(help="Port of the API.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Put a sample in, if the home is new.")] = False,
) -> None:
    """Start the UI, the API and the workers on loopback; Ctrl-C stops them together."""
    from engine.supervise import supervise

    given = {"home": home, "ui_port": ui_port, "api_port": api_port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    raise typer.Exit(supervise(settings, demo=demo))


@app.command()
@guarded
def ui(home: Home = None) -> None:
    """Start the UI alone."""
    from engine.supervise import run_ui

    run_ui(Settings(home=home) if home else Settings())


@app.command()
@guarded
def api(home: Home = None) -> None:
    """Start the API alone."""
    from engine.serve.app import run_api

    run_api(Settings(home=home) if home else Settings())


@app.command()
@guarded
def worker(home: Home = None) -> None:
    """Start one worker."""
    from engine.supervise import run_worker

    run_worker(Settings(home=home) if home else Settings())


@app.command()
@guarded
def demo(home: Home = None, as_json: AsJson = False) -> None:
    """Fill a home with a sample dataset, a pipeline, a model and an endpoint."""
    from engine.service.demo import make_demo

    with _json_errors(as_json):
        made = make_demo(open_home(home), wait)
        print_json(made) if as_json else typer.echo(f"Made {', '.join(made.values())}.")


@app.command()
@guarded
def components(
    key: Annotated[str | None, typer.Argument(help="One component.")] = None, as_json: AsJson = False
) -> None:
    """List what nodes can be: ports, params, help."""
    from engine.service.components import describe_component, list_components

    if key:
        found = describe_component(key)
        print_json(found) if as_json else _print_component(found)
        return
    listed = list_components()
    if as_json:
        print_json(listed)
        return
    for found in listed:
        typer.echo(f"{found['key']:36} {found['about']}")


def _print_component(found: dict[str, Any]) -> None:
    typer.secho(f"{found['title']} ({found['key']})", bold=True)
    typer.echo(found["help"] + "\n")
    for name, schema in found["params"].get("properties", {}).items():
        typer.echo(f"  {name:20} {schema.get('description', '')}")


# --- datasets --------------------------------------------------------------------------------------------------------


@datasets.command("import")
@guarded
def dataset_import(
    source: Annotated[Path, typer.Argument(help="The file.")],
    name: Annotated[str | None, typer.Option("--name", help="The dataset's name; the file's unless given.")] = None,
    read_as: Annotated[
        list[str] | None, typer.Option("--read-as", help="How to read it, e.g. delimiter=';' or encoding=latin-1.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Import a file as a new dataset, or as the next version of one."""
    from engine.service.datasets import start_import, suggested_name

    overrides = _pairs(read_as, "--read-as")
    workspace = open_home(home)
    with _json_errors(as_json):
        result = wait(
            workspace,
            start_import(workspace, source, name or suggested_name(source.name), overrides=overrides),
        )
        if as_json:
            print_json(result)
            return
        typer.echo(
            f"{result['dataset']} v{result['version']}: {result['rows']:,} rows, {len(result['columns'])} columns"
        )
        for finding in result["findings"]:
            typer.echo(f"  {finding['severity']}: {finding['message']}")


@datasets.command("list")
@guarded
def dataset_list(home: Home = None, as_json: AsJson = False) -> None:
    """List datasets."""
    from engine.service.datasets import list_datasets

    found = list_datasets(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"findings"}) for view in found])
        return
    for view in found:
        typer.echo(f"{view.name:30} v{view.version}  {view.rows or 0:>12,} rows  {len(view.columns)} columns")


@datasets.command("show")
@guarded
def dataset_show(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    version: Annotated[int | None, typer.Option(help="A version; the latest unless given.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show a dataset's columns and findings."""
    from engine.service.datasets import get_dataset

    view = get_dataset(open_home(home), name, version)
    if as_json:
        print_json(view.model_dump(mode="json"))
        return
    typer.echo(f"{view.name} v{view.version}: {view.rows:,} rows")
    for column in view.columns:
        typer.echo(f"  {column['name']:30} {column['type']}")


@datasets.command("profile")
@guarded
def dataset_profile(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    version: Annotated[int | None, typer.Option(help="A version; the latest unless given.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the statistics of a dataset's columns."""
    from engine.service.datasets import profile_dataset

    found = profile_dataset(open_home(home), name, version)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found['rows']:,} rows, {found['duplicates']} duplicates, quality {found['quality_score']}")
    for column in found["columns"]:
        typer.echo(
            f"  {column['name']:30} {column['type']:10} {column['missing']:>8} missing {column['distinct']:>8} distinct"
        )


# --- pipelines -------------------------------------------------------------------------------------------------------


@pipelines.command("validate")
@guarded
def pipeline_validate(
    file: Annotated[Path, typer.Argument(help="A pipeline as YAML.")], home: Home = None, as_json: AsJson = False
) -> None:
    """List everything wrong with a pipeline; exit 1 when something keeps it from running."""
    from engine.service.pipelines import problem_list

    with _json_errors(as_json):
        problems = problem_list(open_home(home), _read_pipeline(file).resolved())
        if as_json:
            print_json({"problems": problems})
        else:
            _print_problems(problems)
        if any(problem["severity"] == "error" for problem in problems):
            raise typer.Exit(1)


@pipelines.command("import")
@guarded
def pipeline_import(
    file: Annotated[Path, typer.Argument(help="A pipeline as YAML.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Make a file the draft of the pipeline it names."""
    from engine.service.pipelines import import_pipeline

    draft = import_pipeline(open_home(home), _read_pipeline(file))
    print_json({"pipeline": draft.name, "id": draft.pipeline_id}) if as_json else typer.echo(f"Imported {draft.name}.")


@pipelines.command("export")
@guarded
def pipeline_export(name: Annotated[str, typer.Argument(help="The pipeline.")], home: Home = None) -> None:
    """Print a pipeline's draft as YAML."""
    from engine.service.pipelines import drawn, find_draft

    typer.echo(drawn(find_draft(open_home(home), name)).as_yaml(), nl=False)


@pipelines.command("list")
@guarded
def pipeline_list(home: Home = None, as_json: AsJson = False) -> None:
    """List pipelines."""
    from engine.service.pipelines import list_pipelines

    found = list_pipelines(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        typer.echo(f"{view.name:30} v{view.version or '-'}  last run {view.last_run_status or '-'}")


@pipelines.command("show")
@guarded
def pipeline_show(
    name: Annotated[str, typer.Argument(help="The pipeline.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Show a pipeline's nodes and versions."""
    from engine.service.pipelines import drawn, find_draft, list_versions

    workspace = open_home(home)
    draft = find_draft(workspace, name)
    versions = list_versions(workspace, draft.pipeline_id)
    if as_json:
        print_json({"pipeline": draft.name, "rev": draft.rev, "versions": versions, "graph": draft.document})
        return
    for node in drawn(draft).nodes:
        typer.echo(f"  {node.id:30} {node.component}")
    typer.echo(f"{len(versions)} versions")


# --- runs ------------------------------------------------------------------------------------------------------------


@app.command()
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

    workspace = open_home(home)
    with _json_errors(as_json):
        is_file = Path(pipeline).suffix in (".yaml", ".yml", ".json") or Path(pipeline).is_file()
        draft = (
            import_pipeline(workspace, _read_pipeline(Path(pipeline))) if is_file else find_draft(workspace, pipeline)
        )
        params = _pairs(param, "--param")
        run_id = service.start_run(workspace, draft.pipeline_id, drawn(draft), target=to, params=params)
        job_id = service.job_of(workspace, run_id)
        if detach or job_id is None:
            print_json({"run": run_id}) if as_json else typer.echo(f"Run {run_id} is queued.")
            return
        try:
            wait(workspace, job_id)
        except JobFailed as failed:
            fail(failed.error, as_json=as_json, **_run_data(service.get_run(workspace, run_id)))
        view = service.get_run(workspace, run_id)
        print_json(_run_data(view)) if as_json else _print_run(view)


@runs.command("list")
@guarded
def runs_list(home: Home = None, as_json: AsJson = False) -> None:
    """List runs, newest first."""
    from engine.service.runs import list_runs

    found = list_runs(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"nodes"}) for view in found])
        return
    for view in found:
        typer.echo(f"{view.id}  {view.pipeline:24} run {view.number:<4} {view.status:10} {view.seconds or 0:8.1f} s")


@runs.command("show")
@guarded
def runs_show(
    run_id: Annotated[str, typer.Argument(help="The run's id.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Show what each node of a run did."""
    from engine.service.runs import get_run

    view = get_run(open_home(home), run_id)
    print_json(_run_data(view)) if as_json else _print_run(view)


@runs.command("cancel")
@guarded
def runs_cancel(run_id: Annotated[str, typer.Argument(help="The run's id.")], home: Home = None) -> None:
    """End a run."""
    from engine.service.runs import cancel_run

    cancel_run(open_home(home), run_id)
    typer.echo("The run is being cancelled.")


# --- models ----------------------------------------------------------------------------------------------------------


@models.command("list")
@guarded
def model_list(home: Home = None, as_json: AsJson = False) -> None:
    """List models."""
    from engine.service.models import list_models

    found = list_models(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"report"}) for view in found])
        return
    for view in found:
        typer.echo(f"{view.model:30} v{view.version}  {view.task}  {_main_metric(view.metrics)}")


@models.command("show")
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
    typer.echo(f"{view.model} v{view.version}: {view.task} of {view.target}")
    for metric, value in view.metrics.items():
        typer.echo(f"  {metric:20} {value:10.4f}   baseline {view.baseline.get(metric, float('nan')):10.4f}")


# --- endpoints -------------------------------------------------------------------------------------------------------


@endpoints.command("publish")
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
    with _json_errors(as_json):
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
        typer.echo(f"{result['endpoint']} answers with {result['model']} v{result['version']} at {result['url']}")
        typer.echo(f"{parity['rows']} stored rows replayed, largest difference {parity['max_difference']:.2g}")
        if key:
            typer.echo(f"Key (shown once): {key}")


@endpoints.command("list")
@guarded
def endpoint_list(home: Home = None, as_json: AsJson = False) -> None:
    """List endpoints."""
    from engine.service.endpoints import list_endpoints

    found = list_endpoints(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"sample", "fields", "keys"}) for view in found])
        return
    for view in found:
        typer.echo(f"{view.name:30} {view.status:8} {view.model} v{view.version}")


@endpoints.command("rollback")
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
        typer.echo(f"{view.name} answers with {view.model} v{view.version} again.")


@endpoints.command("retire")
@guarded
def endpoint_retire(name: Annotated[str, typer.Argument(help="The endpoint.")], home: Home = None) -> None:
    """Stop answering for good."""
    from engine.service.endpoints import retire_endpoint

    retire_endpoint(open_home(home), name)
    typer.echo(f"{name} is retired.")


@keys.command("create")
@guarded
def key_create(
    name: Annotated[str, typer.Argument(help="The endpoint.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Make a new key; it is shown once."""
    from engine.service.endpoints import create_key

    key = create_key(open_home(home), name)
    print_json({"endpoint": name, "key": key}) if as_json else typer.echo(key)


@app.command()
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
    with _json_errors(as_json):
        records, left_out = read_records(workspace, endpoint, given)
        if left_out:
            typer.echo(f"Not used by the model: {', '.join(left_out)}", err=True)
        told = answer(workspace, endpoint, records)
        if as_json:
            print_json(told)
            return
        for row in told["predictions"]:
            typer.echo(json.dumps(row["prediction"], ensure_ascii=False))


@app.command()
@guarded
def openapi(home: Home = None) -> None:
    """Print the API's OpenAPI document."""
    from engine.serve.app import make_app

    print_json(make_app(open_home(home)).openapi())


# --- words -----------------------------------------------------------------------------------------------------------


class _json_errors:  # noqa: N801  reads as a statement
    """Failures of a command that promises JSON are JSON too."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, JobFailed):
            fail(error.error, as_json=self._as_json)
        if isinstance(error, PipelineProblems):
            problems = [problem.as_data() for problem in error.problems]
            fail(error.as_data(), as_json=self._as_json, problems=problems)


def _read_pipeline(file: Path) -> Any:
    from engine.graph import Pipeline

    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise CanvasbackError(f"Cannot read {file}: {error.strerror}.", hint="Check the path.") from error
    except UnicodeDecodeError as error:
        raise CanvasbackError(f"{file} is no UTF-8 text.", hint="A pipeline is a YAML file.") from error
    return Pipeline.from_yaml(text)


def _pairs(given: list[str] | None, option: str) -> dict[str, Any]:
    import yaml

    pairs = {}
    for text in given or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise click.BadParameter(f"{text!r} is not name=value", param_hint=option)
        pairs[name] = yaml.safe_load(value) if value else value
    return pairs


def _run_data(view: Any) -> dict[str, Any]:
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


def _print_run(view: Any) -> None:
    for node in view.nodes:
        state = "cached" if node.cached else node.status
        rows = f"{node.rows_out:,}" if node.rows_out is not None else ""
        typer.echo(f"  {node.title:32} {state:10} {rows:>12} rows {node.seconds or 0:8.2f} s")
    typer.echo(f"{view.pipeline} run {view.number}: {view.status} in {view.seconds or 0:.1f} s")
    for model in view.models:
        typer.echo(f"  {model['model']} v{model['version']}: {_main_metric(model['metrics'])}")


def _main_metric(metrics: dict[str, float]) -> str:
    for metric in ("roc_auc", "accuracy", "r2", "rmse"):
        if metric in metrics:
            return f"{metric} {metrics[metric]:.4f}"
    return ""


def _print_problems(problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        where = f"[{problem['node']}] " if problem["node"] else ""
        typer.echo(f"{problem['severity']}: {where}{problem['message']} {problem['hint']}")
    if not problems:
        typer.echo("No problems.")


if __name__ == "__main__":
    sys.exit(main())
