"""How well a model did in a window, once the truth is known, beside its score on rows held out when it learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from components.base import Predictions
from components.errors import UnfitData
from components.evaluate.comparing import DEFAULTS
from components.evaluate.error_slices import ErrorSlicesParams
from components.evaluate.evaluate import judge
from components.evaluate.intervals import intervals
from components.evaluate.metrics import LOWER_IS_BETTER
from components.evaluate.scores import scores
from components.evaluate.slices import error_slices
from engine.errors import DataError
from engine.evaluation.predictions import as_answers
from engine.monitor.logged import Logged
from engine.serve.evidence import TRUTH
from engine.serve.modelfile import ModelFile
from storage.served import ID, PREDICTION, PROBABILITIES

LEAST_ROWS = 30
"""Of fewer rows, a score says nothing."""
MOST_ROWS = 50_000
"""Of more, some are judged."""
SURE, SPREADS = 2.576, 3.92
"""Standard errors beyond which a difference is chance once in a hundred times; how many a 95 % interval is wide."""

DECIDING = (*DEFAULTS, "mae", "r2")
"""What decides: the first that is known. To ask all of them would be to find one that is worse by chance."""

Truths = Mapping[str, Any]


class Performance(BaseModel):
    """What the outcomes of a window say of the model.

    Parameters
    ----------
    rows
        Logged rows of which the truth is known.
    unknown
        Those among them whose truth is none that the model can answer; they are left out.
    metrics, intervals
        Of the window, with 95 % bootstrap intervals.
    held_out, held_out_intervals
        The same of the rows that were held out when it learned.
    worse
        Metrics that are worse than they were, beyond chance.
    report
        As `components.evaluate` reports on a model; empty for too few rows.
    slices
        The rows for which it fails most: as `components.evaluate.slices` reports them.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    unknown: int = 0
    metrics: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    held_out: dict[str, float] = {}
    held_out_intervals: dict[str, tuple[float, float]] = {}
    worse: tuple[str, ...] = ()
    report: dict[str, Any] = {}
    slices: dict[str, Any] = {}

    @property
    def metric(self) -> str:
        """The metric that decides; empty where none is known of both sides."""
        return next((name for name in DECIDING if name in self.metrics and name in self.held_out), "")

    @property
    def is_worse(self) -> bool:
        """Whether the deciding metric is worse than it was, beyond chance."""
        return bool(self.metric) and self.metric in self.worse

    @property
    def is_enough(self) -> bool:
        """Whether there are rows enough to say anything."""
        return self.rows - self.unknown >= LEAST_ROWS


@dataclass(frozen=True)
class JudgedRows:
    """Logged rows of which the truth is known."""

    predictions: Predictions
    unknown: int


def performance(logged: Logged, truths: Truths, *, in_full: bool = True) -> Performance | None:
    """What the outcomes say; None for a model without a target, or where none are known.

    Parameters
    ----------
    in_full
        Whether plots and slices are wanted too.
    """
    found = judged_rows(logged, truths)
    if found is None:
        return None
    p, rows = found.predictions, len(found.predictions.truth) + found.unknown
    told = Performance(rows=rows, unknown=found.unknown, held_out=logged.model.metrics)
    if not told.is_enough:
        return told
    spans = _spans(p)
    metrics, before, before_spans = scores(p), *_held_out(logged)
    found_worse = tuple(
        name
        for name in metrics
        if name in before and is_worse(name, (metrics[name], spans.get(name)), (before[name], before_spans.get(name)))
    )
    extra = {"report": _report(logged, p), "slices": _slices(p)} if in_full else {}
    return told.model_copy(
        update={
            "metrics": metrics,
            "intervals": spans,
            "held_out": before,
            "held_out_intervals": before_spans,
            "worse": found_worse,
            **extra,
        }
    )


def judged_rows(logged: Logged, truths: Truths, most: int = MOST_ROWS) -> JudgedRows | None:
    """Logged rows joined with what turned out to be true, with the model's fields beside; None where there are none."""
    if not truths or logged.every is None or not logged.model.target:
        return None
    told = logged.backend.register(pa.table({"__cb_told": pa.array(list(truths), pa.string())}))
    table = _once(logged.table)
    names = [field.name for field in logged.fields]
    wanted = [ID, PREDICTION, *([PROBABILITIES] if logged.model.classes else []), *names]
    known = table.semi_join(told, table[ID] == told["__cb_told"])
    found = logged.backend.collect(known.order_by(known[ID].hash()).limit(most).select(wanted))
    if not found.num_rows:
        return None
    truth = [truths[key] for key in found.column(ID).to_pylist()]
    return predictions_of(logged.model, found, truth, names)


def is_worse(name: str, now: tuple[float, Any], then: tuple[float, Any]) -> bool:
    """Whether a metric has become worse beyond chance.

    Both were measured on other rows, so that their standard errors, read from the intervals, add up as squares.

    Examples
    --------
    >>> is_worse("accuracy", (0.70, (0.68, 0.72)), (0.80, (0.78, 0.82)))
    True
    >>> is_worse("mae", (0.70, (0.5, 0.9)), (0.80, (0.78, 0.82)))
    False
    """
    (value, span), (before, span_before) = now, then
    if span is None:
        return False
    errors = [(high - low) / SPREADS for low, high in (span, span_before or (before, before))]
    lost = (value - before) if name in LOWER_IS_BETTER else (before - value)
    return bool(lost > SURE * float(np.hypot(errors[0], errors[1])))


def _once(table: ir.Table) -> ir.Table:
    """Each prediction once, even where a file of the log was being replaced."""
    return table.distinct(on=ID, keep="first")


def predictions_of(model: ModelFile, found: pa.Table, truth: Sequence[Any], names: Sequence[str]) -> JudgedRows:
    """Logged answers and what was true, as what judges models reads them.

    Parameters
    ----------
    names
        Columns of the same rows that come beside.
    """
    columns = found.select(list(names)) if names else None
    if model.task != "classification":
        numbers = np.array([_number(value) for value in truth], dtype=np.float64)
        known = np.isfinite(numbers)
        said = found.column(PREDICTION).cast(pa.float64(), safe=False).to_numpy()[known]
        p = Predictions("regression", numbers[known], said, columns=_filtered(columns, known))
        return JudgedRows(p, int((~known).sum()))
    labels = {_spelled(label): label for label in model.classes}
    told = [labels.get(_spelled(value)) for value in truth]
    known = np.array([value is not None for value in told])
    answers = np.array(told, dtype=object)[known]
    said = np.array(found.column(PREDICTION).to_pylist(), dtype=object)[known]
    flat = [
        row if row is not None else [np.nan] * len(model.classes) for row in found.column(PROBABILITIES).to_pylist()
    ]
    chances = np.array(flat, dtype=np.float64)[known]
    p = Predictions(
        "classification",
        answers,
        said,
        chances if np.isfinite(chances).all() else None,
        tuple(model.classes),
        model.positive,
        _filtered(columns, known),
    )
    return JudgedRows(p, int((~known).sum()))


def _spelled(value: Any) -> str:
    """A class as it may come back: as itself, as a text, or a whole number as one with a point."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _filtered(columns: pa.Table | None, known: Any) -> pa.Table | None:
    return None if columns is None else columns.filter(pa.array(known))


def _number(value: Any) -> float:
    try:
        return float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        return float("nan")


def _spans(p: Predictions) -> dict[str, tuple[float, float]]:
    return {name: (low, high) for name, (low, high) in intervals(p).get("of", {}).items()}


def _held_out(logged: Logged) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """The score of the training run, with the intervals of the rows that are kept of it."""
    try:
        kept = logged.evidence.predictions()
    except DataError:
        return logged.model.metrics, {}
    return logged.model.metrics or scores(kept), _spans(kept)


def _report(logged: Logged, p: Predictions) -> dict[str, Any]:
    model = logged.model
    learned = as_answers(logged.evidence.learned_from().column(TRUTH), model.task, model.classes)
    found = dict(judge(replace(p, learned=learned)))
    return found | {"counted": "logged row"}


def _slices(p: Predictions) -> dict[str, Any]:
    if p.columns is None:
        return {}
    try:
        return dict(error_slices(p, ErrorSlicesParams.model_validate({"columns": p.columns.column_names})))
    except UnfitData:
        return {}
