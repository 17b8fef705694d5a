"""Endpoints under load: restarted, changed again and again, asked ten times too much, stopped in the middle."""

import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from engine.service.serving import deployments, endpoints, publications, sunsets
from engine.settings import Settings
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork
from tests.api.two_models import deploy, two_models
from tests.homes import Published, done
from tests.processes import command
from tests.reliability.test_up import free_port
from tests.servers import eventually

__all__ = ["two_models"]

RATE = 50
"""Requests a second."""
ASKERS = 30


@contextmanager
def running_api(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    process = command(settings, "api")
    try:
        eventually(lambda: is_ready(settings), 120)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def is_ready(settings: Settings) -> bool:
    try:
        return httpx.get(f"{settings.api_url}/readyz", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


@dataclass
class Load:
    """Requests at a steady rate, and what they were answered."""

    settings: Settings
    home: Published
    threads: int = 5
    records: int = 3
    pause: float = 5 / RATE
    answers: list[tuple[int, int, int]] = field(default_factory=list)
    """Status, version, and how many different answers a request of equal records got."""
    said: dict[str, str] = field(default_factory=dict)
    """Id of a prediction → what it was."""
    refused_connections: int = 0
    halves: int = 0
    """Answers that ended in the middle."""

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._askers = [threading.Thread(target=self._ask) for _ in range(self.threads)]

    def __enter__(self) -> "Load":
        for asker in self._askers:
            asker.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ended.set()
        for asker in self._askers:
            asker.join()

    def _ask(self) -> None:
        body = {"records": [self.home.record] * self.records}
        with httpx.Client(base_url=self.settings.api_url, headers=self.home.headers, timeout=30) as client:
            while not self._ended.wait(self.pause):
                try:
                    answer = client.post("/v1/endpoints/churn/predict", json=body)
                except httpx.TransportError as error:
                    self.refused_connections += 1
                    self.halves += "without sending complete" in str(error)
                    continue
                told: dict[str, Any] = answer.json()
                self.said |= {one["id"]: one["prediction"] for one in told.get("predictions", ())}
                chances = {str(one["probabilities"]) for one in told.get("predictions", ())}
                self.answers.append((answer.status_code, told.get("version", 0), len(chances)))

    def statuses(self) -> Counter[int]:
        return Counter(status for status, _, _ in self.answers)


@pytest.fixture
def home(two_models: Published, new_home: Callable[..., Workspace]) -> Workspace:
    return new_home(copy_of=two_models.workspace)


def settings_of(home: Workspace, **more: Any) -> Settings:
    return home.settings.model_copy(update={"api_port": free_port(), **more})


@pytest.mark.slow  # a process of its own, for half a minute
@pytest.mark.parametrize("processes", [1, 2])
def test_twenty_changes_at_fifty_requests_a_second(home: Workspace, two_models: Published, processes: int) -> None:
    settings = settings_of(home, api_processes=processes)
    with running_api(settings), Load(settings, two_models) as load:
        for number in range(20):
            match number % 4:
                case 0:
                    deploy(home, 0.0, 1.0)
                case 1:
                    endpoints.roll_back(home, "churn")
                case 2:
                    deploy(home, 0.5, 0.5)
                case 3:
                    deploy(home, 1.0, shadows=(2,))
            time.sleep(0.8)
    assert load.refused_connections == 0
    assert load.statuses().keys() == {200}
    assert len(load.answers) > 100
    assert {version for _, version, _ in load.answers} == {1, 2}
    assert {different for _, _, different in load.answers} == {1}, "a request was answered by two versions"


@pytest.mark.slow  # processes of their own
def test_a_keys_limit_holds_over_all_processes(home: Workspace, two_models: Published) -> None:
    home.database.transact(lambda uow: _limit(uow, 40))
    settings = settings_of(home, api_processes=2)
    body, many = {"records": [two_models.record]}, httpx.Limits(max_keepalive_connections=0)
    with (
        running_api(settings),
        ThreadPoolExecutor(12) as pool,
        # Each request comes over a connection of its own, which any process may take.
        httpx.Client(base_url=settings.api_url, headers=two_models.headers, timeout=60, limits=many) as client,
    ):
        began = time.monotonic()
        asked = pool.map(lambda _: client.post("/v1/endpoints/churn/predict", json=body).status_code, range(160))
        statuses = Counter(asked)
        minutes = 1 + int((time.monotonic() - began) // 60)
    assert statuses.keys() == {200, 429}
    assert 40 <= statuses[200] <= 40 * minutes
    with closing(sqlite3.connect(home.home.path / "canvasback.db")) as database:
        ((processes,),) = database.execute("select count(distinct process) from endpoint_minutes").fetchall()
    assert processes > 1, "one process answered them all"


def _limit(uow: UnitOfWork, most: int) -> None:
    uow.endpoints.by_name("churn").settings = {"requests_per_minute": most}


@pytest.mark.slow  # a process of its own, and as many children as publications
def test_publications_and_shifts_under_load_cost_no_answer_of_two_processes(
    home: Workspace, two_models: Published
) -> None:
    settings = settings_of(home, api_processes=2)
    both = {("churn", 1): 0.5, ("churn", 2): 0.5}
    with running_api(settings), Load(settings, two_models) as load:
        for number in range(20):
            match number % 4:
                case 0:
                    done(home, publications.start_publish(home, "churn", 2, "churn"))
                case 1:
                    deployments.change_traffic(home, "churn", both)
                case 2:
                    done(home, publications.start_publish(home, "churn", 1, "churn"))
                case 3:
                    deployments.roll_back(home, "churn")
            time.sleep(0.6)
    assert load.refused_connections == 0
    assert load.statuses().keys() == {200}
    assert {version for _, version, _ in load.answers} == {1, 2}
    assert {different for _, _, different in load.answers} == {1}, "a request was answered by two versions"
    live = [it for it in publications.list_publications(home, "churn") if it.status == "live"]
    assert [it.revision for it in live] == list(range(21, 0, -1)), "whatever answered is among the publications"


@pytest.mark.slow  # a process of its own, twice
def test_a_restart_under_load_comes_back_with_everything(home: Workspace, two_models: Published) -> None:
    settings = settings_of(home)
    with Load(settings, two_models, threads=2) as load:
        with running_api(settings):
            eventually(lambda: len(load.answers) > 20, 30)
        before = len(load.answers)
        with running_api(settings):
            eventually(lambda: len(load.answers) > before + 20, 30)
    assert load.statuses().keys() == {200}, "whoever was let in was answered"


@pytest.mark.slow  # a process of its own
def test_an_endpoint_that_is_retired_under_load_is_gone_from_one_moment_to_the_next(
    home: Workspace, two_models: Published
) -> None:
    settings = settings_of(home)
    with running_api(settings), Load(settings, two_models, pause=0.002) as load:
        eventually(lambda: len(load.answers) > 50, 30)
        sunsets.retire_endpoint(home, "churn", reason="It moved.")
        eventually(lambda: load.statuses()[410] > 200, 30)
    assert load.statuses().keys() == {200, 410}
    assert load.refused_connections == 0


@pytest.mark.slow  # a process of its own
def test_ten_times_too_much_is_refused_and_it_recovers(home: Workspace, two_models: Published) -> None:
    settings = settings_of(home, request_concurrency=1, request_queue=3)
    with running_api(settings):
        with Load(settings, two_models, threads=40, records=200, pause=0.001) as load:
            time.sleep(5)
        assert load.statuses().keys() == {200, 429}
        assert load.refused_connections == 0
        began = time.monotonic()
        with httpx.Client(base_url=settings.api_url, headers=two_models.headers, timeout=30) as client:
            body = {"records": [two_models.record]}
            eventually(lambda: client.post("/v1/endpoints/churn/predict", json=body).status_code == 200, 5)
        assert time.monotonic() - began < 5


@pytest.mark.slow  # a process of its own
def test_sigterm_answers_every_prediction_that_is_in_flight(home: Workspace, two_models: Published) -> None:
    settings = settings_of(home)
    statuses: list[int] = []
    body = {"records": [two_models.record] * 1_000}

    connected = threading.Barrier(ASKERS + 1)

    def ask() -> None:
        with httpx.Client(base_url=settings.api_url, headers=two_models.headers, timeout=30) as client:
            client.get("/healthz")
            connected.wait()
            statuses.append(client.post("/v1/endpoints/churn/predict", json=body).status_code)

    process = command(settings, "api")
    try:
        eventually(lambda: is_ready(settings), 120)
        askers = [threading.Thread(target=ask) for _ in range(ASKERS)]
        for asker in askers:
            asker.start()
        connected.wait()
        time.sleep(0.4)  # it has read what they ask, and answered some of it
        process.send_signal(signal.SIGTERM)
        for asker in askers:
            asker.join()
    finally:
        process.communicate(timeout=30)
    assert statuses == [200] * ASKERS
    with home.database.read() as uow:
        endpoint_id = uow.endpoints.by_name("churn").id
    versions = home.served.versions(endpoint_id)
    assert sum(len(home.served.files(endpoint_id, version)) for version in versions) >= 1
