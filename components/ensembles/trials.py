"""Try a model on rows held out in turn, within a time."""

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median, pstdev
from typing import Any

from components.base import Search, Trial
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

    def attempt(
        self, model: str, params: Mapping[str, Any], fit: Fit, cuts: Sequence[tuple[Any, Any]], *, must: bool = False
    ) -> Trial:
        """Fit and score a model on every part, and note how it went.

        Parameters
        ----------
        must
            Whether to go on when the time is over, so that there is something to choose from.
        """
        scores: list[float] = []
        seconds, asking, asked, note = 0.0, 0.0, 0, ""
        rows = sum(len(held) for _, held in cuts)
        for known, held in cuts:
            if self.clock.is_over and not must:
                note = OUT_OF_TIME
                break
            begun = time.monotonic()
            try:
                with few_threads(self.matrix), warnings.catch_warnings():  # what is kept warns later
                    warnings.simplefilter("ignore")
                    estimator = fit(self.matrix[known], self.target[known])
                    fitted = time.monotonic()
                    scores.append(self.judge.score(estimator, self.matrix[held], self.target[held]))
            except (ValueError, ComponentError) as error:
                note = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
                break
            seconds, asking, asked = seconds + fitted - begun, asking + time.monotonic() - fitted, asked + len(held)
            if len(scores) < len(cuts) and self._is_hopeless(scores, rows):
                note = GIVEN_UP
                break
        if not note:
            self._curves.append(scores)
        trial = Trial(
            model=model,
            params=dict(params),
            score=fmean(scores) if scores else None,
            spread=pstdev(scores) if scores else None,
            seconds=round(seconds / max(len(scores), 1), 6),
            answer_seconds=round(asking / asked * 1_000, 6) if asked else None,
            rows=rows,
            note=note,
        )
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
