"""Our side of the serving contest: the API of a home under load; one command each, its figures on the last line."""

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import pipelines
from benchmarks.homes import ask, import_file, running_worker
from benchmarks.load import Target, figures, free_port, hammered, served
from benchmarks.report import measured, tell
from benchmarks.rivals.nine_columns import RECORD
from engine.service.jobs import wait_for_job
from engine.service.serving.deployments import roll_back
from engine.service.serving.keys import create_key
from engine.service.serving.publications import start_publish
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace

ENDPOINT = "served"
SWAPS = 10


def keep(home: Workspace, file: str) -> dict[str, Any]:
    """Not measured: two versions of the model, published one after the other."""
    import_file(home, Path(file), "customers")
    for learning_rate in (0.1, 0.09):
        with running_worker(home):
            ask(home, pipelines.served(learning_rate))
            job = wait_for_job(home, start_publish(home, "served", None, ENDPOINT))
        assert job.status == "succeeded", job.error
    return {}


def load(home: Workspace, seconds: str) -> dict[str, Any]:
    """Everything that is measured of one server."""
    with our_api(home) as target:
        found, _ = measured(figures, target, float(seconds))
    return dict(found)


def swap(home: Workspace, seconds: str) -> dict[str, Any]:
    """Whether anything goes wrong while another version takes over, again and again."""
    with our_api(home) as target:
        ended = threading.Event()

        def roll_back_and_forth() -> None:
            for _ in range(SWAPS):
                ended.wait(float(seconds) / (SWAPS + 1))
                roll_back(home, ENDPOINT)

        swapping = threading.Thread(target=roll_back_and_forth)
        swapping.start()
        found = hammered(target, float(seconds))
        ended.set()
        swapping.join()
    return {**found, "seconds": found["took"] / max(1, found["requests"]), "swaps": SWAPS}


@contextmanager
def our_api(home: Workspace) -> Iterator[Target]:
    """`canvasback api`, in a process of its own."""
    port, key = free_port(), create_key(home, ENDPOINT)
    target = Target(port, f"/v1/endpoints/{ENDPOINT}/predict", RECORD, headers={"Authorization": f"Bearer {key}"})
    settings = home.settings.model_copy(update={"api_port": port})
    with served([sys.executable, "-m", "engine.cli", "api"], target, "/readyz", **settings.as_environment()):
        yield target


COMMANDS = {work.__name__: work for work in (keep, load, swap)}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("home", type=Path)
    parser.add_argument("arguments", nargs="*")
    asked = parser.parse_args()
    tell(**COMMANDS[asked.command](open_workspace(Settings(home=asked.home)), *asked.arguments))
