"""The product as a person starts it: real processes on free ports, in a home of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 90

SAMPLE = """
format: 1
name: sample
nodes:
  customers: {component: sample_data, params: {name: customers}}
  drop:      {component: drop_columns, params: {columns: [customer_id, signup_date]}}
  fill:      {component: impute_median, params: {columns: numeric}}
  encode:    {component: encode_one_hot, params: {columns: {select: text, except: [churn]}}}
  split:     {component: split_random, params: {test: 0.2, stratify: churn, seed: 7}}
  model:     {component: hist_gradient_boosting_classifier, params: {target: churn}}
  report:    {component: evaluate}
edges: [customers -> drop, drop -> fill, fill -> encode, encode -> split, split -> model, model.model -> report.model]
"""


@dataclass
class Product:
    """A running Canvasback."""

    home: Path
    ui_url: str
    api_url: str
    process: "subprocess.Popen[bytes]"

    def command(self, *arguments: str) -> Any:
        """Run a command of ours with ``--json`` and read its document."""
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli", *arguments, "--home", str(self.home), "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def predict(self, endpoint: str, key: str, record: dict[str, Any]) -> httpx.Response:
        """Call an endpoint over HTTP, as a program outside would."""
        return httpx.post(
            f"{self.api_url}/v1/endpoints/{endpoint}/predict",
            headers={"Authorization": f"Bearer {key}"},
            json={"records": [record]},
            timeout=30,
        )

    def draw(self, yaml: str) -> str:
        """Import a pipeline; its id."""
        file = self.home.parent / "drawn.yaml"
        file.write_text(yaml, encoding="utf-8")
        return str(self.command("pipeline", "import", str(file))["id"])

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def start(home: Path) -> Product:
    """Start everything, as `make start` does, and wait until it answers."""
    ui_port, api_port = free_port(), free_port()
    environment = {
        **os.environ,
        "CANVASBACK_HOME": str(home),
        "CANVASBACK_UI_PORT": str(ui_port),
        "CANVASBACK_API_PORT": str(api_port),
    }
    log = (home.parent / f"{home.name}.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "engine.cli", "up"], env=environment, stdout=log, stderr=log)
    product = Product(home, f"http://127.0.0.1:{ui_port}", f"http://127.0.0.1:{api_port}", process)
    deadline = time.monotonic() + START_SECONDS
    for url in (f"{product.ui_url}/_stcore/health", f"{product.api_url}/healthz"):
        while not _answers(url):
            assert process.poll() is None, f"it ended by itself; see {log.name}"
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.2)
    return product


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
