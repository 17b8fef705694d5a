"""A run on a Spark that is not there says what to do, leaves nothing half-written, and the next run is right."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.workspace import Workspace
from tests.homes import do_run
from tests.processes import half_written
from tests.reliability.drawings import everything
from tests.reliability.outcomes import next_run_is_right, told

pytest.importorskip("pyspark", reason="Spark is optional: install the extra 'spark'")


def refused(workspace: Workspace) -> dict[str, Any]:
    """What a run on Spark is told."""
    error = told(do_run(workspace, everything(), backend="spark"))
    assert half_written(workspace) == []
    return error


def test_java_is_missing(
    noisy: Workspace, undisturbed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bare:
        bare.setenv("PATH", str(tmp_path))
        bare.delenv("JAVA_HOME", raising=False)
        error = refused(noisy)
    assert "Spark needs Java" in error["message"]
    assert "Install Java" in error["hint"]
    next_run_is_right(noisy, everything(), undisturbed)


def test_spark_cannot_be_reached(
    numbers: Workspace, new_home: Callable[..., Workspace], undisturbed: dict[str, Any]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        home = new_home(copy_of=numbers, spark_remote=f"sc://{address}")
        error = refused(home)
    assert address in error["message"]
    assert "run on DuckDB" in error["hint"]
    next_run_is_right(home, everything(), undisturbed)
