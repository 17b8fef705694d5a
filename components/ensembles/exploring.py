"""How AutoML goes about it: every family on some rows, settings of the best, and then one model of several."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from components.base import Spec, Task, Trial
from components.ensembles.blending import Heard, final_model, fit_stack, fit_vote
from components.ensembles.candidate import Candidate
from components.ensembles.ladder import Ladder
from components.ensembles.pace import Budget, Pace
from components.ensembles.pruning import behind_the_best
from components.ensembles.remembering import Whole
from components.ensembles.spaces import Space
from components.ensembles.stacking import Stacking
from components.ensembles.suggesting import Drawn, Led, Suggestions
from components.ensembles.trials import Kind, Trials
from components.ensembles.trying import Part, many_hands
from components.ensembles.voting import Voting
from components.ensembles.ways import Way
from components.libraries import OPTUNA

MANY_ROWS = 15_000
"""From so many on, larger models are looked at before smaller ones."""
SEARCHED = 5
"""How many families are searched for better settings."""
STACKED = 4
"""How many models a final one weighs."""
VOTING_FROM = 12
"""Among how many of the best trials a vote is looked for."""
FIRST_DRAWN = 6
"""Of each family, so many settings are drawn at random before others lead the way."""


class Exploring:
    """A search in the middle of its way.

    Attributes
    ----------
    members
        For each trial, the one candidate, or those that it is made of.
    """

    def __init__(self, trials: Trials, whole: Whole, ladder: Ladder, task: Task, seed: int, budget: Budget) -> None:
        import numpy as np

        self.trials = trials
        self.members: list[tuple[Candidate, ...]] = []
        self._whole, self._ladder = whole, ladder
        self._seed, self._budget = seed, budget
        self._is_classification = task == "classification"
        self._has_gaps = bool(np.isnan(whole.matrix).any())
        self._pace = Pace(trials, self.members, budget, ladder)

    def compare(self, families: Sequence[Candidate]) -> None:
        """Every family on some rows, the better half of them on more, and so on up to all."""
        self.trials.gives_up = behind_the_best(3.0)
        left, rows = list(families), self._ladder.first
        while left and not self._pace.is_at_end:
            parts = self._ladder.cut(rows)
            for candidate in left:
                if not self.members or (
                    self._pace.has_time_to_look(STACKED) and self._pace.is_affordable(candidate, rows)
                ):
                    self._attempt(candidate, parts, must=not self.members)
            if rows == self._ladder.last:
                return
            seen = self._ladder.scored(rows)
            scored = [place for place in self.trials.whole() if self.trials.done[place].rows == seen]
            left = [self._larger(self.members[place][0]) for place in scored[: max(STACKED, len(scored) // 2)]]
            rows = self._ladder.next(rows)

    def improve(self) -> None:
        """Better settings of the best families: each turn is for the one that had the least time for its rank."""
        self.trials.gives_up = behind_the_best(1.0)
        rows = self._most_rows()
        ways = [self._way(self.members[place][0], rows) for place in self._distinct()[:SEARCHED]]
        parts = self._ladder.cut(rows)
        while ways and not self._pace.is_at_end and not self._pace.is_time_to_combine(self._distinct()[:STACKED]):
            rank = {way.first.spec.key: turn for turn, way in enumerate(self._ranked(ways), 1)}
            way = min(ways, key=lambda it: it.spent * rank[it.first.spec.key])
            candidate = way.next()
            if candidate is None:
                ways.remove(way)
                continue
            self._attempt(candidate, parts)
            way.learns(self.trials.done[-1])

    def combine(self) -> None:
        """A vote of the best, and a final model over the best of different families, where their answers are known."""
        places = [place for place in self.trials.whole() if place in self.trials.answers and self._pace.is_quick(place)]
        if self.trials.clock.is_stopped or len(places) < 2:
            return
        self._pace.reserve(least=0.0)
        heard = self._heard(places)
        by_family = [place for place in self._distinct() if place in places]
        clock = self.trials.clock
        weights = heard.vote(list(dict.fromkeys([*places[:VOTING_FROM], *by_family])), clock)
        if len(weights) > 1 and len(self._pace.in_time(list(weights))) == len(weights):
            self._made_of(Voting.spec, list(weights), tuple(weights.values()), heard.voted(weights))
        stacked = self._pace.in_time(by_family)[:STACKED]
        if len(stacked) > 1:
            final = partial(final_model, is_classification=self._is_classification)
            scored = heard.stacked(stacked, final, clock)
            if scored:
                self._made_of(Stacking.spec, stacked, (), scored)

    def chosen(self) -> int:
        """The place of the trial to keep: one that is better on fewer rows is no worse with all of them.

        Raises
        ------
        UnfitData
        """
        best, judge = self.trials.best(), self.trials.judge
        for place, trial in enumerate(self.trials.done):
            score = self.trials.done[best].score
            if trial.score is not None and not trial.note and score is not None and judge.is_better(trial.score, score):
                best = place
        return best

    def why(self) -> str:
        """What ended the search."""
        is_whole = not self._pace.counts_seconds or len(self.trials.done) >= self._budget.most_trials
        return self.trials.clock.why("every trial was made" if is_whole else "the time was over")

    def refit(self, place: int) -> Any:
        """The model of a trial, learned from all train rows."""
        trial, members = self.trials.done[place], self.members[place]
        with many_hands(self._whole.matrix):
            if not trial.members:
                return self._whole.learned_by(members[0])
            if trial.weights:
                return fit_vote(members, trial.weights, self._whole)
            heard = self._heard(trial.members)
            said = [heard.said[place] for place in trial.members]
            return fit_stack(members, said, heard.held, self._whole, folds=self._ladder.folds)

    def _attempt(self, candidate: Candidate, parts: list[Part], *, must: bool = False) -> None:
        kind = Kind(candidate.spec.title, candidate.settings, candidate.spec.key, candidate.preparation)
        self.members.append((candidate,))
        self.trials.attempt(kind, candidate.fit, parts, must=must)
        self._pace.reserve()

    def _way(self, first: Candidate, rows: int) -> Way:
        space = first.space(has_gaps=self._has_gaps)
        second = [first.with_settings(settings) for settings in first.family.second]
        often_good = second[-2::-1] if self._is_large else second  # the last one was tried already
        way = Way(first, often_good, space, self._suggestions(space), self._pace, rows)
        for trial, members in zip(self.trials.done, self.members, strict=True):
            if members[0].spec.key == first.spec.key and trial.score is not None:
                way.knows(members[0], trial)
        return way

    def _suggestions(self, space: Space) -> Suggestions:
        if not OPTUNA.is_there:
            return Drawn(space, self._seed)
        return Led(space, self._seed, FIRST_DRAWN, lower_is_better=self.trials.judge.lower_is_better)

    def _larger(self, candidate: Candidate) -> Candidate:
        """The settings that are often good for many rows, where there are many."""
        second = candidate.family.second
        return candidate.with_settings(second[-1]) if self._is_large and second else candidate

    @property
    def _is_large(self) -> bool:
        """Whether larger models are likely to be better."""
        return self._ladder.last >= MANY_ROWS

    def _made_of(
        self, spec: Spec, places: Sequence[int], weights: tuple[float, ...], scored: tuple[float, float]
    ) -> None:
        done = [self.trials.done[place] for place in places]
        self.members.append(tuple(self.members[place][0] for place in places))
        sizes = [one.size for one in done]
        self.trials.add(
            Trial(
                model=spec.title,
                component=spec.key,
                params={},
                score=scored[0],
                spread=scored[1],
                seconds=round(sum(one.seconds for one in done), 6),
                answer_seconds=round(sum(one.answer_seconds or 0 for one in done), 6),
                rows=done[0].rows,
                members=tuple(places),
                weights=weights,
                size=None if None in sizes else sum(size or 0 for size in sizes),
            )
        )

    def _heard(self, places: Sequence[int]) -> Heard:
        said = {place: self.trials.answers[place].astype("float64") for place in places}
        return Heard(self.trials.judge, self._ladder.cut(self._most_rows()), said, self._seed)

    def _most_rows(self) -> int:
        """How many rows the best trials saw."""
        places = self.trials.whole()
        return self._ladder.rows_of(self.trials.done[places[0]].rows) if places else self._ladder.last

    def _distinct(self) -> list[int]:
        """The best trial of each family, the best first."""
        found: dict[str, int] = {}
        for place in self.trials.whole():
            if not self.trials.done[place].members:
                found.setdefault(self.members[place][0].spec.key, place)
        return list(found.values())

    def _ranked(self, ways: Sequence[Way]) -> list[Way]:
        order = [self.members[place][0].spec.key for place in self._distinct()]
        return sorted(ways, key=lambda way: order.index(way.first.spec.key))
