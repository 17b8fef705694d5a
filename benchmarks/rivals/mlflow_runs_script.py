"""MLflow's list of runs, kept in SQLite as its documentation says, and asked as its page asks."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.recorded_runs import PAGE, Question, Recorded, answered, recorded
from benchmarks.report import measured, tell

AT_ONCE = 500


def keep(client: Any, experiment: str, count: int) -> None:
    """Not measured: the rows that logging would write, many at a time; logging each takes a tenth of a second."""
    store, runs = client._tracking_client.store, list(recorded(count))
    for first in range(0, count, AT_ONCE):
        with store.ManagedSessionMaker() as session:
            session.add_all(row for one in runs[first : first + AT_ONCE] for row in _rows(experiment, one))


def _rows(experiment: str, told: Recorded) -> Iterator[Any]:
    from mlflow.store.tracking.dbmodels import models

    run, started = f"{told.number:032x}", int(told.started.timestamp() * 1_000)
    ended = started + int(told.seconds * 1_000)
    yield models.SqlRun(
        run_uuid=run, name=f"run {told.number}", experiment_id=int(experiment), status="FINISHED",
        lifecycle_stage="active", start_time=started, end_time=ended, user_id="bench", source_type="LOCAL",
        artifact_uri="",
    )  # fmt: skip
    for name, value in told.metrics.items():
        fields = {"key": name, "value": value, "timestamp": ended, "step": 0, "is_nan": False, "run_uuid": run}
        yield models.SqlMetric(**fields)
        yield models.SqlLatestMetric(**fields)
    for name, given in told.params.items():
        yield models.SqlParam(key=f"model.{name}", value=str(given), run_uuid=run)
    for key, word in {"tag": told.tag, "mlflow.note.content": told.note}.items():
        if word:
            yield models.SqlTag(key=key, value=word, run_uuid=run)


def ask(client: Any, experiment: str, question: Question, runs: int) -> Sequence[float]:
    """A page of runs; a page further on is asked for by its token, as the page gets one."""
    from mlflow.utils.search_utils import SearchUtils

    page = question.page_of(runs)
    token = SearchUtils.create_page_token(page * PAGE) if page else None
    found = client.search_runs(
        [experiment], question.their_filter, max_results=PAGE, order_by=[question.their_sort], page_token=token
    )
    return [run.data.metrics["roc_auc"] for run in found]


if __name__ == "__main__":
    from mlflow import MlflowClient

    command, file, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    mlflow = MlflowClient(f"sqlite:///{file}")
    if command == "keep":
        keep(mlflow, mlflow.create_experiment("served"), count)
        tell()
    else:
        kept = mlflow.get_experiment_by_name("served").experiment_id
        figures, spent = measured(lambda: answered(lambda question: ask(mlflow, kept, question, count)))
        tell(**{"seconds": spent, **figures})
