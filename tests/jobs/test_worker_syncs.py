"""Real workers: what is due is done without anybody asking, and a sync whose process dies is told and tried again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from engine.graph import Pipeline
from engine.jobs import Worker
from engine.service.building.pipelines import import_pipeline
from engine.service.data import datasets, syncs
from engine.service.data.sync_slots import fire_syncs
from engine.service.running import runs, triggers
from engine.service.schedules import Schedule
from engine.sources import FileSource, UrlSource
from engine.workspace import Workspace
from storage.schema import utc_now
from tests.homes import done
from tests.processes import children, gone, running_worker
from tests.servers import eventually

ORDERS = "id,amount\n1,10\n2,20\n"
READER = """
format: 1
name: reader
nodes:
  orders: {component: dataset, params: {dataset: orders}}
edges: []
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


@pytest.mark.slow
def test_a_worker_syncs_what_is_due_and_starts_what_waits_for_it(
    new_home: Callable[..., Workspace], file: Path
) -> None:
    home = new_home(file_folders=(file.parent,))
    done(home, datasets.start_import(home, file, "orders"))
    import_pipeline(home, Pipeline.from_yaml(READER))
    triggers.add_trigger(home, "orders", "reader")
    syncs.set_sync(home, "orders", FileSource(path=file), Schedule(every="hour"), now=utc_now() - timedelta(hours=5))
    file.write_text(ORDERS + "3,30\n")
    with running_worker(home.settings):
        eventually(lambda: any(run.is_finished for run in runs.list_runs(home)), seconds=90)
    (synced,), (run,) = syncs.list_sync_runs(home, "orders"), runs.list_runs(home)
    assert (synced.status, synced.version, synced.rows, synced.asked_by) == ("succeeded", 2, 3, "schedule")
    assert run.status == "succeeded"
    found = syncs.get_sync(home, "orders")
    assert found is not None
    assert found.next_at is not None
    assert found.next_at > utc_now()


@pytest.fixture
def endless() -> Iterator[str]:
    """An address that begins to answer with a table and, once it has been looked at, never ends."""
    asked, over = [0], Event()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked[0] += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(ORDERS) + (10_000 if asked[0] > 1 else 0)))
            self.end_headers()
            self.wfile.write(ORDERS.encode())
            self.wfile.flush()
            if asked[0] > 1:
                over.wait(60)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/orders.csv"
    over.set()
    server.shutdown()


@pytest.mark.slow
def test_kill_9_of_a_sync_crashes_it_and_another_try_is_due(
    new_home: Callable[..., Workspace], file: Path, endless: str
) -> None:
    home = new_home(url_hosts=("127.0.0.1",))
    done(home, datasets.start_import(home, file, "orders"))
    now = utc_now()
    syncs.set_sync(home, "orders", UrlSource(url=endless), Schedule(every="hour"), now=now - timedelta(hours=2))
    assert fire_syncs(home.database, now) == 1
    thread = Thread(target=Worker(home, keep_spare=False).work_once)
    thread.start()
    eventually(lambda: syncs.list_sync_runs(home, "orders")[0].status == "running", seconds=60)
    children(home)[0].kill()
    thread.join(20)
    (run,) = syncs.list_sync_runs(home, "orders")
    assert (run.status, (run.error or {})["code"]) == ("crashed", "process_died")
    assert run.finished_at is not None
    assert run.retry_at == run.finished_at + timedelta(minutes=1)
    assert datasets.get_dataset(home, "orders").versions == [1]
    gone(home)
