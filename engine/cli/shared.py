"""What every command shares: the options, the JSON promise, errors in words.

Nothing heavy is imported before a command runs, so that help comes at once.
"""

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from engine.settings import Settings
    from engine.workspace import Workspace

Home = Annotated[Path | None, typer.Option("--home", help="The directory of the installation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

FAILED, WRONG_USE = 1, 2

log = logging.getLogger("canvasback.cli")


class Told(SystemExit):
    """The end of a command that has said why."""


class JobFailed(Exception):
    """A job that this command waited for did not succeed."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Tell an error in words, or as JSON, instead of a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except JobFailed as failed:
            fail(failed.error, as_json=as_json)
        except BrokenPipeError:
            # Whoever read our output has gone; what is still buffered must not complain once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Told(FAILED) from None
        except Exception as error:  # noqa: BLE001  the edge of the process; what is unexpected is logged there
            _fail_with(error, as_json=as_json)

    return run


def _fail_with(error: Exception, *, as_json: bool) -> NoReturn:
    from engine.errors import PEOPLE_ERRORS, InvalidSetting, PipelineProblems, error_data, unexpected
    from engine.logs import new_reference

    if not isinstance(error, PEOPLE_ERRORS):
        reference = new_reference()
        log.exception("the command failed (code %s)", reference)
        fail(unexpected(error, reference), as_json=as_json)
    code = WRONG_USE if isinstance(error, InvalidSetting) else FAILED
    if isinstance(error, PipelineProblems):
        fail(error.as_data(), as_json=as_json, problems=[problem.as_data() for problem in error.problems])
    fail(error_data(error), as_json=as_json, exit_code=code)


def fail(error: dict[str, Any], *, as_json: bool, exit_code: int = FAILED, **more: Any) -> NoReturn:
    """Print an error and end."""
    if as_json:
        print_json({**more, "error": error})
    where = f" [{error['node']}]" if error.get("node") else ""
    hint = f"\n{error['hint']}" if error.get("hint") else ""
    typer.secho(printable(f"{error['message']}{where}{hint}"), fg="red", err=True)
    raise Told(exit_code)


def print_json(document: Any) -> None:
    """Print the one JSON document; in ASCII, so that every terminal and every name can have it."""
    typer.echo(json.dumps(document, default=str))


def printable(text: str) -> str:
    """A text that any terminal takes and that cannot move its cursor."""
    shown = "".join(letter if letter.isprintable() or letter == "\n" else repr(letter)[1:-1] for letter in text)
    return shown.encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8")


def say(text: str = "", *, err: bool = False, bold: bool = False) -> None:
    """Print a line for a person."""
    typer.secho(printable(text), err=err, bold=bold)


def settings_for(home: Path | None, **given: Any) -> "Settings":
    """The settings of a command."""
    from engine.settings import read_settings

    return read_settings(home=home, **given)


def open_home(home: Path | None) -> "Workspace":
    """The workspace a command works in."""
    from engine.logs import start_logging
    from engine.workspace import open_workspace

    settings = settings_for(home)
    workspace = open_workspace(settings)
    start_logging(settings, "cli")
    return workspace


def wait(workspace: "Workspace", job_id: str, read: Callable[[], Any] | None = None) -> dict[str, Any]:
    """Wait for a job with progress on standard error; Ctrl-C cancels it.

    Parameters
    ----------
    read
        What knows more of its progress than the job does.

    Returns
    -------
    dict
        The job's result.

    Raises
    ------
    JobFailed
    """
    from engine.errors import Cancelled
    from engine.service.amounts import seconds
    from engine.service.jobs import wait_for_job

    told = ""

    def show(job: Any) -> None:
        nonlocal told
        if asked_to_stop.is_set():
            raise KeyboardInterrupt
        known = read() if read and job.status == "running" else job
        share = f"{known.progress:4.0%} " if known.progress is not None else ""
        left = f", about {seconds(known.remaining_seconds)} left" if known.remaining_seconds else ""
        line = f"{share}{job.message or job.status}{left}"
        if line != told:
            told = line
            say(line, err=True)

    try:
        with _noticing_ctrl_c() as asked_to_stop:
            job = wait_for_job(workspace, job_id, show)
    except KeyboardInterrupt:
        raise JobFailed(Cancelled("Cancelled.", hint="What was finished is reused.").as_data()) from None
    if job.status != "succeeded":
        raise JobFailed(job.error or {"code": job.status, "message": f"The job was {job.status}.", "hint": ""})
    return job.result or {}


@contextmanager
def _noticing_ctrl_c() -> Iterator[threading.Event]:
    """Set an event on Ctrl-C or SIGTERM: an exception could be raised where it is swallowed, in a destructor."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main_metric(metrics: dict[str, float]) -> str:
    """The one number that a list shows."""
    for metric in ("roc_auc", "accuracy", "r2", "rmse", "silhouette", "flagged"):
        if metric in metrics:
            return f"{metric} {metrics[metric]:.4f}"
    return ""
