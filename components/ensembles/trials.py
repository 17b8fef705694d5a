"""Try a model on rows held out in turn, within a time."""

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean, median, pstdev
from typing import Any

from components.base import Search, Trial
from components.ensembles.at_once import helping
from components.ensembles.metrics import Judge
from components.errors import ComponentError, UnfitData
from components.models.threads import few_threads

FEW = 5
"""So many whole trials must be known before one is given up for being worse than half of them."""
GIVEN_UP, OUT_OF_TIME = "given up early", "out of time"

Fit = Callable[[Any, Any], Any]
"""Learns from a matrix and a target."""


class OutOfTime(Exception):
    """The time is over before the next fit."""


@dataclass
class Clock:
    """So many seconds from now; None for no end."""

    seconds: float | None = None
    begun: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """How many seconds have gone."""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """How many seconds there are still."""
        return float("inf") if self.seconds is None else self.seconds - self.spent

    @property
    def is_over(self) -> bool:
        """Whether no other fit may begin."""
        return self.left <= 0


@dataclass(frozen=True)
class Tried:
    """How a fit did on one part that was held out; a note says why it did not."""

    score: float = 0.0
    seconds: float = 0.0
    answer_seconds: float = 0.0
    answers: int = 0
    note: str = ""


@dataclass
class Trials:
    """What was tried so far.

    Parameters
    ----------
    cuts
        The rows to learn from and to be scored on, for each part held out.
    gives_up
        Whether to leave a trial whose first parts are worse than half of the others' were.
    """

    matrix: Any
    target: Any
    judge: Judge
    clock: Clock
    gives_up: bool = False
    done: list[Trial] = field(default_factory=list)
    _curves: list[list[float]] = field(default_factory=list)

    def at_once(self, fits: Sequence[Fit], cuts: Sequence[tuple[Any, Any]]) -> list[Sequence[Tried] | None]:
        """How each fit does on every part, found by workers at the same time; None where nobody helps."""
        workers = helping()
        if workers is None or self.clock.is_over:
            return [None] * len(fits)
        tasks = [
            partial(_try, self.judge, fit, self.matrix, self.target, known, held)
            for fit in fits
            for known, held in cuts
        ]
        told = workers.do(tasks)
        return [told[start : start + len(cuts)] for start in range(0, len(told), len(cuts))]

    def attempt(
        self,
        model: str,
        params: Mapping[str, Any],
        fit: Fit,
        cuts: Sequence[tuple[Any, Any]],
        *,
        must: bool = False,
        known: Sequence[Tried] | None = None,
    ) -> Trial:
        """Fit and score a model on every part, and note how it went.

        Parameters
        ----------
        must
            Whether to go on when the time is over, so that there is something to choose from.
        known
            How it did on every part, where that was found out `at_once`: the same trial comes of it.
        """
        parts: list[Tried] = []
        note, rows = "", sum(len(held) for _, held in cuts)
        for place, (learned_from, held) in enumerate(cuts):
            if known is None and self.clock.is_over and not must:
                note = OUT_OF_TIME
                break
            part = known[place] if known else _try(self.judge, fit, self.matrix, self.target, learned_from, held)
            if part.note:
                note = part.note
                break
            parts.append(part)
            if len(parts) < len(cuts) and self._is_hopeless([one.score for one in parts], rows):
                note = GIVEN_UP
                break
        trial = _told(model, params, parts, rows, note)
        if not note:
            self._curves.append([part.score for part in parts])
        self.done.append(trial)
        return trial

    def best(self) -> int:
        """The place of the best trial among those with the most rows.

        Raises
        ------
        UnfitData
            When none could be scored.
        """
        whole = [place for place, trial in enumerate(self.done) if trial.score is not None and not trial.note]
        if not whole:
            reason = next((trial.note for trial in self.done if trial.note), "there were none")
            raise UnfitData(
                f"None of {len(self.done)} trials could be scored: {reason.rstrip('.')}.",
                hint="Change the settings of the model, its features or its rows.",
            )
        most = max(self.done[place].rows for place in whole)
        first, *others = (place for place in whole if self.done[place].rows == most)
        for place in others:
            if self.judge.is_better(self._score(place), self._score(first)):
                first = place
        return first

    def told(self, best: int | None, ended: str) -> Search:
        """Everything that was tried, as it is kept with the model."""
        return Search(metric=self.judge.metric, trials=tuple(self.done), best=best, ended=ended)

    def _score(self, place: int) -> float:
        score = self.done[place].score
        assert score is not None  # noqa: S101  only asked of whole trials
        return score

    def _is_hopeless(self, scores: Sequence[float], rows: int) -> bool:
        """The median rule: Golovin et al., *Google Vizier* (2017)."""
        if not self.gives_up or len(self._curves) < FEW:
            return False
        at = len(scores)
        return self.judge.is_better(median(fmean(curve[:at]) for curve in self._curves), fmean(scores))


def _try(judge: Judge, fit: Fit, matrix: Any, target: Any, known: Any, held: Any) -> Tried:
    """Learn from some rows and be scored on others; a function of its own, so that a worker elsewhere can do it."""
    begun = time.monotonic()
    try:
        with few_threads(matrix), warnings.catch_warnings():  # what is kept warns later
            warnings.simplefilter("ignore")
            estimator = fit(matrix[known], target[known])
            fitted = time.monotonic()
            score = judge.score(estimator, matrix[held], target[held])
    except (ValueError, ComponentError) as error:
        return Tried(note=(str(error).strip().splitlines() or [type(error).__name__])[0][:200])
    return Tried(score, fitted - begun, time.monotonic() - fitted, len(held))


def _told(model: str, params: Mapping[str, Any], parts: Sequence[Tried], rows: int, note: str) -> Trial:
    scores, answers = [part.score for part in parts], sum(part.answers for part in parts)
    asking = sum(part.answer_seconds for part in parts)
    return Trial(
        model=model,
        params=dict(params),
        score=fmean(scores) if scores else None,
        spread=pstdev(scores) if scores else None,
        seconds=round(sum(part.seconds for part in parts) / max(len(parts), 1), 6),
        answer_seconds=round(asking / answers * 1_000, 6) if answers else None,
        rows=rows,
        note=note,
    )
