"""However many requests come, the API takes no more memory than after the first ones."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psutil
import pytest

from engine.settings import Settings
from tests.homes import Published
from tests.processes import command
from tests.reliability.test_up import free_port
from tests.servers import eventually

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


@dataclass(frozen=True)
class Load:
    """Requests of so many records each, from several clients at once."""

    requests: int
    records: int
    clients: int

    def send(self, settings: Settings, home: Published, share: float = 1) -> None:
        """Send them, or a share of them; each client is a process of its own, which asks one after the other."""
        each = int(self.requests * share) // self.clients
        words = [str(settings.api_port), str(each), str(self.records), json.dumps(home.record), home.key]
        clients = [subprocess.Popen([sys.executable, "-c", CLIENT, *words]) for _ in range(self.clients)]
        assert [client.wait(3_600) for client in clients] == [0] * self.clients


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(
    ("load", "margin_mb"),
    [(Load(200, 20, 1), 40), pytest.param(Load(200_000, 1, 8), 60, marks=pytest.mark.slow)],
    ids=["200", "200,000"],
)
def test_memory_stays_flat(published: Published, load: Load, margin_mb: float) -> None:
    settings = published.workspace.settings.model_copy(update={"api_port": free_port()})
    with running_api(settings) as process:
        load.send(settings, published, 0.25)
        warm = process.memory_info().rss
        load.send(settings, published)
        grown = (process.memory_info().rss - warm) / 1e6
    print(f"{load.requests:,} requests: {grown:+.0f} MB")
    assert grown < margin_mb, f"{grown:.0f} MB more than when it was warm"
