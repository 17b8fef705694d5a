"""Try models on rows held out in turn, within a time."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean, pstdev
from typing import Any

from components.base import Search, Trial
from components.ensembles.at_once import helping
from components.ensembles.clock import Clock
from components.ensembles.following import Done, Outlook, follower
from components.ensembles.metrics import Judge
from components.ensembles.pruning import Rule
from components.ensembles.trying import Fit, Part, Tried, said_in_parts, try_out
from components.errors import UnfitData

GIVEN_UP, OUT_OF_TIME = "given up early", "out of time"
MOST_ANSWERS = 200_000_000
"""Bytes of answers that are remembered, all trials together."""
MOST_REASONS = 3


@dataclass(frozen=True)
class Kind:
    """What is tried, as it is told and found again.

    Parameters
    ----------
    model
        The title of the component.
    component, preparation
        The keys of the model and of what comes before it, where the search chose them itself.
    """

    model: str
    settings: Mapping[str, Any]
    component: str = ""
    preparation: tuple[str, ...] = ()

    def key(self, rows: int) -> str:
        """Equal for the same trial in another attempt."""
        said = json.dumps([self.component or self.model, self.settings, self.preparation, rows], default=str)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclass
class Trials:
    """What was tried so far.

    Parameters
    ----------
    gives_up
        When to leave a trial whose first parts promise nothing.
    remembers
        Whether to keep what was said of the rows that were held out.
    answers
        Place of a trial → what was said of these rows, part after part.
    """

    judge: Judge
    clock: Clock
    gives_up: Rule | None = None
    remembers: bool = False
    done: list[Trial] = field(default_factory=list)
    answers: dict[int, Any] = field(default_factory=dict)
    _curves: dict[int, list[Sequence[float]]] = field(default_factory=dict)

    def begin(self, folds: int, trials: int | None) -> None:
        """Say what is going to be done, to who follows."""
        following = follower()
        if following is not None:
            following.begins(Outlook(self.judge.metric, folds, self.clock.seconds, trials))

    def at_once(self, fits: Sequence[Fit], parts: Sequence[Part]) -> list[Sequence[Tried] | None]:
        """How each fit does on every part, found by workers at the same time; None where nobody helps."""
        workers = helping()
        if workers is None or self.clock.is_over:
            return [None] * len(fits)
        tasks = [self._task(fit, each) for fit in fits for each in parts]
        told = workers.do(tasks)
        return [told[start : start + len(parts)] for start in range(0, len(told), len(parts))]

    def attempt(
        self,
        kind: Kind,
        fit: Fit,
        parts: Sequence[Part],
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
        rows = sum(len(part.held) for part in parts)
        recalled = self._recalled(kind.key(rows), rows)
        if recalled is not None:
            return recalled
        tried, note = self._tried(fit, parts, rows, must=must, known=known)
        trial = _told(kind, tried, rows, note)
        said = self._remembered(tried) if not note else None
        done = Done(trial, tuple(one.score for one in tried), self.clock.spent, said)
        self._note(done)
        self._tell(kind.key(rows), done)
        return trial

    def add(self, trial: Trial) -> None:
        """Note a trial that was made of others."""
        self.done.append(trial)
        self._tell("", None)

    def best(self) -> int:
        """The place of the best trial among those with the most rows.

        Raises
        ------
        UnfitData
            When none could be scored.
        """
        places = self.whole()
        if not places:
            raise UnfitData(
                f"None of {len(self.done)} trials could be scored: {self._reasons()}.",
                hint="Change the settings of the model, its features or its rows.",
            )
        return places[0]

    def whole(self) -> list[int]:
        """The trials that were scored to their end on the most rows, the best first."""
        found = [(place, trial) for place, trial in enumerate(self.done) if trial.score is not None and not trial.note]
        most = max((trial.rows for _, trial in found), default=0)
        sign = 1 if self.judge.lower_is_better else -1
        return [place for place, trial in sorted(found, key=lambda it: sign * (it[1].score or 0)) if trial.rows == most]

    def told(self, best: int | None, ended: str, *, folds: int = 0, seed: int = 0, anew: bool = False) -> Search:
        """Everything that was tried, as it is kept with the model."""
        metric = self.judge.metric
        trials = tuple(self.done)
        return Search(metric=metric, trials=trials, best=best, ended=ended, folds=folds, seed=seed, anew=anew)

    def _tried(
        self, fit: Fit, parts: Sequence[Part], rows: int, *, must: bool, known: Sequence[Tried] | None
    ) -> tuple[list[Tried], str]:
        tried: list[Tried] = []
        for place, each in enumerate(parts):
            if known is None and self.clock.is_over and not must:
                return tried, OUT_OF_TIME
            one = known[place] if known else self._task(fit, each)()
            if one.note:
                return tried, one.note
            tried.append(one)
            if len(tried) < len(parts) and self._is_hopeless([one.score for one in tried], rows):
                return tried, GIVEN_UP
        return tried, ""

    def _task(self, fit: Fit, part: Part) -> Callable[[], Tried]:
        return partial(try_out, self.judge, fit, part)

    def _recalled(self, key: str, rows: int) -> Trial | None:
        """The same trial in an attempt that was cut short; it has cost the time that it took then."""
        following = follower()
        done = following.recalls(key) if following else None
        if done is None:
            return None
        self.clock.set_to(done.spent)
        self._note(done)
        return done.trial

    def _note(self, done: Done) -> None:
        if not done.trial.note:
            self._curves.setdefault(done.trial.rows, []).append(done.scores)
        if done.answers is not None:
            self.answers[len(self.done)] = done.answers
        self.done.append(done.trial)

    def _tell(self, key: str, done: Done | None) -> None:
        following = follower()
        if following is None:
            return
        if done is not None and done.trial.note != OUT_OF_TIME:
            following.hears(key, done)
        following.hears_all(self.done)

    def _remembered(self, tried: Sequence[Tried]) -> Any:
        if not self.remembers:
            return None
        said = said_in_parts(tried)
        return said if said.nbytes + sum(each.nbytes for each in self.answers.values()) <= MOST_ANSWERS else None

    def _is_hopeless(self, scores: Sequence[float], rows: int) -> bool:
        return self.gives_up is not None and self.gives_up(self.judge, self._curves.get(rows, []), scores)

    def _reasons(self) -> str:
        reasons = dict.fromkeys(trial.note.rstrip(".") for trial in self.done if trial.note)
        return "; ".join(list(reasons)[:MOST_REASONS]) or "there were none"


def _told(kind: Kind, parts: Sequence[Tried], rows: int, note: str) -> Trial:
    scores, answers = [part.score for part in parts], sum(part.answers for part in parts)
    asking = sum(part.answer_seconds for part in parts)
    return Trial(
        model=kind.model,
        params=dict(kind.settings),
        component=kind.component,
        preparation=kind.preparation,
        score=fmean(scores) if scores else None,
        spread=pstdev(scores) if len(scores) > 1 else None,
        seconds=round(sum(part.seconds for part in parts) / max(len(parts), 1), 6),
        answer_seconds=round(asking / answers * 1_000, 6) if answers else None,
        rows=rows,
        note=note,
        size=parts[0].size if parts else None,
    )
