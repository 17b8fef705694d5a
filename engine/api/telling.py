"""What an answer tells beside the predictions: what made the model; intervals and reasons, where they are asked for."""

from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
from starlette.datastructures import QueryParams

from components.evaluate.conformal import LEVELS
from engine.api.asking import Answered
from engine.api.companions import Companion, Companions
from engine.api.deployed import Live
from engine.api.problems import CannotTell, InvalidQuery
from engine.errors import DataError, MissingThing
from engine.explanation.explainer import told as told_reasons
from engine.explanation.outputs import UNITS

MOST_EXPLAINED = 50
TRUTHS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Wish:
    """What an answer shall tell.

    Parameters
    ----------
    intervals
        The share of true values that shall lie within; None for no intervals.
    """

    intervals: float | None = None
    explain: bool = False


PLAIN = Wish()
"""The predictions alone."""


def read_wish(query_string: bytes) -> Wish:
    """What the part of a URL after the question mark asks for.

    Raises
    ------
    InvalidQuery
        Naming the parameter.
    """
    if not query_string:
        return PLAIN
    query = QueryParams(query_string)
    unknown = next((name for name in query if name not in ("intervals", "explain")), None)
    if unknown is not None:
        raise InvalidQuery(
            f"There is no parameter {unknown[:100]!r}.",
            hint="There are 'intervals' and 'explain'.",
            field=unknown[:100],
        )
    explain = TRUTHS.get(query.get("explain", "false").lower())
    if explain is None:
        raise InvalidQuery("'explain' is true or false.", hint="Send ?explain=true.", field="explain")
    return Wish(_level(query.get("intervals")), explain)


def check_wish(wish: Wish, live: Live, records: Any) -> None:
    """Refuse what the endpoint's model cannot tell, before it is asked.

    Raises
    ------
    CannotTell, InvalidQuery
    """
    task = live.main.scorer.model.task
    if wish.intervals is not None and task != "regression":
        raise CannotTell(
            f"Intervals are for predicted numbers; the model of {live.endpoint!r} does {task}.",
            hint="Leave 'intervals' out.",
            field="intervals",
        )
    if not wish.explain:
        return
    if task not in UNITS:
        raise CannotTell(
            f"The model of {live.endpoint!r} numbers groups: there is no amount that columns could have a share in.",
            hint="Leave 'explain' out.",
            field="explain",
        )
    if isinstance(records, list) and len(records) > MOST_EXPLAINED:
        raise InvalidQuery(
            f"Reasons are told for at most {MOST_EXPLAINED} records at a time, not {len(records):,}.",
            hint="Split the request, or leave 'explain' out.",
            field="explain",
        )


class Telling:
    """Adds to an answer what its request asks for.

    Parameters
    ----------
    at_once
        Of so many answers reasons and intervals are computed at the same time.
    """

    def __init__(self, companions: Companions, at_once: int) -> None:
        self._companions = companions
        self._few = anyio.CapacityLimiter(at_once)

    async def document(self, answered: Answered, wish: Wish) -> dict[str, Any]:
        """The whole answer of `predict`.

        Raises
        ------
        CannotTell
        """
        companion = self._companions.known(answered.by)
        if companion is not None and wish == PLAIN:
            return _document(answered, companion)
        return await anyio.to_thread.run_sync(self._with_more, answered, wish, limiter=self._few)

    def _with_more(self, answered: Answered, wish: Wish) -> dict[str, Any]:
        companion = self._companions.of(answered.by)
        document = _document(answered, companion)
        try:
            if wish.intervals is not None:
                _add_intervals(document["predictions"], companion, wish.intervals)
            if wish.explain:
                _add_reasons(document["predictions"], companion, answered)
        except (DataError, MissingThing) as error:
            raise CannotTell(error.message, hint=error.hint or "Ask for the predictions alone.") from error
        return document


def _document(answered: Answered, companion: Companion) -> dict[str, Any]:
    return {**answered.document(), "made_by": {"revision": answered.live.revision, **companion.made_by}}


def _add_intervals(predictions: list[dict[str, Any]], companion: Companion, level: float) -> None:
    low, high = companion.intervals.around([told["prediction"] for told in predictions], level)
    for nth, told in enumerate(predictions):
        told["interval"] = {"level": level, "low": float(low[nth]), "high": float(high[nth])}


def _add_reasons(predictions: list[dict[str, Any]], companion: Companion, answered: Answered) -> None:
    explainer = companion.opened.explainer
    reasons = told_reasons(explainer, answered.rows, explainer.shares(answered.rows))
    for told, found in zip(predictions, reasons, strict=True):
        told["reasons"] = found


def _level(given: str | None) -> float | None:
    if given is None:
        return None
    try:
        level = float(given)
    except ValueError:
        level = 0.0
    if level not in LEVELS:
        raise InvalidQuery(
            f"'intervals' cannot be {given[:100]!r}.",
            hint=f"It is the share of true values that shall lie within: {', '.join(map(str, LEVELS))}.",
            field="intervals",
        )
    return level
