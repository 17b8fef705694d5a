"""Load on a server: started, asked by `wrk` from many connections, asked one request after the other, stopped."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONNECTIONS = 64
SINGLE, LARGE = 300, 40
"""Requests that are asked one after the other: with one record, and with many."""
MANY_RECORDS = 1_000
PATIENCE_SECONDS = 120
WRK = """
local function content(name) local f = io.open(os.getenv(name)); local s = f:read("*a"); f:close(); return s end
wrk.method = "POST"
wrk.body = content("LOAD_BODY")
for name, value in content("LOAD_HEADERS"):gmatch("([^:\\n]+): ([^\\n]+)") do wrk.headers[name] = value end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "took": %f, "p50": %f, "p99": %f, "errors": %d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class NoLoad(Exception):
    """There is nothing to ask with; says what to install."""


@dataclass(frozen=True)
class Target:
    """What is asked.

    Parameters
    ----------
    key
        What the records of a request are called.
    """

    port: int
    path: str
    record: Mapping[str, Any]
    key: str = "records"
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, records: int) -> bytes:
        """A request with so many records."""
        return json.dumps({self.key: [self.record] * records}).encode()

    def sent(self) -> dict[str, str]:
        """The headers of a request."""
        return {"Content-Type": "application/json", **self.headers}


def check_wrk() -> None:
    """Refuse to begin without it.

    Raises
    ------
    NoLoad
    """
    if shutil.which("wrk") is None:
        raise NoLoad("wrk is not there: apt-get install wrk")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(words: Sequence[str], target: Target, ready: str, **environment: str) -> Iterator[None]:
    """A server as a process of its own, from when it is ready to the end of the block."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            words, env={**os.environ, **environment}, stdout=said, stderr=said, start_new_session=True
        )
        try:
            _wait(process, f"http://127.0.0.1:{target.port}{ready}", said)
            yield
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()


def figures(target: Target, seconds: float) -> dict[str, Any]:
    """Everything that is measured of one server; ``seconds`` is the time that it spends on a request under load."""
    one_after_the_other(target, 1, SINGLE // 3)  # warms it up
    hammered(target, min(2.0, seconds))
    found = hammered(target, seconds)
    return {
        "seconds": found["took"] / max(1, found["requests"]),
        "p50": found["p50"],
        "p99": found["p99"],
        "errors": found["errors"],
        "single": one_after_the_other(target, 1, SINGLE),
        "many": one_after_the_other(target, MANY_RECORDS, LARGE),
    }


def hammered(target: Target, seconds: float) -> dict[str, Any]:
    """What wrk finds: as many requests as are answered in a time, from 64 connections of one thread."""
    with tempfile.TemporaryDirectory() as folder:
        script, body, headers = (Path(folder) / name for name in ("load.lua", "body", "headers"))
        script.write_text(WRK)
        body.write_bytes(target.body(1))
        headers.write_text("\n".join(f"{name}: {value}" for name, value in target.sent().items()))
        url = f"http://127.0.0.1:{target.port}{target.path}"
        words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", str(script), url]
        environment = {**os.environ, "LOAD_BODY": str(body), "LOAD_HEADERS": str(headers)}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def one_after_the_other(target: Target, records: int, times: int) -> float:
    """The median of the seconds that a request takes when no other is about, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    body, found = target.body(records), []
    for _ in range(times):
        began = time.perf_counter()
        connection.request("POST", target.path, body, target.sent())
        answer = connection.getresponse()
        told = answer.read()
        found.append(time.perf_counter() - began)
        if answer.status != http.client.OK:
            raise RuntimeError(f"status {answer.status}: {told[:300].decode('utf-8', 'replace')}")
    connection.close()
    return statistics.median(found)


def _wait(process: "subprocess.Popen[bytes]", url: str, said: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  loopback
            if answer.status == http.client.OK:
                return
        time.sleep(0.1)
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["nothing"]
    raise RuntimeError(f"the server did not come up; it said: {lines[-1]}")
