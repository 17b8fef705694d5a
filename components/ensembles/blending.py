"""Make one model of several that were tried, from what they said of rows that they had not seen.

Source: Caruana et al., *Ensemble Selection from Libraries of Models* (2004), for the weights; Wolpert, *Stacked
Generalization* (1992), for the final model.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, pstdev
from typing import Any

from components.ensembles.clock import Clock
from components.ensembles.folds import parts
from components.ensembles.metrics import Judge
from components.ensembles.remembering import HeldRows, Whole, remembering
from components.ensembles.standing_in import Member, as_learned, named, standing_in
from components.ensembles.trying import Part

ROUNDS = 15
"""So often a model is added to the vote."""
FEWEST_PARTS = 2
ONE_AFTER_THE_OTHER = 1
"""Each member has all cores, as when it was tried: two at once would wait for each other's threads."""


@dataclass(frozen=True)
class Heard:
    """What trials said of the same rows, which were held out in turn.

    Parameters
    ----------
    said
        Place of a trial → ndarray of shape (n_held,) or (n_held, n_classes), part after part.
    """

    judge: Judge
    parts: Sequence[Part]
    said: Mapping[int, Any]
    seed: int

    @cached_property
    def held(self) -> HeldRows:
        """These rows, in the order of what was said."""
        return HeldRows.of(self.parts)

    @property
    def truth(self) -> Any:
        """Their answers."""
        return self.held.truth

    @property
    def beside(self) -> Mapping[str, Any]:
        """What a fit to them takes beside their answers."""
        return self.held.beside

    def scores(self, said: Any) -> list[float]:
        """One for each part."""
        start, found = 0, []
        for part in self.parts:
            end = start + len(part.held)
            found.append(self.judge.of(said[start:end], self.truth[start:end]))
            start = end
        return found

    def vote(self, places: Sequence[int], clock: Clock) -> dict[int, int]:
        """How much each of these trials counts: the one that helps most is added, while there is time."""
        truth, chosen, best = self.truth, Counter[int](), None
        total: Any = 0.0
        for count in range(1, ROUNDS + 1):
            if clock.is_over:
                break
            scored = [(self.judge.of((total + self.said[place]) / count, truth), place) for place in places]
            found, place = (min if self.judge.lower_is_better else max)(scored, key=lambda it: it[0])
            if best is not None and not self.judge.is_better(found, best):
                break
            best, total = found, total + self.said[place]
            chosen[place] += 1
        return dict(chosen)

    def voted(self, weights: Mapping[int, int]) -> tuple[float, float]:
        """Mean and standard deviation of the scores of a vote."""
        said = sum(weight * self.said[place] for place, weight in weights.items()) / sum(weights.values())
        scores = self.scores(said)
        return fmean(scores), pstdev(scores)

    def stacked(self, places: Sequence[int], final: Callable[[], Any], clock: Clock) -> tuple[float, float] | None:
        """Mean and standard deviation of the scores of a final model, learned from the other parts in turn.

        None where that, and learning from all parts, would take longer than there is time for.
        """
        import numpy as np

        given, begun = np.column_stack([self._given(place) for place in places]), clock.spent
        scores: list[float] = []
        for known, held in self._parts():
            each = (clock.spent - begun) / max(len(scores), 1)
            if each * (len(self.parts) + 1 - len(scores)) > clock.left:
                return None
            counted = {name: values[known] for name, values in self.beside.items()}
            learned = final().fit(given[known], self.truth[known], **counted)
            said = learned.predict_proba(given[held]) if self.judge.classes else learned.predict(given[held])
            scores.append(self.judge.of(said, self.truth[held]))
        return fmean(scores), pstdev(scores)

    def _given(self, place: int) -> Any:
        """What the final model sees of one trial: of two classes, one probability says all."""
        said = self.said[place]
        return said[:, 1:] if self.judge.classes == 2 else said

    def _parts(self) -> list[tuple[Any, Any]]:
        import numpy as np

        if len(self.parts) < FEWEST_PARTS:
            drawn = parts(3, self.seed, is_classification=bool(self.judge.classes))
            return list(drawn.split(self.truth, self.truth))
        ends = np.cumsum([len(part.held) for part in self.parts])
        places = [np.arange(end - len(part.held), end) for part, end in zip(self.parts, ends, strict=True)]
        everything = np.arange(len(self.truth))
        return [(np.setdiff1d(everything, held), held) for held in places]


def final_model(*, is_classification: bool) -> Any:
    """What weighs the answers of a stack, as the node Stacking has it."""
    from sklearn import linear_model

    return linear_model.LogisticRegression() if is_classification else linear_model.RidgeCV()


def fit_vote(members: Sequence[Member], weights: Sequence[float], whole: Whole) -> Any:
    """The models learned from all rows, whose answers are averaged."""
    from sklearn.ensemble import VotingClassifier, VotingRegressor

    made = named(members, standing_in)
    if members[0].task == "regression":
        vote = VotingRegressor(made, weights=list(weights), n_jobs=ONE_AFTER_THE_OTHER)
    else:
        vote = VotingClassifier(made, voting="soft", weights=list(weights), n_jobs=ONE_AFTER_THE_OTHER)
    return as_learned(vote.fit(whole.matrix, whole.target, **whole.beside), members)


def fit_stack(
    members: Sequence[Member], said: Sequence[Any], held: HeldRows, whole: Whole, *, folds: int, final: Any = None
) -> Any:
    """The models learned from all rows, and a final one from what they said while these were held out.

    Parameters
    ----------
    said
        For each member, what it said of the rows that were held out.
    folds
        In how many parts they were, as the model tells it.
    final
        Unfitted; left out, logistic or ridge regression.
    """
    from sklearn.ensemble import StackingClassifier, StackingRegressor

    is_classification = members[0].task == "classification"
    kind = StackingClassifier if is_classification else StackingRegressor
    names = [name for name, _ in named(members, lambda member: None)]
    answering = [
        (name, remembering(member, whole, answers)) for name, member, answers in zip(names, members, said, strict=True)
    ]
    cv = parts(FEWEST_PARTS, 0, is_classification=is_classification)  # which parts: the answers are there already
    final = final_model(is_classification=is_classification) if final is None else final
    made = kind(answering, final, cv=cv, n_jobs=ONE_AFTER_THE_OTHER)
    fitted = as_learned(made.fit(held.places, held.truth, **held.beside), members)
    fitted.cv = folds
    return fitted
