"""Before an endpoint is live: stored rows go through the endpoint's own code and must come out as the run said."""

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from components.ports import ROW
from engine.errors import InvalidRecord, ParityFailed
from engine.schemas import PREDICTION, PROBABILITIES
from engine.serve.scorer import SCORE, Scorer, respond

TOLERANCE = 1e-6
SHOWN = 10
GOLDEN_PREFIX = "__cb_golden_"


@dataclass(frozen=True)
class Parity:
    """What the comparison found.

    Parameters
    ----------
    rows
        Rows replayed.
    max_difference
        Largest difference of a number: a probability, a regression's prediction, or a score (relative where above 1).
    """

    rows: int
    max_difference: float

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"rows": self.rows, "max_difference": self.max_difference}


def check_parity(scorer: Scorer) -> Parity:
    """Replay the golden rows, as JSON, through `respond`.

    Raises
    ------
    ParityFailed
        Naming rows and what differs; also when there is nothing to replay.
    """
    golden = scorer.golden()
    if golden.num_rows == 0:
        raise ParityFailed(
            "The model has no stored rows to prove the endpoint with.",
            hint="Where an encoder uses the target, keep test rows with a split instead of a cross-validation; "
            "joins that match several rows per record cannot be served.",
        )
    records = [
        {field.name: plain_value(value) for field, value in zip(scorer.fields, row, strict=True)}
        for row in zip(*(golden.column(field.name).to_pylist() for field in scorer.fields), strict=True)
    ] or [{}] * golden.num_rows
    sent = json.loads(json.dumps({"records": records}))
    try:
        told = respond(scorer, sent, "", 0, most=golden.num_rows)["predictions"]
    except InvalidRecord as refused:
        raise ParityFailed(
            f"The endpoint would refuse a stored row that the training run answered: {refused.message}",
            hint="Nothing was published. Train the model again with this version of Canvasback.",
            field=refused.field,
        ) from refused
    return _compare(golden, json.loads(json.dumps(told)), scorer)


def _compare(golden: pa.Table, told: list[dict[str, Any]], scorer: Scorer) -> Parity:
    wanted = [plain_value(value) for value in golden.column(GOLDEN_PREFIX + PREDICTION).to_pylist()]
    ids = golden.column(ROW).to_pylist()
    if len(told) != len(wanted):
        raise ParityFailed(f"The endpoint gave {len(told)} answers for {len(wanted)} rows.", hint="Train it again.")
    differences = _number_differences(golden, told, wanted, scorer)
    is_exact = scorer.model.task != "regression"
    wrong = [
        {"row": ids[i], "run": wanted[i], "endpoint": told[i]["prediction"], "difference": float(differences[i])}
        for i in range(len(told))
        if (is_exact and wanted[i] != told[i]["prediction"]) or not differences[i] <= TOLERANCE
    ]
    if wrong:
        first = wrong[0]
        raise ParityFailed(
            f"{len(wrong)} of {len(told)} stored rows would be answered differently than in the training run; "
            f"row {first['row']}: the run said {first['run']!r}, the endpoint says {first['endpoint']!r} "
            f"(difference {first['difference']:.3g}).",
            hint="Nothing was published. Train the model again with this version of Canvasback.",
            detail={"rows": wrong[:SHOWN]},
        )
    return Parity(len(told), float(differences.max(initial=0.0)))


def _number_differences(
    golden: pa.Table, told: list[dict[str, Any]], wanted: list[Any], scorer: Scorer
) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Per row, the largest difference of a number."""
    if scorer.model.task == "clustering":
        return np.zeros(len(told))
    if scorer.model.task == "anomaly":
        scores = np.array(golden.column(GOLDEN_PREFIX + SCORE).to_pylist(), dtype=np.float64)
        # A score has no unit and no bounds: a distance may be very large.
        return np.asarray(np.abs([row[SCORE] for row in told] - scores) / np.maximum(1.0, np.abs(scores)))
    if scorer.model.task == "regression":
        here = np.array([row["prediction"] for row in told], dtype=np.float64)
        return np.asarray(np.abs(here - np.array(wanted, dtype=np.float64)))
    run = np.array(golden.column(GOLDEN_PREFIX + PROBABILITIES).to_pylist(), dtype=float)
    here = np.array([list(row["probabilities"].values()) for row in told], dtype=float)
    largest: np.ndarray[Any, np.dtype[np.float64]] = np.abs(run - here).max(axis=1)
    return largest


def plain_value(value: Any) -> Any:
    """A stored value as a request would carry it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return float(value) if type(value).__name__ == "Decimal" else value
