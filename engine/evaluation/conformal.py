"""Prediction intervals of a model version: from its report, or made again from the rows that are kept with it."""

from collections.abc import Mapping
from typing import Any

from components.evaluate.conformal import LEAST_ROWS, Conformal, calibrated
from engine.errors import DataError
from engine.evaluation.evidence import Evidence

KEPT = "conformal"
"""Its name in a report."""


def kept_intervals(report: Mapping[str, Any]) -> Conformal | None:
    """Those that the report of a model holds; None where it holds none.

    An endpoint that answers with intervals reads them here: `Conformal.around` takes what the model says.
    """
    found = (report.get(KEPT) or {}).get("kept")
    return Conformal.from_data(found) if found else None


def intervals_from(evidence: Evidence) -> Conformal:
    """The same, from the held-out rows that are kept with a model.

    Raises
    ------
    DataError
        For a model that does not predict numbers, or of which too few rows are kept.
    """
    if evidence.model.task != "regression":
        raise DataError(
            f"Prediction intervals are for numbers, but this model does {evidence.model.task}.",
            hint="Open a regression model.",
        )
    told = evidence.predictions()
    if len(told.truth) < LEAST_ROWS:
        raise DataError(
            f"{len(told.truth)} held-out rows are too few for prediction intervals; {LEAST_ROWS} would do.",
            hint="Give the split a larger test share, or use cross-validation.",
        )
    return calibrated(told.truth, told.prediction)
