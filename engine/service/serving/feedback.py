"""Feedback: what turned out to be true for predictions that an endpoint has made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from engine.errors import InvalidRecord
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.serving.kept_predictions import Kept, kept_predictions, why_unknown
from engine.service.views import View
from engine.workspace import Workspace
from storage.schema import ModelVersion
from storage.unit_of_work import UnitOfWork

MOST_OUTCOMES = 1_000
MOST_PROBLEMS = 50
MOST_SHOWN = 60


class OutcomeProblem(View):
    """Why one outcome was not kept.

    Parameters
    ----------
    outcome
        Its place in the request, from 0.
    """

    outcome: int
    id: str
    message: str


class FeedbackView(View):
    """What became of outcomes.

    Parameters
    ----------
    kept
        Those that are new.
    repeated
        Those that were known already, with the same value.
    replaced
        Those that were known with another value.
    refused
        The others; `problems` tells the first fifty.
    """

    kept: int = 0
    repeated: int = 0
    replaced: int = 0
    refused: int = 0
    problems: list[OutcomeProblem] = Field(default_factory=list)


@dataclass
class _Sorted:
    """Outcomes by what becomes of them."""

    kept: dict[str, Any] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    replaced: dict[str, Any] = field(default_factory=dict)
    problems: list[OutcomeProblem] = field(default_factory=list)


def give_feedback(
    workspace: Workspace, endpoint: str, outcomes: Any, *, replace: bool = False, most: int = MOST_OUTCOMES
) -> FeedbackView:
    """Note what turned out to be true; what is wrong with one outcome does not hold up the others.

    Parameters
    ----------
    outcomes
        ``[{"id": …, "value": …}]``
    replace
        Whether a value that is known already may become another one.

    Raises
    ------
    NotFound
    InvalidRecord
        When it is no list of outcomes, or too long a one.
    """
    pairs = _pairs(outcomes, most)
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
    settings = read_endpoint_settings(row.settings)
    known = kept_predictions(workspace.served, row.id, {id for _, id, _ in pairs}, columns=())
    versions = _versions(workspace, known)

    def write(uow: UnitOfWork) -> _Sorted:
        before = {id: kept.value for id, kept in uow.outcomes.of(row.id, known).items()}
        told = _Sorted()
        for place, id, value in pairs:
            wrong = why_unknown(id, settings) if id not in known else _wrong(versions[known[id].version_id], value)
            seen = {**before, **told.kept, **told.replaced} if not wrong else {}
            if wrong:
                told.problems.append(OutcomeProblem(outcome=place, id=id[:MOST_SHOWN], message=wrong))
            elif id not in seen:
                told.kept[id] = value
            elif _same(seen[id], value):
                told.repeated.append(id)
            elif not replace:
                message = f'is known already, as {_said(seen[id])}; send "replace": true to change it'
                told.problems.append(OutcomeProblem(outcome=place, id=id, message=message))
            else:
                told.replaced[id] = value
        uow.outcomes.keep(row.id, {**told.kept, **told.replaced})
        if told.replaced:
            uow.audit.record("feedback", "outcomes replaced", f"endpoint {endpoint}", {"outcomes": len(told.replaced)})
        return told

    told = workspace.database.transact(write)
    return FeedbackView(
        kept=len(told.kept),
        repeated=len(told.repeated),
        replaced=len(told.replaced),
        refused=len(told.problems),
        problems=told.problems[:MOST_PROBLEMS],
    )


def _pairs(outcomes: Any, most: int) -> list[tuple[int, str, Any]]:
    if not isinstance(outcomes, list) or not outcomes:
        raise InvalidRecord(
            '\'outcomes\' must be a list of at least one {"id": …, "value": …}.',
            hint="The id is that of the prediction; the value is what turned out to be true.",
            field="outcomes",
        )
    if len(outcomes) > most:
        raise InvalidRecord(
            f"The request has {len(outcomes):,} outcomes; at most {most:,} are allowed.",
            hint="Split it into several requests.",
            field="outcomes",
        )
    for place, outcome in enumerate(outcomes):
        if not _is_outcome(outcome):
            raise InvalidRecord(
                f'Outcome {place}: must be {{"id": …, "value": …}} and nothing else, each one value.',
                field="outcomes",
                detail={"errors": [{"record": place, "field": None, "message": "must have an id and a value"}]},
            )
    return [(place, outcome["id"], outcome["value"]) for place, outcome in enumerate(outcomes)]


def _is_outcome(outcome: Any) -> bool:
    if not isinstance(outcome, Mapping) or set(outcome) != {"id", "value"}:
        return False
    return isinstance(outcome["id"], str) and isinstance(outcome["value"], str | int | float)


def _versions(workspace: Workspace, known: Mapping[str, Kept]) -> dict[str, ModelVersion]:
    with workspace.database.read() as uow:
        return {kept.version_id: uow.models.get_version(kept.version_id) for kept in known.values()}


def _wrong(version: ModelVersion, value: Any) -> str:
    """What is wrong with a true value, given what the model that answered predicts; empty where nothing is."""
    if version.task == "clustering":
        return "belongs to a model that numbers groups: there is no truth to compare with"
    if version.task == "anomaly":
        return "" if isinstance(value, bool) else f"must be true or false, not {_said(value)}"
    classes = version.signature["output"]["classes"]
    if classes:
        if any(_same(value, label) for label in classes):
            return ""
        return f"must be one of {', '.join(map(_said, classes[:10]))}, not {_said(value)}"
    return "" if _is_number(value) else f"must be a number, not {_said(value)}"


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same; true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _said(value: Any) -> str:
    """A value as it can be repeated to the sender."""
    if isinstance(value, Mapping | list):
        return "a list or an object"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def as_outcomes(document: Any) -> tuple[Any, bool]:
    """The outcomes of a request, and whether they may replace what is known.

    Raises
    ------
    InvalidRecord
    """
    if not isinstance(document, Mapping) or "outcomes" not in document:
        raise InvalidRecord(
            "The request has no 'outcomes'.", hint='Send {"outcomes": [{"id": …, "value": …}]}.', field="outcomes"
        )
    more = next((key for key in document if key not in ("outcomes", "replace")), None)
    if more is not None:
        raise InvalidRecord(f"A request has 'outcomes' and 'replace', not {more[:100]!r}.", field=more[:100])
    if not isinstance(document.get("replace", False), bool):
        raise InvalidRecord("'replace' must be true or false.", field="replace")
    return document["outcomes"], document.get("replace", False)
