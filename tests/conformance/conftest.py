"""Two engines with the same rows."""

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
    backend = SparkBackend(LIMITS, workspace, options=QUICKLY_STARTED)
    yield backend
    backend.close()
