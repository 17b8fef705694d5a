"""Who is to blame for a drift: suspects, the likeliest first, each with its evidence in words.

A suspect is something in this home that changed after the model had learned and on the way to the field: a dataset
version with other values, the sync or the run that brought it, a node or a rule on its way. It is the likelier, the
further the column moved with it, the closer the log follows it, and the better the times fit. Who sends the records is
a suspect, too: often the drift comes with one key. A correlation is no proof, and the words say so by telling what is
known, not what caused what.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from engine.profile.compared import MUCH, SOME

SuspectKind = Literal["dataset", "node", "rule", "deployment", "caller", "setting"]
FITS = timedelta(hours=2)
"""So much later than the first drifting window a cause may have been noted and still come before it."""


class Suspect(BaseModel):
    """Something that may have done it.

    Parameters
    ----------
    score
        From 0 to 1, to rank by.
    at
        When it changed.
    about
        What a page of it needs: ``dataset`` and ``version``, ``pipeline_id``, ``key``.
    """

    model_config = ConfigDict(frozen=True)

    kind: SuspectKind
    name: str
    score: float
    sentence: str
    at: datetime | None = None
    about: dict[str, Any] = {}


class Blame(BaseModel):
    """What was found for one field.

    Parameters
    ----------
    since
        When the first window begins from which on the field drifts; None where no earlier window is known.
    sources
        The dataset columns that the field is computed from, as ``dataset.column``.
    """

    model_config = ConfigDict(frozen=True)

    field: str
    since: datetime | None = None
    sources: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    verdict: str
    checked: tuple[str, ...] = ()


def dataset_score(moved: float, follows: float | None, at: datetime, since: datetime | None) -> float:
    """How likely it is that a dataset version is behind a drift.

    Parameters
    ----------
    moved
        Index of the column between the version that the model learned from and this one.
    follows
        The same between this version and the log; None where it cannot be told.

    Examples
    --------
    >>> noon = datetime(2026, 11, 21, 12)
    >>> dataset_score(0.41, 0.02, noon, noon), dataset_score(0.41, 0.9, noon, noon)
    (1.0, 0.4)
    """
    if moved < SOME:
        return 0.0
    far = min(1.0, moved / MUCH)
    close = 1.0 if follows is not None and follows < SOME else 0.4
    return round(far * close * (1.0 if fits(at, since) else 0.3), 3)


def fits(at: datetime, since: datetime | None) -> bool:
    """Whether something can have led to a drift that has been seen since then."""
    return since is None or at <= since + FITS


def blame(
    field: str,
    suspects: Sequence[Suspect],
    *,
    since: datetime | None,
    sources: Sequence[str],
    checked: Sequence[str],
) -> Blame:
    """Rank the suspects and say it in a sentence.

    Parameters
    ----------
    checked
        What was looked at without finding anything.
    """
    ranked = tuple(sorted((it for it in suspects if it.score > 0), key=lambda it: (-it.score, it.name)))
    home = [it for it in ranked if it.kind != "caller"]
    callers = [it for it in ranked if it.kind == "caller"]
    if home and (not callers or home[0].score >= callers[0].score):
        verdict = f"Most likely: {home[0].sentence}"
    elif callers:
        verdict = f"Nothing in this home explains it as well as who asks: {callers[0].sentence}"
    else:
        way = f"on the way from {', '.join(sources[:3])} to {field}" if sources else f"that leads to {field}"
        verdict = f"Nothing {way} has changed in this home since the model learned: what callers send has changed."
    return Blame(
        field=field, since=since, sources=tuple(sources), suspects=ranked, verdict=verdict, checked=tuple(checked)
    )
