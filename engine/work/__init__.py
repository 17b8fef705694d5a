"""What jobs do, one file per kind; always in a child process of its own."""

from collections.abc import Callable
from typing import Any

from engine.work.assignment import Assignment
from engine.work.import_dataset import import_dataset
from engine.work.measure_version import measure_version
from engine.work.profile_report import profile_report
from engine.work.publish_endpoint import publish_endpoint
from engine.work.run_pipeline import run_pipeline

WORK: dict[str, Callable[[Assignment], dict[str, Any]]] = {
    "import_dataset": import_dataset,
    "run_pipeline": run_pipeline,
    "publish_endpoint": publish_endpoint,
    "measure_version": measure_version,
    "profile_report": profile_report,
}
