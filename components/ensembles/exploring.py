"""How AutoML goes about it: every family on some rows, settings of the best, and then one model of several."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import ValidationError

from components.base import Spec, Task, Trial
from components.ensembles.blending import Heard, final_model, fit_stack, fit_vote
from components.ensembles.candidate import Candidate
from components.ensembles.folds import check_folds, cut
from components.ensembles.halving import mixed
from components.ensembles.pruning import behind_the_best
from components.ensembles.stacking import Stacking
from components.ensembles.suggesting import Drawn, Led, Suggestions
from components.ensembles.trials import GIVEN_UP, Kind, Trials
from components.ensembles.trying import Cut, many_hands
from components.ensembles.voting import Voting
from components.errors import UnfitData
from components.libraries import OPTUNA

FOLDS = 5
FEW_FOLDS = 3
FIRST_ROWS = 5_000
"""On so many rows every family is looked at."""
FACTOR = 4
"""How many times as many rows the better half of the families sees next."""
MOST_TRIALS = 200
"""Beyond, what looks better is so by luck."""
MANY_ROWS = 15_000
"""From so many on, larger models are looked at before smaller ones."""
LOOKED = 0.4
"""The share of the time after which no further family is looked at, once some are known."""
LAST = 0.06
"""The least share of the time that is left for making one model of several."""
RESERVED = 0.3
"""The largest share of the time that is kept for the last fit."""
SEARCHED = 5
"""How many families are searched for better settings."""
STACKED = 4
"""How many models a final one weighs."""
VOTING_FROM = 12
"""Among how many of the best trials a vote is looked for."""
FIRST_DRAWN = 6
"""Of each family, so many settings are drawn at random before others lead the way."""
ASKED = 5
"""How often other settings are asked for when those would take too long."""
LONGEST = 0.4
"""The largest share of the time that a single fit of a search may take."""
CELLS_IN_FOLDS, CELLS_IN_FEW = 3_000, 6_000
"""Numbers in the matrix for each second of the time, up to which rows are held out in all parts, or in a few."""


@dataclass(frozen=True)
class Budget:
    """How long to search; at least one of the two is given."""

    seconds: float | None = None
    trials: int | None = None

    @property
    def most_trials(self) -> int:
        """When no other trial may begin."""
        return self.trials or MOST_TRIALS


@dataclass
class Exploring:
    """A search in the middle of its way.

    Parameters
    ----------
    members
        For each trial, the one candidate, or those that it is made of.
    """

    trials: Trials
    task: Task
    seed: int
    budget: Budget
    members: list[tuple[Candidate, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        import numpy as np

        self._is_classification = self.task == "classification"
        self._order = mixed(self.trials.target, self.seed, is_classification=self._is_classification)
        self._all = len(self.trials.target)
        self._has_gaps = bool(np.isnan(self.trials.matrix).any())
        self.folds, self.parts = self._held_out()
        check_folds(self.trials.target, self.folds, is_classification=self._is_classification)
        self._first = self._first_rows()

    def compare(self, families: Sequence[Candidate]) -> None:
        """Every family on some rows, the better half of them on more, and so on up to all."""
        self.trials.gives_up = behind_the_best(3.0)
        left, rows = list(families), self._first
        while left and not self._is_at_end:
            cuts = self._cuts(rows)
            for candidate in left:
                if not self.members or (self._has_time_to_look and self._is_affordable(candidate, rows)):
                    self._attempt(candidate, cuts, must=not self.members)
            if rows == self._all:
                return
            scored = [place for place in self.trials.whole() if self.trials.done[place].rows == self._scored(rows)]
            left = [self._larger(self.members[place][0]) for place in scored[: max(STACKED, len(scored) // 2)]]
            rows = self._next(rows)

    def improve(self) -> None:
        """Better settings of the best families: each turn is for the one that had the least time for its rank."""
        self.trials.gives_up = behind_the_best(1.0)
        ways = [_Way(self.members[place][0], self) for place in self._distinct()[:SEARCHED]]
        cuts = self._cuts(self._most_rows())
        while ways and not self._is_at_end and not self._is_time_to_combine():
            rank = {way.first.spec.key: turn for turn, way in enumerate(self._ranked(ways), 1)}
            way = min(ways, key=lambda it: it.spent * rank[it.first.spec.key])
            candidate = way.next()
            if candidate is None:
                ways.remove(way)
                continue
            self._attempt(candidate, cuts)
            way.learns(self.trials.done[-1])

    def combine(self) -> None:
        """A vote of the best, and a final model over the best of different families, where their answers are known."""
        places = [place for place in self.trials.whole() if place in self.trials.answers and self._is_quick(place)]
        if self.trials.clock.is_stopped or len(places) < 2:
            return
        heard = self._heard(places)
        by_family = [place for place in self._distinct() if place in places]
        weights = heard.vote(list(dict.fromkeys([*places[:VOTING_FROM], *by_family])))
        if len(weights) > 1 and len(self._in_time(list(weights))) == len(weights):
            self._made_of(Voting.spec, list(weights), tuple(weights.values()), heard.voted(weights))
        stacked = self._in_time(by_family)[:STACKED]
        if len(stacked) > 1:
            final = partial(final_model, is_classification=self._is_classification)
            self._made_of(Stacking.spec, stacked, (), heard.stacked(stacked, final))

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
        is_whole = not self.counts_seconds or len(self.trials.done) >= self.budget.most_trials
        return self.trials.clock.why("every trial was made" if is_whole else "the time was over")

    def refit(self, place: int) -> Any:
        """The model of a trial, learned from all train rows."""
        matrix, target, trial = self.trials.matrix, self.trials.target, self.trials.done[place]
        members = self.members[place]
        with many_hands(matrix):
            if not trial.members:
                return members[0].fit(matrix, target)
            if trial.weights:
                return fit_vote(members, trial.weights, matrix, target)
            return fit_stack(members, trial.members, self._heard(trial.members), matrix, self.folds)

    def seconds(self, place: int) -> float:
        """What a fit on all rows would take."""
        trial = self.trials.done[place]
        learned_from = trial.rows / len(self._cuts_of(trial.rows)) * (self.folds - 1) if trial.rows else 1
        return trial.seconds * self._all / max(learned_from, 1)

    def has_room_for(self, candidate: Candidate, most: float | None = None) -> bool:
        """Whether a fit on the rows of the search ends in time, as far as others of its family tell."""
        if self.budget.seconds is None:
            return True
        expected = self._expected(candidate, self._most_rows())
        longest = self.budget.seconds * LONGEST if most is None else most
        return expected is None or (expected <= longest and self._fits(expected, 1))

    def suggestions(self, candidate: Candidate) -> tuple[Any, Suggestions]:
        """The space of a family, and who knows what to try in it."""
        space = candidate.space(has_gaps=self._has_gaps)
        if not OPTUNA.is_there:
            return space, Drawn(space, self.seed)
        return space, Led(space, self.seed, FIRST_DRAWN, lower_is_better=self.trials.judge.lower_is_better)

    def cost(self, trial: Trial) -> float:
        """What a trial counts in the turns of its family; however quick it was, it was one of a few."""
        if self.budget.seconds is None:
            return 1.0
        return max(trial.seconds * self.parts, self.budget.seconds / MOST_TRIALS)

    @property
    def counts_seconds(self) -> bool:
        """Whether time counts; else every run does the same."""
        return self.budget.seconds is not None

    @property
    def _is_at_end(self) -> bool:
        return bool(self.trials.done) and (
            self.trials.clock.is_over or len(self.trials.done) >= self.budget.most_trials
        )

    def _larger(self, candidate: Candidate) -> Candidate:
        """The settings that are often good for many rows, where there are many."""
        second = candidate.family.second
        return candidate.with_settings(second[-1]) if self.is_large and second else candidate

    @property
    def _has_time_to_look(self) -> bool:
        is_late = self.counts_seconds and self.trials.clock.spent > LOOKED * (self.budget.seconds or 0)
        return not self._is_at_end and not (is_late and len(self.trials.whole()) >= STACKED)

    def _first_rows(self) -> int:
        """How many rows every family is looked at on: a few, but enough of each class."""
        rows = min(FIRST_ROWS, self._all)
        while self._is_classification and rows < self._all and not self._has_every_class(rows):
            rows = self._next(rows)
        return rows

    def _has_every_class(self, rows: int) -> bool:
        import numpy as np

        target = self.trials.target
        counted = np.bincount(target[self._order[:rows]], minlength=int(target.max()) + 1)
        return int(counted.min()) >= self.folds

    @property
    def is_large(self) -> bool:
        """Whether larger models are likely to be better."""
        return self._all >= MANY_ROWS

    def _held_out(self) -> tuple[int, int]:
        """In how many parts rows are divided, and in how many of them they are held out."""
        cells = self._all * self.trials.matrix.shape[1]
        most = FOLDS
        if self._is_classification:
            import numpy as np

            most = min(FOLDS, int(np.unique(self.trials.target, return_counts=True)[1].min()))
        if most < 2 or not self._all:
            most = FOLDS  # cut() says what is wrong
        if self.budget.seconds is None or cells <= CELLS_IN_FOLDS * self.budget.seconds:
            return most, most
        if cells <= CELLS_IN_FEW * self.budget.seconds:
            return min(most, FEW_FOLDS), min(most, FEW_FOLDS)
        return most, 1

    def _attempt(self, candidate: Candidate, cuts: list[Cut], *, must: bool = False) -> None:
        kind = Kind(candidate.spec.title, candidate.settings, candidate.spec.key, candidate.preparation)
        self.members.append((candidate,))
        self.trials.attempt(kind, candidate.fit, cuts, must=must)
        self._reserve()

    def _reserve(self) -> None:
        """Keep the time for a last fit of what is best so far."""
        places = self.trials.whole()
        if self.budget.seconds is not None and places:
            self.trials.clock.reserved = min(self.seconds(places[0]), RESERVED * self.budget.seconds)

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

    def _cuts(self, rows: int) -> list[Cut]:
        import numpy as np

        kept = np.sort(self._order[:rows])
        pairs = cut(self.trials.target[kept], self.folds, self.seed, is_classification=self._is_classification)
        return [(kept[known], kept[held]) for known, held in pairs[: self.parts]]

    def _scored(self, rows: int) -> int:
        """How many rows are held out of so many."""
        return sum(len(held) for _, held in self._cuts(rows))

    def _cuts_of(self, scored: int) -> range:
        return range(max(self.parts, 1)) if scored else range(1)

    def _heard(self, places: Sequence[int]) -> Heard:
        cuts = self._cuts(self._most_rows())
        said = {place: self.trials.answers[place].astype("float64") for place in places}
        return Heard(self.trials.judge, self.trials.target, [held for _, held in cuts], said, self.seed)

    def _most_rows(self) -> int:
        """How many rows the best trials saw."""
        places = self.trials.whole()
        if not places:
            return self._all
        scored, rows = self.trials.done[places[0]].rows, self._first
        while rows < self._all and self._scored(rows) < scored:
            rows = self._next(rows)
        return rows

    def _next(self, rows: int) -> int:
        """How many rows are seen next; a last step that is small would be a waste."""
        more = rows * FACTOR
        return more if more * 2 <= self._all else self._all

    def _distinct(self) -> list[int]:
        """The best trial of each family, the best first."""
        found: dict[str, int] = {}
        for place in self.trials.whole():
            if not self.trials.done[place].members:
                found.setdefault(self.members[place][0].spec.key, place)
        return list(found.values())

    def _ranked(self, ways: "Sequence[_Way]") -> "list[_Way]":
        order = [self.members[place][0].spec.key for place in self._distinct()]
        return sorted(ways, key=lambda way: order.index(way.first.spec.key))

    def _expected(self, candidate: Candidate, rows: int) -> float | None:
        """The seconds of one fit; None where nothing is known of its family."""
        grows, scored = candidate.family.grows, self._scored(rows)
        told = [
            trial.seconds / members[0].work * (scored / max(trial.rows, 1)) ** grows
            for trial, members in zip(self.trials.done, self.members, strict=True)
            if members[0].spec.key == candidate.spec.key and trial.seconds and not trial.members
        ]
        return sorted(told)[len(told) // 2] * candidate.work if told else None

    def _is_affordable(self, candidate: Candidate, rows: int) -> bool:
        expected = self._expected(candidate, rows)
        return expected is None or not self.counts_seconds or self._fits(expected, self.parts)

    def _fits(self, expected: float, times: int) -> bool:
        """Whether there is time for so many fits, and for a last one to all rows."""
        last = expected * FOLDS / (FOLDS - 1)
        return expected * times + last <= self.trials.clock.left + self.trials.clock.reserved

    def _is_time_to_combine(self) -> bool:
        """Whether what is left is needed to learn from all rows once more."""
        if not self.counts_seconds:
            return False
        seconds = self.budget.seconds or 0
        last = sum(self.seconds(place) for place in self._distinct()[:STACKED])
        return self.trials.clock.left <= max(min(last, seconds / 2), LAST * seconds)

    def _in_time(self, places: Sequence[int]) -> list[int]:
        """The first of these that can all be learned again in the time that is left, and a little more."""
        if not self.counts_seconds:
            return list(places)
        left = max(self.trials.clock.left + self.trials.clock.reserved, LAST * (self.budget.seconds or 0))
        kept: list[int] = []
        for place in places:
            if self.seconds(place) <= left:
                kept.append(place)
                left -= self.seconds(place)
        return kept

    def _is_quick(self, place: int) -> bool:
        """Whether it can be learned again, with another one, in that time."""
        return len(self._in_time([place, place])) > 1


class _Way:
    """Settings of one family, one trial after the other."""

    def __init__(self, first: Candidate, exploring: Exploring) -> None:
        self.first = first
        self.spent = 0.0
        self._exploring = exploring
        self._space, self._suggestions = exploring.suggestions(first)
        second = [first.with_settings(settings) for settings in first.family.second]
        self._often_good = second[-2::-1] if exploring.is_large else second  # the last one was tried already
        self._candidate: Candidate | None = None
        self._is_asked = False
        for trial, members in zip(exploring.trials.done, exploring.members, strict=True):
            if members[0].spec.key == first.spec.key and trial.score is not None:
                self._candidate = members[0]
                self.learns(trial)

    def next(self) -> Candidate | None:
        """What to try; None where nothing can be tried in time."""
        while self._often_good:
            self._candidate, self._is_asked = self._often_good.pop(0), False
            if self._exploring.has_room_for(self._candidate):
                return self._candidate
        for _ in range(ASKED):
            settings = self._suggestions.ask()
            self._is_asked = True
            try:
                candidate = self.first.with_settings(settings)
            except ValidationError:
                self._suggestions.tell(None)
                continue
            if self._exploring.has_room_for(candidate):
                self._candidate = candidate
                return candidate
            self._suggestions.tell(None)
        return None

    def learns(self, trial: Trial) -> None:
        """What came of it; a trial that was given up is known by its first parts."""
        assert self._candidate is not None  # noqa: S101  set by whoever tried it
        self.spent += self._exploring.cost(trial)
        score = trial.score if trial.note in ("", GIVEN_UP) else None
        if self._is_asked:
            self._suggestions.tell(score)
        elif score is not None:
            self._suggestions.learn(self._candidate.values(self._space), score)


def refuse_constant(target: Any) -> None:
    """Refuse a target that never changes: no score could tell one model from another.

    Raises
    ------
    UnfitData
    """
    if len(target) and bool((target == target[0]).all()):
        raise UnfitData(
            f"The target has the same value, {float(target[0]):g}, in every train row.",
            hint="Choose another target, or look at how rows are filtered and split.",
            field="target",
        )
