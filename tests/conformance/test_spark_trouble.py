"""What a person is told when Spark is not there, and what it leaves behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from engine.backends.backend import Backend, Limits
from engine.backends.choose import open_backend
from engine.backends.spark import SparkBackend
from engine.errors import CanvasbackError, InvalidSetting, RunError
from tests.components import tables

SMALL = Limits(memory_mb=512, threads=2)


def refusal(workspace: Path, remote: str | None = None) -> CanvasbackError:
    with pytest.raises(CanvasbackError) as caught:
        SparkBackend(SMALL, workspace, remote)
    assert list(workspace.iterdir()) == []
    return caught.value


def test_without_java_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    error = refusal(tmp_path)
    assert "needs Java" in error.message
    assert "openjdk-17-jre-headless" in error.hint


def test_a_wrong_java_home_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/no/such/java")
    assert "/no/such/java" in refusal(tmp_path).message


def test_an_old_java_is_named_with_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, workspace = tmp_path / "old", tmp_path / "workspace"
    folder.mkdir()
    workspace.mkdir()
    (folder / "java").write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    (folder / "java").chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert "Java 17 or newer" in refusal(workspace).message


def test_without_pyspark_it_says_how_to_install_it(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['pyspark'] = None\n"
        "from pathlib import Path\n"
        "from engine.backends.backend import Limits\n"
        "from engine.backends.choose import open_backend\n"
        "from engine.errors import RunError\n"
        "try:\n    open_backend('spark', Limits(), [], Path(sys.argv[1]))\n"
        "except RunError as error:\n    print(error.message, error.hint)\n"
    )
    told = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "Spark is not installed" in told.stdout
    assert "canvasback[spark]" in told.stdout


@pytest.mark.slow  # a Java of its own
def test_too_little_memory_is_told_with_the_limit(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="did not start with 8 MB"):
        SparkBackend(Limits(memory_mb=8), tmp_path)


def test_an_address_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    error = refusal(tmp_path, f"sc://{address}")
    assert address in error.message
    assert "CANVASBACK_SPARK_REMOTE" in error.hint


@pytest.mark.parametrize("remote", ["spark://host:7077", "host:15002", "sc://", "sc://host:port"])
def test_what_is_no_address_is_refused(tmp_path: Path, remote: str) -> None:
    assert isinstance(refusal(tmp_path, remote), InvalidSetting)


def test_an_unknown_backend_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="no backend 'flink'") as caught:
        open_backend("flink", SMALL, [], tmp_path)
    assert "duckdb, spark" in caught.value.hint


@pytest.mark.slow  # a Java of its own
def test_a_file_that_vanished_is_told(spark: Backend, workspace: Path) -> None:
    path = workspace / "gone.parquet"
    spark.write(spark.register(tables.example()), path)
    table = spark.read([path])
    path.unlink()
    with pytest.raises(RunError, match="could not be read"), spark.plain_errors():
        spark.collect(table)


@pytest.mark.slow  # a Java of its own
def test_a_result_in_batches_keeps_its_order_and_leaves_nothing(spark: Backend, workspace: Path) -> None:
    table = spark.register(tables.example(5_000))
    before = set(workspace.rglob("part-*"))
    batches = list(spark.batches(table.order_by(table["__cb_row"].desc()), rows=1_000))
    assert [batch.num_rows for batch in batches] == [1_000] * 5
    ids = [row for batch in batches for row in batch.column("__cb_row").to_pylist()]
    assert ids == sorted(ids, reverse=True)
    assert set(workspace.rglob("part-*")) == before


@pytest.mark.slow  # a Java of its own
@pytest.mark.parametrize("name", ["a b", "{x,y}", "[z]*?", "été#1", "50%20"])
def test_a_path_is_a_name_whatever_signs_are_in_it(spark: Backend, workspace: Path, name: str) -> None:
    folder = workspace / name
    folder.mkdir()
    assert spark.write(spark.register(tables.example()), folder / "table.parquet") == tables.ROWS
    assert spark.rows(spark.read([folder / "table.parquet"])) == tables.ROWS


@pytest.mark.slow  # a server of its own takes ten seconds to start, and as long to be missed
def test_a_spark_elsewhere_computes_the_same_until_it_is_gone(
    server: tuple[str, "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    remote, process = server
    backend = SparkBackend(SMALL, tmp_path, remote)
    table = backend.register(tables.example())
    assert backend.collect(table.order_by("__cb_row")).equals(tables.example())
    assert backend.write(table, tmp_path / "copy.parquet") == tables.ROWS
    process.kill()
    process.wait()
    with pytest.raises(RunError, match="cannot be reached"), backend.plain_errors():
        backend.collect(table)
    backend.close()
