"""Spark's own process: Java, started, spoken with and ended.

PySpark's `launch_gateway` forks the whole of this process, which fails when it is large and memory is short, and
keeps to itself how Java ended. Here it is started without a copy, and what it answered with is told.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import RunError

START_SECONDS = 120.0
STOP_SECONDS = 10.0
LOG = "spark.log"


@contextmanager
def started_java(options: Mapping[str, str], memory_mb: int, scratch: Path) -> Iterator[Any]:
    """A Java with Spark in it and the gateway that py4j speaks through, ended afterwards.

    Raises
    ------
    RunError
        When Java does not start, with what it said last and how it ended.
    """
    from pyspark.java_gateway import launch_gateway

    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        address = Path(folder) / "address"
        process = _start(options, memory_mb, scratch, address)
        try:
            port, secret = _told(address, process, memory_mb, scratch)
            with _environment(PYSPARK_GATEWAY_PORT=port, PYSPARK_GATEWAY_SECRET=secret):
                gateway: Any = launch_gateway()  # type: ignore[no-untyped-call]
        except BaseException:
            process.kill()
            process.wait()
            raise
    try:
        yield gateway
    finally:
        _end(process)
        gateway.close()


def _start(options: Mapping[str, str], memory_mb: int, scratch: Path, address: Path) -> "subprocess.Popen[bytes]":
    from pyspark.find_spark_home import _find_spark_home

    command = [str(Path(_find_spark_home()) / "bin" / "spark-submit")]  # type: ignore[no-untyped-call]
    command += [word for name, value in options.items() for word in ("--conf", f"{name}={value}")]
    environment = {**os.environ, "SPARK_CONNECT_MODE": "0", "_PYSPARK_DRIVER_CONN_INFO_PATH": str(address)}
    with (scratch / LOG).open("wb") as log:
        try:
            return subprocess.Popen(
                [*command, "pyspark-shell"],
                stdin=subprocess.PIPE,  # Java ends when this end of the pipe does
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        except OSError as error:
            raise _not_started(memory_mb, error.strerror or str(error)) from error


def _told(address: Path, process: "subprocess.Popen[bytes]", memory_mb: int, scratch: Path) -> tuple[str, str]:
    """The port and the secret that Java wrote down."""
    from pyspark.serializers import UTF8Deserializer, read_int

    deadline = time.monotonic() + START_SECONDS
    while not address.exists():
        if process.poll() is not None:
            raise _not_started(memory_mb, _last_words(scratch / LOG, process.returncode))
        if time.monotonic() > deadline:
            raise _not_started(memory_mb, f"no answer within {START_SECONDS:.0f} seconds")
        time.sleep(0.05)
    with address.open("rb") as written:
        return str(read_int(written)), UTF8Deserializer().loads(written)  # type: ignore[no-untyped-call]


@contextmanager
def _environment(**names: str) -> Iterator[None]:
    os.environ.update(names)
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]


def _last_words(log: Path, code: int) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if not line.startswith("WARNING")]
    said = next((line for line in lines if "rror" in line), lines[-1] if lines else "it said nothing")
    ended = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    return f"{said[:300]} ({ended})"


def _not_started(memory_mb: int, reason: str) -> RunError:
    return RunError(
        f"Spark did not start with {memory_mb:,} MB of memory: {reason}",
        hint="Raise the memory limit of the run, or run on DuckDB.",
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Spark stops and removes its files when its Java ends, and that ends with its input."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
