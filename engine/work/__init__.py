"""What jobs do, one file per kind; always in a child process of its own."""

from collections.abc import Callable
from typing import Any

from engine.work.assignment import Assignment
from engine.work.blame_drift import blame_drift
from engine.work.check_rules import check_rules
from engine.work.compare_challenger import compare_challenger
from engine.work.compare_versions import compare_versions
from engine.work.explain_model import explain_model
from engine.work.explain_score import explain_score
from engine.work.export_dataset import export_dataset
from engine.work.export_model import export_model
from engine.work.import_dataset import import_dataset
from engine.work.learning_curve import learning_curve
from engine.work.measure_version import measure_version
from engine.work.profile_report import profile_report
from engine.work.publish_endpoint import publish_endpoint, replay_endpoint
from engine.work.run_pipeline import run_pipeline
from engine.work.score_batch import score_batch
from engine.work.sync_dataset import sync_dataset
from engine.work.watch_endpoint import watch_endpoint

WORK: dict[str, Callable[[Assignment], dict[str, Any]]] = {
    "blame_drift": blame_drift,
    "compare_challenger": compare_challenger,
    "compare_versions": compare_versions,
    "export_dataset": export_dataset,
    "export_model": export_model,
    "check_rules": check_rules,
    "explain_model": explain_model,
    "explain_score": explain_score,
    "import_dataset": import_dataset,
    "learning_curve": learning_curve,
    "run_pipeline": run_pipeline,
    "publish_endpoint": publish_endpoint,
    "replay_endpoint": replay_endpoint,
    "score_batch": score_batch,
    "sync_dataset": sync_dataset,
    "measure_version": measure_version,
    "profile_report": profile_report,
    "watch_endpoint": watch_endpoint,
}
