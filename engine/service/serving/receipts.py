"""Receipts: what an endpoint was asked and what it answered, looked up later and asked again."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import Field

from engine.errors import PEOPLE_ERRORS, InvalidRecord, MissingThing
from engine.serve.endpoint_settings import EndpointSettings, read_endpoint_settings
from engine.serve.modelfile import ModelFile
from engine.serve.parity import TOLERANCE, plain_value
from engine.serve.scorer import Scored, Scorer, answers
from engine.service.modelling.made_by import MadeByView, made_by
from engine.service.modelling.opened_models import open_version
from engine.service.serving.kept_predictions import Kept, kept_predictions, why_unknown
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.served import AT, KEY, MILLISECONDS, PREDICTION, PROBABILITIES, REVISION, SCORE

State = Literal["equal", "different", "impossible"]


class ToldView(View):
    """What a model said of a record.

    Parameters
    ----------
    probabilities
        Class → probability; empty for a model that has none, and where its classes are not known any more.
    score
        For anomalies.
    """

    prediction: Any
    probabilities: dict[str, float] = Field(default_factory=dict)
    score: float | None = None


class OutcomeView(View):
    """What turned out to be true."""

    value: Any
    at: datetime


class RecomputedView(View):
    """The same record, asked again of the same model version.

    Parameters
    ----------
    difference
        The largest of a probability, a number or a score.
    """

    state: State
    words: str
    answer: ToldView | None = None
    difference: float | None = None


class ShadowView(View):
    """What a version said that only listened."""

    model: str | None
    version: int | None
    answer: ToldView


class ReceiptView(View):
    """One prediction: what was asked, what was answered, by what, and what became of it.

    Parameters
    ----------
    model, version
        None when the version was deleted since.
    record
        The record's fields as the model read them; those of `masked` were not kept.
    key
        The beginning of the caller's key.
    """

    id: str
    endpoint: str
    at: datetime
    revision: int
    model: str | None
    version: int | None
    version_id: str
    made_by: MadeByView | None
    record: dict[str, Any]
    masked: list[str]
    answer: ToldView
    milliseconds: float | None
    key: str
    outcome: OutcomeView | None
    recomputed: RecomputedView
    shadows: list[ShadowView] = Field(default_factory=list)


def get_receipt(workspace: Workspace, endpoint: str, id: str) -> ReceiptView:
    """Look up a prediction, and ask the same model version the same again.

    Raises
    ------
    NotFound
        When there is no such endpoint.
    MissingThing
        Saying why its log does not hold the prediction.
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        outcome = uow.outcomes.of(row.id, [id]).get(id)
    settings = read_endpoint_settings(row.settings)
    kept = kept_predictions(workspace.served, row.id, [id]).get(id)
    if kept is None:
        raise MissingThing(
            f"The prediction {id[:60]!r} {why_unknown(id, settings)}.", hint="Check the id and the endpoint."
        )
    scorer, name, number, why_not = _opened(workspace, kept.version_id)
    fields = [field.name for field in scorer.fields] if scorer else _fields(kept.row)
    masked = _masked(kept.row, fields, scorer, settings)
    return ReceiptView(
        id=id,
        endpoint=endpoint,
        at=kept.row[AT].replace(tzinfo=UTC),
        revision=kept.row[REVISION],
        model=name,
        version=number,
        version_id=kept.version_id,
        made_by=_made_by(workspace, kept.version_id),
        record={name: plain_value(kept.row[name]) for name in fields if name not in masked},
        masked=masked,
        answer=_told(kept.row, scorer.model if scorer else None),
        milliseconds=kept.row.get(MILLISECONDS),
        key=kept.row.get(KEY) or "",
        outcome=OutcomeView(value=outcome.value, at=outcome.at) if outcome else None,
        recomputed=_recomputed(scorer, kept, masked, why_not),
        shadows=[_shadow(workspace, version_id, told) for version_id, told in kept.shadows.items()],
    )


def _opened(workspace: Workspace, version_id: str) -> tuple[Scorer | None, str | None, int | None, str]:
    """The scorer, name and number of a version, or why there is none any more."""
    try:
        opened = open_version(workspace, version_id)
    except NotFound:
        return None, None, None, "The model version was deleted since, so that it cannot be asked again."
    except PEOPLE_ERRORS as error:
        name, number = _named(workspace, version_id)
        return None, name, number, f"The model version cannot be opened any more: {error.message}"
    return opened.scorer, opened.name, opened.version, ""


def _named(workspace: Workspace, version_id: str) -> tuple[str | None, int | None]:
    try:
        with workspace.database.read() as uow:
            version = uow.models.get_version(version_id)
            return uow.models.get(version.model_id).name, version.number
    except NotFound:
        return None, None


def _made_by(workspace: Workspace, version_id: str) -> MadeByView | None:
    try:
        return made_by(workspace, version_id)
    except NotFound:
        return None


def _fields(row: Mapping[str, Any]) -> list[str]:
    return [name for name in row if not name.startswith("__cb_")]


def _masked(
    row: Mapping[str, Any], fields: Sequence[str], scorer: Scorer | None, settings: EndpointSettings
) -> list[str]:
    """The fields whose values were not kept: those that are not there, and those that cannot have been missing."""
    must_be_there = {field.name for field in scorer.fields if not field.nullable} if scorer else set()
    hidden = {*settings.masked, *must_be_there}
    return [name for name in fields if name not in row or (row[name] is None and name in hidden)]


def _told(row: Mapping[str, Any], model: ModelFile | None) -> ToldView:
    chances = row.get(PROBABILITIES) or ()
    classes = list(map(str, model.classes)) if model else []
    return ToldView(
        prediction=plain_value(row[PREDICTION]),
        probabilities=dict(zip(classes, chances, strict=False)),
        score=row.get(SCORE),
    )


def _recomputed(scorer: Scorer | None, kept: Kept, masked: Sequence[str], why_not: str) -> RecomputedView:
    if scorer is None:
        return RecomputedView(state="impossible", words=why_not)
    if masked:
        names = ", ".join(masked[:5]) + (" …" if len(masked) > 5 else "")
        return RecomputedView(
            state="impossible", words=f"Values of {names} were not kept, so that the record cannot be asked again."
        )
    try:
        columns = {field.name: pa.array([kept.row[field.name]], field.arrow) for field in scorer.fields}
        scored = scorer.score(pa.table(columns))
    except (InvalidRecord, pa.ArrowException) as error:
        said = getattr(error, "message", str(error))
        return RecomputedView(state="different", words=f"The model refuses the record now: {said}")
    return _compared(kept.row, scored, scorer.model)


def _compared(row: Mapping[str, Any], scored: Scored, model: ModelFile) -> RecomputedView:
    now = answers(scored, model, [""])[0]
    difference = _difference(row, scored)
    is_same_label = model.task == "regression" or plain_value(row[PREDICTION]) == now["prediction"]
    is_equal = is_same_label and difference <= TOLERANCE
    amount = "" if difference == 0 else f" (difference {difference:.2g})"
    words = (
        f"Asked again, the same model version gives the same answer{amount}."
        if is_equal
        else f"Asked again, the same model version answers {now['prediction']!r}, not {row[PREDICTION]!r}{amount}."
    )
    if not is_equal and any(row[name] is None for name in model.inputs):
        words += " Fields without a value may have been masked when it was asked."
    told = ToldView(prediction=now["prediction"], probabilities=now.get("probabilities", {}), score=now.get("score"))
    return RecomputedView(
        state="equal" if is_equal else "different",
        words=words,
        answer=told,
        difference=difference if math.isfinite(difference) else None,
    )


def _difference(row: Mapping[str, Any], scored: Scored) -> float:
    """The largest difference of a number between then and now."""
    if scored.probabilities is not None:
        then, now = np.array(row[PROBABILITIES] or [], dtype=float), scored.probabilities[0]
    elif scored.scores is not None:
        then, now = np.array([row[SCORE]], dtype=float), np.array(scored.scores[:1])
    elif isinstance(scored.labels[0], float):
        then, now = np.array([row[PREDICTION]], dtype=float), np.array(scored.labels[:1])
    else:
        return 0.0
    if then.shape != now.shape:
        return math.inf
    return float(np.max(np.abs(then - now) / np.maximum(1.0, np.abs(now)), initial=0.0))


def _shadow(workspace: Workspace, version_id: str, row: Mapping[str, Any]) -> ShadowView:
    scorer, name, number, _ = _opened(workspace, version_id)
    return ShadowView(model=name, version=number, answer=_told(row, scorer.model if scorer else None))
