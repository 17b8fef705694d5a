"""A Spark session: a local one of our own on loopback, or one behind a Spark Connect address."""

import logging
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from components.libraries import SPARK
from engine.backends.backend import Limits
from engine.backends.spark_java import started_java
from engine.errors import InvalidSetting, RunError

JAVA = 17
"""The oldest Java that Spark 4 runs on."""
REACH_SECONDS = 5.0
CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"
"""Tells the functions of PySpark that columns are those of Spark Connect."""

SQL_OPTIONS: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.compression.codec": "zstd",
}
"""What makes a query mean the same here as on DuckDB; set on every session."""


@contextmanager
def open_session(remote: str | None, limits: Limits, scratch: Path, options: Mapping[str, str]) -> Iterator[Any]:
    """A Spark session, ended afterwards.

    Parameters
    ----------
    remote
        Address of a Spark Connect server; None starts Spark inside this machine.
    scratch
        A folder for what Spark spills and logs.
    options
        Further options of Spark, for a session of our own.

    Raises
    ------
    InvalidSetting, RunError
        When something is missing or the address does not answer.
    """
    # PySpark logs every failed query a second time, with pages of Java.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    logging.getLogger("DataFrameQueryContextLogger").setLevel(logging.CRITICAL + 1)
    opened = _connected(remote) if remote else _local(limits.memory_mb, scratch, _options(limits, scratch, options))
    with opened as session:
        for name, value in SQL_OPTIONS.items():
            session.conf.set(name, value)
        yield session


def require_pyspark() -> None:
    """Raise unless PySpark is installed.

    Raises
    ------
    RunError
    """
    if not SPARK.is_there:
        raise RunError("Spark is not installed.", hint=f"{SPARK.hint}, or run on DuckDB.")


@contextmanager
def _connected(remote: str) -> Iterator[Any]:
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

    check_reachable(remote)
    session = SparkSession.builder.remote(remote).create()
    # Seconds instead of Spark's ten minutes: a run that waits for a dead server says so.
    session.client.set_retry_policies([DefaultPolicy(max_retries=6, initial_backoff=100, max_backoff=2_000)])
    os.environ[CONNECT_MODE] = "1"
    try:
        yield session
    finally:
        os.environ.pop(CONNECT_MODE, None)
        session.stop()


def check_reachable(remote: str) -> None:
    """Ask the address before Spark does, which would try again for minutes.

    Raises
    ------
    InvalidSetting
        When it is no address of Spark Connect.
    RunError
        When nobody answers there.
    """
    try:
        address = urlsplit(remote.split(";", 1)[0])
        host, port = address.hostname, address.port or 15_002
    except ValueError:
        host = None
    if host is None or address.scheme != "sc":
        raise InvalidSetting(
            f"{remote!r} is not the address of a Spark Connect server.",
            hint="Write CANVASBACK_SPARK_REMOTE=sc://host:15002, or leave it out to run Spark on this machine.",
            field="CANVASBACK_SPARK_REMOTE",
        )
    try:
        socket.create_connection((host, port), REACH_SECONDS).close()
    except OSError as error:
        raise unreachable(f"{host}:{port}", error.strerror or str(error)) from error


def unreachable(address: str, reason: str) -> RunError:
    """What to say when Spark does not answer."""
    return RunError(
        f"Spark cannot be reached at {address}: {reason}.",
        hint="Start it, correct CANVASBACK_SPARK_REMOTE, or run on DuckDB.",
    )


@contextmanager
def _local(memory_mb: int, scratch: Path, options: Mapping[str, str]) -> Iterator[Any]:
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    check_java()
    # What Spark starts in Python, to train models, has our libraries.
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    conf = SparkConf(loadDefaults=False).setAll(list(options.items()))
    with started_java(options, memory_mb, scratch) as gateway:
        try:
            context = SparkContext(conf=conf, gateway=gateway)
            context.setLogLevel("OFF")
            yield SparkSession(context)
        finally:
            if SparkContext._active_spark_context is not None:
                SparkContext._active_spark_context._accumulatorServer.shutdown()  # else it complains when Java ends
            # The next session of this process gets a Java of its own, with its own memory.
            SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
            SparkSession._instantiatedSession = SparkSession._activeSession = None


def _options(limits: Limits, scratch: Path, more: Mapping[str, str]) -> dict[str, str]:
    cores = limits.threads or os.cpu_count() or 1
    return {
        **SQL_OPTIONS,
        "spark.master": f"local[{cores}]",
        "spark.app.name": "canvasback",
        "spark.driver.memory": f"{limits.memory_mb}m",
        "spark.driver.maxResultSize": f"{max(limits.memory_mb // 2, 1)}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:+UseParallelGC -XX:-UsePerfData",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": str(cores),
        **more,
    }


def check_java() -> None:
    """Raise unless there is a Java that Spark can use.

    Raises
    ------
    RunError
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    hint = f"Install Java {JAVA} (on Debian: apt-get install openjdk-17-jre-headless), or run on DuckDB."
    if java is None:
        where = f"JAVA_HOME is {home}, but there is none" if home else "there is none on this machine"
        raise RunError(f"Spark needs Java, and {where}.", hint=hint)
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    if found is None:
        raise RunError(f"Spark needs Java, but {java} does not start.", hint=hint, detail={"reason": told[:500]})
    if int(found[1]) < JAVA:
        raise RunError(f"Spark needs Java {JAVA} or newer, and {java} is {found[1]}.", hint=hint)
