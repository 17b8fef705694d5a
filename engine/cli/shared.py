"""What every command shares: the options, the JSON promise, errors in words."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from engine.errors import PEOPLE_ERRORS, PipelineProblems, error_data
from engine.settings import Settings

Home = Annotated[Path | None, typer.Option("--home", help="The directory of the installation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


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


class json_errors:  # noqa: N801  reads as a statement
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


def main_metric(metrics: dict[str, float]) -> str:
    for metric in ("roc_auc", "accuracy", "r2", "rmse"):
        if metric in metrics:
            return f"{metric} {metrics[metric]:.4f}"
    return ""
