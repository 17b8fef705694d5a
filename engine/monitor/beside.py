"""Two versions of an endpoint on the same requests: the one that is heard, and a challenger in its shadow."""

from dataclasses import replace
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from components.base import Predictions
from components.evaluate.comparing import standings
from components.evaluate.metrics import LOWER_IS_BETTER
from components.evaluate.scores import scores
from engine.backends.backend import Backend
from engine.monitor.performance import LEAST_ROWS, MOST_ROWS, Truths, predictions_of
from engine.serve.modelfile import ModelFile
from storage.served import ID, PREDICTION, PROBABILITIES

CONFIDENCE, RESAMPLES, SEED = 0.95, 500, 7
METRICS = ("roc_auc", "accuracy", "rmse", "mae")
"""What decides: the first that both have."""


class Beside(BaseModel):
    """Another version, row by row beside the first.

    Parameters
    ----------
    rows
        Requests that both answered.
    same
        The share of them with the same answer; of numbers, None.
    apart
        Mean absolute difference of the answers; of classes, None.
    judged
        Rows among them of which the truth is known.
    scores
        Of both on these rows.
    metric, gain, low, high, chance
        By how much the other version is better (positive), its paired 95 % bootstrap interval, and how likely chance
        alone makes such a difference; None where too few outcomes are known.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    same: float | None = None
    apart: float | None = None
    judged: int = 0
    scores: tuple[dict[str, float], dict[str, float]] = ({}, {})
    metric: str = ""
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None


def beside(
    logs: tuple[ir.Table, ir.Table], models: tuple[ModelFile, ModelFile], truths: Truths, backend: Backend
) -> Beside:
    """Compare two versions on the requests that both answered, joined by the prediction's id.

    Parameters
    ----------
    logs
        The window's rows of both versions.
    """
    pairs = _pairs(logs, models)
    is_number = models[0].task == "regression"
    rows = backend.rows(pairs)
    if not rows:
        return Beside(rows=0)
    if is_number:
        mean = backend.row(pairs.aggregate(apart=(pairs["said0"] - pairs["said1"]).abs().mean()))["apart"]
        found = Beside(rows=rows, apart=mean)
    else:
        equal = pairs["said0"].cast("string") == pairs["said1"].cast("string")
        found = Beside(rows=rows, same=backend.row(pairs.aggregate(same=equal.mean()))["same"])
    return _judged(found, pairs, models, truths, backend) if truths else found


def _pairs(logs: tuple[ir.Table, ir.Table], models: tuple[ModelFile, ModelFile]) -> ir.Table:
    sides = []
    for at, (table, model) in enumerate(zip(logs, models, strict=True)):
        once = table.distinct(on=ID, keep="first")
        chances = {f"chances{at}": once[PROBABILITIES]} if model.classes else {}
        sides.append(once.select(**{f"id{at}": once[ID], f"said{at}": once[PREDICTION], **chances}))
    return sides[0].inner_join(sides[1], sides[0]["id0"] == sides[1]["id1"])


def _judged(
    found: Beside, pairs: ir.Table, models: tuple[ModelFile, ModelFile], truths: Truths, backend: Backend
) -> Beside:
    told = backend.register(pa.table({"__cb_told": pa.array(list(truths), pa.string())}))
    known = pairs.semi_join(told, pairs["id0"] == told["__cb_told"])
    rows = backend.collect(known.order_by(known["id0"].hash()).limit(MOST_ROWS))
    truth = [truths[key] for key in rows.column("id0").to_pylist()]
    sides = [_side(model, rows, truth, at) for at, model in enumerate(models)]
    if sides[0] is None or sides[1] is None or not len(sides[1].truth) == len(sides[0].truth) >= LEAST_ROWS:
        return found.model_copy(update={"judged": len(truth)})
    measured = (scores(sides[0]), scores(sides[1]))
    metric = next((name for name in METRICS if all(name in side for side in measured)), "")
    told_both = {"judged": len(sides[0].truth), "scores": measured, "metric": metric}
    if not metric:
        return found.model_copy(update=told_both)
    return found.model_copy(update={**told_both, **_gain((sides[0], sides[1]), metric)})


def _gain(sides: tuple[Predictions, Predictions], metric: str) -> dict[str, Any]:
    """By how much the second is better than the first, whichever of them is the best."""
    _, second = standings({"0": sides[0], "1": sides[1]}, metric, CONFIDENCE, RESAMPLES, SEED)
    # The worse of the two stands with its difference to the better one.
    sign = (1.0 if second.name == "1" else -1.0) * (-1.0 if metric in LOWER_IS_BETTER else 1.0)
    low, high = sorted((sign * second.difference_low, sign * second.difference_high))
    return {"gain": sign * second.difference, "low": low, "high": high, "chance": second.chance}


def _side(model: ModelFile, rows: pa.Table, truth: list[Any], at: int) -> Predictions | None:
    """One version's answers; None where it answers in other words than the truth is told in."""
    columns = {PREDICTION: rows.column(f"said{at}")}
    if model.classes:
        columns[PROBABILITIES] = rows.column(f"chances{at}")
    found = predictions_of(model, pa.table(columns), truth, ())
    return None if found.unknown == len(truth) else replace(found.predictions, columns=None)
