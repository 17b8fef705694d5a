"""What jobs do, one file per kind; always in a child process of its own."""

from collections.abc import Callable
from typing import Any

from engine.work.assignment import Assignment
from engine.work.check_rules import check_rules
from engine.work.compare_versions import compare_versions
from engine.work.explain_score import explain_score
from engine.work.export_dataset import export_dataset
from engine.work.import_dataset import import_dataset
from engine.work.measure_version import measure_version
from engine.work.profile_report import profile_report
from engine.work.publish_endpoint import publish_endpoint
from engine.work.run_pipeline import run_pipeline
from engine.work.sync_dataset import sync_dataset

WORK: dict[str, Callable[[Assignment], dict[str, Any]]] = {
    "compare_versions": compare_versions,
    "export_dataset": export_dataset,
    "check_rules": check_rules,
    "explain_score": explain_score,
    "import_dataset": import_dataset,
    "run_pipeline": run_pipeline,
    "publish_endpoint": publish_endpoint,
    "sync_dataset": sync_dataset,
    "measure_version": measure_version,
    "profile_report": profile_report,
}
