"""How long the fits of AutoML take, and what there is still time for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from components.base import Trial
from components.base.saving import seconds_to_save
from components.ensembles.candidate import Candidate
from components.ensembles.clock import Clock
from components.ensembles.ladder import FOLDS, Ladder
from components.ensembles.trials import Trials

MOST_TRIALS = 200
"""Beyond, what looks better is so by luck."""
LOOKED = 0.4
"""The share of the time after which no further family is looked at, once some are known."""
LAST = 0.06
"""The least share of the time that is left for making one model of several."""
RESERVED = 0.5
"""The largest share of the time that is kept for the last fit."""
AFTERWARDS, MOST_AFTERWARDS = 0.1, 10.0
"""The share of the time, and the most seconds, for scoring and saving the model."""
LONGEST = 0.4
"""The largest share of the time that a single fit of a search may take."""


@dataclass(frozen=True)
class Budget:
    """How long to search; at least one of the two is given."""

    seconds: float | None = None
    trials: int | None = None

    @property
    def most_trials(self) -> int:
        """When no other trial may begin."""
        return self.trials or MOST_TRIALS

    def clock(self, begun: float | None) -> Clock:
        """The time from when the training began, or from now."""
        afterwards = min(AFTERWARDS * (self.seconds or 0), MOST_AFTERWARDS)
        return Clock(self.seconds, time.monotonic() if begun is None else begun, afterwards)


@dataclass
class Pace:
    """What the trials so far tell of the time that others would take.

    Parameters
    ----------
    members
        For each trial, the one candidate, or those that it is made of.
    """

    trials: Trials
    members: Sequence[tuple[Candidate, ...]]
    budget: Budget
    ladder: Ladder

    @property
    def counts_seconds(self) -> bool:
        """Whether time counts; else every run does the same."""
        return self.budget.seconds is not None

    @property
    def is_at_end(self) -> bool:
        """Whether no other trial may begin; the first one always may."""
        return bool(self.trials.done) and (
            self.trials.clock.is_over or len(self.trials.done) >= self.budget.most_trials
        )

    def has_time_to_look(self, known: int) -> bool:
        """Whether another family may be looked at, when so many models are enough to go on with."""
        is_late = self.counts_seconds and self.trials.clock.spent > LOOKED * (self.budget.seconds or 0)
        return not self.is_at_end and not (is_late and len(self.trials.whole()) >= known)

    def is_time_to_combine(self, places: Sequence[int]) -> bool:
        """Whether what is left is needed to learn these trials from all rows once more."""
        if not self.counts_seconds:
            return False
        seconds = self.budget.seconds or 0
        last = sum(self.seconds(place) for place in places)
        return self.trials.clock.left <= max(min(last, seconds / 2), LAST * seconds)

    def reserve(self, least: float = LAST) -> None:
        """Keep the time for a last fit of what is best so far, and no less than this share of all."""
        places, seconds = self.trials.whole(), self.budget.seconds
        if seconds is not None and places:
            self.trials.clock.reserved = max(min(self.seconds(places[0]), RESERVED * seconds), least * seconds)

    def seconds(self, place: int) -> float:
        """What a fit of this trial on all rows would take, and to save what it learned."""
        trial = self.trials.done[place]
        parts = max(self.ladder.parts, 1)
        learned_from = trial.rows / parts * (self.ladder.folds - 1) if trial.rows else 1
        times = self.ladder.last / max(learned_from, 1)
        grows = max(1.0, *(member.family.grows for member in self.members[place]))
        more: float = times**grows
        return trial.seconds * more + seconds_to_save(trial.size or 0) * times

    def cost(self, trial: Trial) -> float:
        """What a trial counts in the turns of its family; however quick it was, it was one of a few."""
        if self.budget.seconds is None:
            return 1.0
        return max(trial.seconds * self.ladder.parts, self.budget.seconds / MOST_TRIALS)

    def is_affordable(self, candidate: Candidate, rows: int) -> bool:
        """Whether a trial on so many rows ends in time, as far as others of its family tell."""
        expected = self._expected(candidate, rows)
        return expected is None or not self.counts_seconds or self._fits(expected, self.ladder.parts)

    def has_room_for(self, candidate: Candidate, rows: int) -> bool:
        """Whether a single fit does, and is not too large a part of the time."""
        if self.budget.seconds is None:
            return True
        expected = self._expected(candidate, rows)
        return expected is None or (expected <= self.budget.seconds * LONGEST and self._fits(expected, 1))

    def in_time(self, places: Sequence[int]) -> list[int]:
        """The first of these that can all be learned again in the time that is left."""
        if not self.counts_seconds:
            return list(places)
        left = self.trials.clock.left + self.trials.clock.reserved
        kept: list[int] = []
        for place in places:
            if self.seconds(place) <= left:
                kept.append(place)
                left -= self.seconds(place)
        return kept

    def is_quick(self, place: int) -> bool:
        """Whether it can be learned again, with another one, in that time."""
        return len(self.in_time([place, place])) > 1

    def _expected(self, candidate: Candidate, rows: int) -> float | None:
        """The seconds of one fit; None where nothing is known of its family."""
        grows, scored = candidate.family.grows, self.ladder.scored(rows)
        told = [
            trial.seconds / members[0].work * (scored / max(trial.rows, 1)) ** grows
            for trial, members in zip(self.trials.done, self.members, strict=True)
            if members[0].spec.key == candidate.spec.key and trial.seconds and not trial.members
        ]
        return sorted(told)[len(told) // 2] * candidate.work if told else None

    def _fits(self, expected: float, times: int) -> bool:
        """Whether there is time for so many fits, and for a last one to all rows."""
        last = expected * FOLDS / (FOLDS - 1)
        return expected * times + last <= self.trials.clock.left + self.trials.clock.reserved
