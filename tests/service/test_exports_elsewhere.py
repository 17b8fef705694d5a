"""What was exported answers the same where nothing of this product is installed: fresh environments, real servers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.serve.scorer import load_scorer
from engine.service.modelling import model_exports
from engine.work.publish_endpoint import verified_files
from tests.homes import Published, done

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

SECONDS = 120


def environment(folder: Path, requirements: Path) -> Path:
    """A fresh virtual environment's Python, or a skip where the network gives no libraries."""
    uv = str(Path(sys.executable).with_name("uv"))
    python = folder / "bin" / "python"
    try:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True, capture_output=True)
        install = [uv, "pip", "install", "-q", "--python", str(python), "-r", str(requirements)]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("uv is not installed here")
    except subprocess.CalledProcessError as error:
        if any(word in str(error.stderr).lower() for word in ("dns", "connect", "network", "timed out")):
            pytest.skip(f"the libraries could not be fetched: {str(error.stderr)[-200:]}")
        raise AssertionError(error.stderr) from error
    return python


def unpacked(published: Published, format: str, folder: Path) -> Path:
    result = done(published.workspace, model_exports.start_model_export(published.workspace, "churn", None, format))
    return model_exports.keep_model_export(published.workspace, result, folder)


def wanted(published: Published) -> tuple[pa.Table, list[Any], Any]:
    """Golden rows, and what the endpoint's scorer says of them."""
    with published.workspace.database.read() as uow:
        version = uow.models.version(uow.models.by_name("churn").id)
        scorer = load_scorer(verified_files(published.workspace, version))
    rows = scorer.golden().select([field.name for field in scorer.fields])
    told = scorer.score(rows)
    return rows, told.labels, told.probabilities


def test_a_bundle_answers_in_a_fresh_environment(published: Published, tmp_path: Path) -> None:
    folder = unpacked(published, "bundle", tmp_path)
    python = environment(tmp_path / "venv", folder / "requirements.txt")
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    tested = subprocess.run(
        [str(python), "selftest.py"], cwd=folder, env=clean, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "500 rows, largest difference" in tested.stdout
    rows, labels, chances = wanted(published)
    pq.write_table(rows, tmp_path / "rows.parquet")
    command = [str(python), "score.py", str(tmp_path / "rows.parquet"), str(tmp_path / "answers.parquet")]
    subprocess.run(command, cwd=folder, env=clean, check=True, capture_output=True)
    answers = pq.read_table(tmp_path / "answers.parquet")
    assert answers.column("prediction").to_pylist() == labels
    assert answers.column("probability_yes").to_pylist() == pytest.approx(chances[:, 1].tolist(), abs=1e-9)


def test_mlflow_serves_the_same_answers(published: Published, tmp_path: Path) -> None:
    folder = unpacked(published, "mlflow", tmp_path)
    python = environment(tmp_path / "venv", folder / "requirements.txt")
    rows, labels, chances = wanted(published)
    records = json.loads(rows.slice(0, 200).to_pandas().to_json(orient="split", date_format="iso"))
    records.pop("index")
    with served(python, folder) as port:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/invocations",
            json.dumps({"dataframe_split": records}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            told = json.load(answer)["predictions"]
    assert [row["prediction"] for row in told] == labels[:200]
    assert [row["probability_yes"] for row in told] == pytest.approx(chances[:200, 1].tolist(), abs=1e-9)


@contextmanager
def served(python: Path, folder: Path) -> Iterator[int]:
    """``mlflow models serve`` of a folder, in its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mlflow = [str(python.with_name("mlflow")), "models", "serve", "--model-uri", str(folder)]
    server = subprocess.Popen(
        [*mlflow, "--port", str(port), "--env-manager", "local"],
        env={"PATH": f"{python.parent}:{os.environ['PATH']}", "HOME": str(folder.parent)},
        cwd=folder.parent,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + SECONDS
        while not _answers(port):
            assert server.poll() is None, "the server has ended"
            assert time.monotonic() < end, "the server does not start"
            time.sleep(0.5)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
