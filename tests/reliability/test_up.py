"""`canvasback up` starts everything, stops everything, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from engine.settings import Settings
from engine.supervise import MOST_ENDS
from tests.processes import command
from tests.servers import eventually


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", ui_port=free_port(), api_port=free_port())


@pytest.fixture
def up(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    process = command(settings, "up")
    yield process
    for left in family(settings):
        left.kill()
    process.kill()
    process.communicate()


def family(settings: Settings) -> list[psutil.Process]:
    """Every process that works for this home."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get("CANVASBACK_HOME") == str(settings.home)
            if is_ours and process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                found.append(process)
        except psutil.Error:
            continue
    return found


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def started(settings: Settings) -> None:
    eventually(lambda: answers(f"{settings.api_url}/healthz") and answers(f"{settings.ui_url}/_stcore/health"), 60)
    eventually(lambda: any("engine.child" in process.cmdline() for process in family(settings)), 30)


@pytest.mark.slow  # several processes, one after the other
def test_ctrl_c_stops_everything_and_only_our_own_words_are_printed(
    settings: Settings, up: "subprocess.Popen[str]"
) -> None:
    started(settings)
    assert up.stdout is not None
    banner = "".join(iter(up.stdout.readline, "  Ctrl-C stops it.\n"))
    up.send_signal(signal.SIGINT)
    out, err = up.communicate(timeout=30)
    out = banner + out
    assert up.returncode == 0
    assert f"Canvasback is at  {settings.ui_url}" in out
    assert "streamlit" not in (out + err).lower()
    assert "You can now view" not in out
    eventually(lambda: not family(settings), 10)
    assert (settings.home / "logs" / "ui.out").exists()


@pytest.mark.slow  # several processes, one after the other
def test_what_ends_by_itself_is_started_again_but_not_for_ever(settings: Settings, up: "subprocess.Popen[str]") -> None:
    started(settings)
    for _ in range(MOST_ENDS - 1):
        before = eventually(lambda: api(settings), 30)
        before.kill()
        eventually(lambda before=before: (now := api(settings)) and now.pid != before.pid, 30)
    eventually(lambda: answers(f"{settings.api_url}/healthz"), 30)
    api(settings).kill()
    _, err = up.communicate(timeout=30)
    assert up.returncode == 1
    assert "The API ends by itself again and again" in err
    eventually(lambda: not family(settings), 10)


def api(settings: Settings) -> psutil.Process | None:
    """The API of this home, as far as there is one now."""
    return next((it for it in family(settings) if line(it)[-1:] == ["api"]), None)


def line(process: psutil.Process) -> list[str]:
    """The command line of a process; nothing for one that has just ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_it(settings: Settings, up: "subprocess.Popen[str]", number: signal.Signals) -> None:
    started(settings)
    up.send_signal(number)
    up.communicate(timeout=30)
    eventually(lambda: not family(settings), 20)


@pytest.mark.slow  # several processes, one after the other
@pytest.mark.parametrize("what", ["ui", "api"])
def test_a_taken_port_is_refused_in_words(settings: Settings, what: str) -> None:
    port = settings.ui_port if what == "ui" else settings.api_port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = command(settings, "up")
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {port} of the {what.upper()} is in use" in err
    assert f"--{what}-port" in err
    assert "Traceback" not in err
    assert not family(settings)


@pytest.mark.slow  # several processes, one after the other
def test_one_port_for_two_is_refused(settings: Settings) -> None:
    process = command(settings, "up", "--ui-port", str(settings.api_port))
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "cannot both" in err) == (1, True)


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def answer(connection: socket.socket) -> bytes:
    """One whole answer, in however many pieces it comes."""
    received = b""
    while b"}" not in received:
        received += connection.recv(4096)
    return received


@pytest.mark.slow  # several processes, one after the other
def test_sigterm_answers_what_is_in_flight(settings: Settings) -> None:
    process = command(settings, "api")
    try:
        eventually(lambda: answers(f"{settings.api_url}/readyz"), 60)
        with socket.create_connection(("127.0.0.1", settings.api_port)) as connection:
            connection.settimeout(5)
            connection.sendall(HEALTH)
            assert b"200 OK" in answer(connection)
            # Request and signal are both there when the process looks up again.
            process.send_signal(signal.SIGSTOP)
            connection.sendall(HEALTH)
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
            assert b"200 OK" in answer(connection)
    finally:
        process.communicate(timeout=20)
