"""Predictions in an endpoint's log, as its API would have written them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from engine.serve.records import to_table
from engine.serve.scorer import load_scorer
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from storage import served
from storage.ids import new_id


def logged(
    workspace: Workspace,
    endpoint: str,
    records: Sequence[dict[str, Any]],
    *,
    ids: Sequence[str] = (),
    masked: Sequence[str] = (),
    role: str = "live",
    changed: Any = None,
) -> list[str]:
    """Write what the endpoint would answer for some records; the ids of the predictions.

    Parameters
    ----------
    masked
        Fields whose values are not kept.
    changed
        What was answered, instead of what the model says.
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        deployment, model, number = uow.endpoints.active(row.id)[0]
        answers = uow.models.version(uow.models.by_name(model).id, number)
    scorer = load_scorer(verified_files(workspace, answers))
    rows = to_table(list(records), scorer.fields, len(records))
    scored = scorer.score(rows)
    count, now = len(records), datetime.now(UTC).replace(tzinfo=None)
    made = list(ids) or [new_id() for _ in records]
    chances = [None] * count if scored.probabilities is None else scored.probabilities.tolist()
    columns = {
        **{name: rows.column(name) for name in rows.column_names if name not in masked},
        served.PREDICTION: pa.array(scored.labels if changed is None else [changed] * count),
        served.ID: pa.array(made),
        served.AT: pa.array([now] * count, pa.timestamp("us")),
        served.ROLE: pa.array([role] * count),
        served.REVISION: pa.array([deployment.revision] * count, pa.int32()),
        served.PROBABILITIES: pa.array(chances, pa.list_(pa.float64())),
        served.SCORE: pa.array(scored.scores or [None] * count, pa.float64()),
        served.MILLISECONDS: pa.array([1.5] * count, pa.float32()),
        served.KEY: pa.array(["cbk_abcdefgh"] * count),
    }
    workspace.served.append(row.id, answers.id, pa.table(columns))
    return made
