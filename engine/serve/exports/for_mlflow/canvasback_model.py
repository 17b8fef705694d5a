"""What MLflow loads: a model exported from Canvasback, with the code that answers for it beside this file."""

import datetime as dates
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from engine.serve.fields import Field
from engine.serve.records import to_table
from engine.serve.scorer import Scorer, load_scorer

ROWS_AT_ONCE = 10_000


class CanvasbackModel:
    """Answers a frame with a column per field.

    `predict` gives a frame: ``prediction``, then ``probability_<class>`` for each class, or ``score``.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def predict(self, rows: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Answer each row, in order; a column that may be missing need not be there."""
        answers = [self._answered(rows.iloc[at : at + ROWS_AT_ONCE]) for at in range(0, len(rows), ROWS_AT_ONCE)]
        return pd.concat(answers, ignore_index=True) if answers else pd.DataFrame({"prediction": []})

    def _answered(self, rows: pd.DataFrame) -> pd.DataFrame:
        fields = self._scorer.fields
        columns = [
            [_sent(value, field) for value in rows[field.name]] if field.name in rows or not field.nullable
            else [None] * len(rows)
            for field in fields
        ]  # fmt: skip
        names = [field.name for field in fields]
        records = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] or [{}] * len(rows)
        told = self._scorer.score(to_table(records, fields, most=len(rows)))
        answers: dict[str, Any] = {"prediction": told.labels}
        if told.probabilities is not None:
            for place, label in enumerate(self._scorer.model.classes):
                answers[f"probability_{label}"] = told.probabilities[:, place]
        if told.scores is not None:
            answers["score"] = told.scores
        return pd.DataFrame(answers)


def _load_pyfunc(path: str) -> CanvasbackModel:
    """Called by MLflow with the folder of the model's files."""
    folder = Path(path)
    files = json.loads((folder / "files.json").read_text(encoding="utf-8"))
    return CanvasbackModel(load_scorer({name: folder / name for name in files}))


def _sent(value: Any, field: Field) -> Any:
    """A cell as a request to an endpoint would carry it."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, dates.date):  # a time is one, too
        day = value.date() if isinstance(value, dates.datetime) and field.family == "date" else value
        return day.isoformat()
    if isinstance(value, dates.time):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
