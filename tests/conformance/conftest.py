"""Two engines with the same rows."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.backends.spark import SparkBackend

LIMITS = Limits(memory_mb=1_024, threads=2)
QUICKLY_STARTED = {"spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:+UseSerialGC -XX:TieredStopAtLevel=1"}
"""Hundreds of small queries, none of which runs long enough for Java's better compiler to pay."""


@pytest.fixture(scope="session", autouse=True)
def _has_spark() -> None:
    pytest.importorskip("pyspark", reason="Spark is optional: install the extra 'spark' and Java 17 to compare engines")


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("both engines")


@pytest.fixture(scope="session")
def duckdb(workspace: Path) -> Iterator[DuckDBBackend]:
    backend = DuckDBBackend(LIMITS, [], workspace)
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def spark(workspace: Path) -> Iterator[SparkBackend]:
    backend = SparkBackend(LIMITS, workspace, options=QUICKLY_STARTED, trains_here=True)
    yield backend
    backend.close()


def wait_for(port: int, seconds: float = 90) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nobody listens on port {port}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A Spark Connect server on loopback."""
    import pyspark

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": port}
    options |= {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.memory": "512m"}
    command = [str(Path(pyspark.__file__).parent / "bin" / "spark-submit"), "--master", "local[2]"]
    command += [word for name, value in options.items() for word in ("--conf", f"{name}={value}")]
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, env=environment)
    wait_for(port)
    yield f"sc://127.0.0.1:{port}", process
    process.kill()
    process.wait()
