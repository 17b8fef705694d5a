"""`kill -9` of the API while it answers: no half answers, nothing broken on disk, and it answers again by itself."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.settings import Settings
from engine.workspace import Workspace
from tests.api.two_models import endpoint_id, two_models
from tests.homes import Published
from tests.processes import command, is_dead
from tests.reliability.test_serving_under_load import Load, is_ready, settings_of
from tests.reliability.test_up import api, family, free_port
from tests.servers import eventually

__all__ = ["two_models"]

pytestmark = pytest.mark.slow  # every process of an installation
AGAIN_SECONDS = 10.0
"""It takes three to five seconds on a machine with nothing else to do; on a busy one, as long as the first start."""


@pytest.fixture
def home(two_models: Published, new_home: Callable[..., Workspace]) -> Workspace:
    return new_home(copy_of=two_models.workspace)


@contextmanager
def everything_up(settings: Settings) -> Iterator[float]:
    """`canvasback up`, which starts again what ends by itself; how many seconds it may take for that."""
    began = time.monotonic()
    supervisor = command(settings, "up")
    try:
        eventually(lambda: is_ready(settings), 120)
        yield max(AGAIN_SECONDS, 1.5 * (time.monotonic() - began))
    finally:
        supervisor.send_signal(signal.SIGINT)
        supervisor.communicate(timeout=60)
        for left in family(settings):
            left.kill()


def one_of_two(settings: Settings) -> psutil.Process:
    """A process that answers beside another, the older one."""

    def both() -> list[psutil.Process]:
        whole = api(settings)
        found = [it for it in whole.children() if not is_dead(it)] if whole else []
        answering = [it for it in found if "spawn_main" in " ".join(it.cmdline())]
        return answering if len(answering) == 2 else []

    found: list[psutil.Process] = eventually(both, 30)
    return min(found, key=psutil.Process.create_time)


@pytest.mark.parametrize(("processes", "which"), [(1, api), (2, one_of_two), (2, api)], ids=["1", "1 of 2", "2"])
def test_a_killed_api_answers_again_and_leaves_nothing_half_done(
    home: Workspace, two_models: Published, processes: int, which: Callable[[Settings], psutil.Process]
) -> None:
    settings = settings_of(home, ui_port=free_port(), api_processes=processes)
    began = datetime.now(UTC)
    with everything_up(settings) as patience, Load(settings, two_models, threads=5, pause=0.03) as load:
        for _ in range(2):
            before = len(load.answers)
            eventually(lambda before=before: len(load.answers) > before + 200, 60)
            os.kill(which(settings).pid, signal.SIGKILL)
            killed, before = time.monotonic(), len(load.answers)
            eventually(lambda before=before: len(load.answers) > before + 50, patience)
            print(f"50 answers {time.monotonic() - killed:.1f} s after the kill, {patience:.1f} s were allowed")
            eventually(lambda: is_ready(settings), patience)
    assert load.refused_connections > 0, "nobody was asking when it was killed"
    assert load.halves == 0
    assert load.statuses().keys() == {200}
    assert {different for _, _, different in load.answers} == {1}
    check_the_log(home, load)
    check_the_counts(home, load, began)


def check_the_log(home: Workspace, load: Load) -> None:
    """Every file can be read, and says of each answer what its caller was told; the last seconds may be missing."""
    place = endpoint_id(home)
    files = [file for version in home.served.versions(place) for file in home.served.files(place, version)]
    kept = pa.concat_tables(map(pq.read_table, files))
    ids, predictions = kept.column("__cb_id").to_pylist(), kept.column("__cb_prediction").to_pylist()
    assert len(set(ids)) == len(ids)
    known = [(id, said) for id, said in zip(ids, predictions, strict=True) if id in load.said]
    assert known
    assert all(load.said[id] == said for id, said in known)


def check_the_counts(home: Workspace, load: Load, began: datetime) -> None:
    """Nothing is counted twice, and nothing below nothing."""
    with home.database.read() as uow:
        told = uow.traffic.total(endpoint_id(home), began - timedelta(minutes=1))
    assert min(told.requests, told.records, told.refused, told.failed, told.seconds, *told.latencies) >= 0
    assert (told.refused, told.failed) == (0, 0)
    assert 0 < told.requests <= len(load.answers) + load.refused_connections
    assert told.records <= 3 * told.requests
