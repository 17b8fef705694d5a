"""However many requests come, the API takes no more memory than after the first ones."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from engine.settings import Settings
from tests.homes import Published
from tests.processes import command
from tests.reliability.test_up import free_port
from tests.servers import eventually

RECORDS = 20
"""In one request of the client."""
CLIENT = """
import http.client, json, sys
port, requests, records = map(int, sys.argv[1:4])
record, key = json.loads(sys.argv[4]), sys.argv[5]
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
for number in range(requests):
    sent = [{**record, "age": 18 + (number + i) % 60, "region": f"place {number % 977}"} for i in range(records)]
    connection.request("POST", "/v1/endpoints/churn/predict", json.dumps({"records": sent}), headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 200 and len(told["predictions"]) == records, told
"""


@contextmanager
def running_api(settings: Settings) -> Iterator[psutil.Process]:
    """`canvasback api` as a process of its own, ready."""
    process = command(settings, "api")
    try:
        eventually(lambda: is_ready(settings), 90)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def is_ready(settings: Settings) -> bool:
    try:
        return httpx.get(f"{settings.api_url}/readyz", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def ask(settings: Settings, home: Published, requests: int) -> None:
    """Send so many requests, one after the other, from a process of their own."""
    words = [str(settings.api_port), str(requests), str(RECORDS), json.dumps(home.record), home.key]
    subprocess.run([sys.executable, "-c", CLIENT, *words], check=True, env=os.environ, timeout=3_600)


@pytest.mark.parametrize(
    ("records", "margin_mb"),
    [(4_000, 40), pytest.param(200_000, 60, marks=pytest.mark.slow)],
    ids=["short", "200,000"],
)
def test_memory_stays_flat(published: Published, records: int, margin_mb: float) -> None:
    settings = published.workspace.settings.model_copy(update={"api_port": free_port()})
    with running_api(settings) as process:
        ask(settings, published, records // RECORDS // 4)
        warm = process.memory_info().rss
        ask(settings, published, records // RECORDS)
        grown = (process.memory_info().rss - warm) / 1e6
    assert grown < margin_mb, f"{grown:.0f} MB more than when it was warm"
