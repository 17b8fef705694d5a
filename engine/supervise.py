"""Several processes as one: the UI, the API and the workers, started and stopped together."""

import importlib.util
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from engine.api.running import end_with_parent
from engine.errors import PEOPLE_ERRORS, CanvasbackError
from engine.jobs import Worker
from engine.logs import start_logging
from engine.settings import LOOPBACK, Settings
from engine.workspace import open_workspace

STOP_SECONDS = 10.0
START_SECONDS = 60.0
MOST_ENDS, ENDS_WITHIN_SECONDS = 4, 60.0
"""A process that ends so often within so long is not started again: everything stops, and the log says why."""
SUPERVISED = "CANVASBACK_SUPERVISED"

log = logging.getLogger("canvasback.supervise")


def supervise(settings: Settings, *, demo: bool = False) -> int:
    """Start everything and wait for Ctrl-C; what ends by itself is started again.

    Returns
    -------
    int
        0 when stopped by a person, 1 when a process ended by itself again and again.

    Raises
    ------
    CanvasbackError
        When a port is taken.
    """
    check_ports(settings)
    logs = open_workspace(settings).home.logs
    start_logging(settings, "up")
    for old in logs.glob("*.out"):
        old.unlink()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    commands = {"UI": "ui", "API": "api", **{f"worker {i + 1}": "worker" for i in range(settings.workers)}}
    kept = [Kept(name, settings, command) for name, command in commands.items()]
    try:
        _announce(settings, stop, kept)
        if demo:
            threading.Thread(target=_fill, args=(settings,), daemon=True).start()
        while not stop.wait(0.3):
            lost = [it.name for it in kept if it.has_ended and not it.started_again()]
            if lost:
                print(f"The {lost[0]} ends by itself again and again; see {logs}.", file=sys.stderr)
                return 1
        return 0
    finally:
        stop_all([it.process for it in kept])


class Kept:
    """A process that is kept going: started again when it ends by itself, but not for ever."""

    def __init__(self, name: str, settings: Settings, command: str) -> None:
        self.name = name
        self._settings, self._command = settings, command
        self._ends: deque[float] = deque(maxlen=MOST_ENDS)
        self.process = start(settings, command)

    @property
    def has_ended(self) -> bool:
        """Whether it ended by itself."""
        return self.process.poll() is not None

    def started_again(self) -> bool:
        """Start it again, unless that has not helped several times lately; whether it was."""
        now = time.monotonic()
        self._ends.append(now)
        if len(self._ends) == MOST_ENDS and now - self._ends[0] < ENDS_WITHIN_SECONDS:
            return False
        log.error("the %s ended by itself (%s) and is started again", self.name, self.process.returncode)
        self.process = start(self._settings, self._command)
        return True


def start(settings: Settings, command: str) -> "subprocess.Popen[bytes]":
    """One of our own commands as a process with the same settings; what it prints goes to a log."""
    with (settings.home / "logs" / f"{command}.out").open("ab") as out:
        # Their own session: Ctrl-C reaches this process alone, which then stops them in order.
        return subprocess.Popen(
            [sys.executable, "-m", "engine.cli", command],
            env={**os.environ, **settings.as_environment(), SUPERVISED: "1"},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )


def end_with_the_supervisor() -> None:
    """Let the kernel end this process when `canvasback up` was killed and cannot; elsewhere than on Linux, nothing."""
    if os.environ.get(SUPERVISED):
        end_with_parent()


def _fill(settings: Settings) -> None:
    from engine.service.demo import make_demo_if_new

    try:
        make_demo_if_new(open_workspace(settings))
    except PEOPLE_ERRORS as error:
        log.error("the sample could not be put in: %s", error.message)


def stop_all(processes: list["subprocess.Popen[bytes]"]) -> None:
    """Ask all to end, then insist."""
    for process in processes:
        with suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def run_ui(settings: Settings) -> None:
    """Become the Streamlit server."""
    end_with_the_supervisor()
    found = importlib.util.find_spec("ui")
    assert found is not None  # noqa: S101  our own package
    assert found.submodule_search_locations  # noqa: S101
    folder = Path(next(iter(found.submodule_search_locations)))
    os.environ |= settings.as_environment()
    os.chdir(folder.parent)  # .streamlit/config.toml lies here
    options = {
        "server.address": settings.host,
        "server.port": str(settings.ui_port),
        "server.headless": "true",
        "server.maxUploadSize": str(settings.upload_max_mb),
        "browser.serverAddress": settings.host,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    # A page whose own name was turned to this address would else be taken for one of ours.
    arguments += [f"--server.allowedHosts={name}" for name in (*LOOPBACK, settings.host, *settings.ui_hosts)]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(folder / "server.py"), *arguments])  # noqa: S606


def run_worker(settings: Settings) -> None:
    """Work until told to stop, and start what is due."""
    from engine.service.scheduler import Scheduler

    end_with_the_supervisor()
    start_logging(settings, "worker")
    workspace = open_workspace(settings)
    worker, scheduler = Worker(workspace), Scheduler(workspace)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop())
    scheduler.start()
    worker.run()
    scheduler.stop()


def check_ports(settings: Settings) -> None:
    """Refuse ports that are in use, or one port for two.

    Raises
    ------
    CanvasbackError
    """
    if settings.ui_port == settings.api_port:
        raise CanvasbackError(f"The UI and the API cannot both have port {settings.ui_port}.", hint="Choose two ports.")
    check_port(settings.host, settings.ui_port, "UI")
    check_port(settings.host, settings.api_port, "API")


def check_port(host: str, port: int, what: str) -> None:
    """Refuse a port that is in use.

    Raises
    ------
    CanvasbackError
    """
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CanvasbackError(
                f"Port {port} of the {what} is in use.",
                hint=f"Stop what uses it, or choose another: canvasback up --{what.lower()}-port N.",
            ) from error


def _announce(settings: Settings, stop: threading.Event, kept: Sequence[Kept]) -> None:
    """Tell the addresses once both answer."""
    deadline = time.monotonic() + START_SECONDS
    waiting = [f"{settings.ui_url}/_stcore/health", f"{settings.api_url}/healthz"]
    while waiting and time.monotonic() < deadline:
        if stop.wait(0.1) or any(it.has_ended for it in kept):
            return
        waiting = [url for url in waiting if not _answers(url)]
    print(f"\n  Canvasback is at  {settings.ui_url}", f"  API               {settings.api_url}/docs", sep="\n")
    print(f"  Home              {settings.home}\n\n  Ctrl-C stops it.\n", flush=True)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code == 200
    except httpx.HTTPError:
        return False
