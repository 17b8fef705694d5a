"""Make one model of several that were tried, from what they said of rows that they had not seen.

Source: Caruana et al., *Ensemble Selection from Libraries of Models* (2004), for the weights; Wolpert, *Stacked
Generalization* (1992), for the final model.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean, pstdev
from typing import Any

from components.ensembles.folds import parts
from components.ensembles.metrics import Judge
from components.ensembles.standing_in import Member, as_learned, named, standing_in

ROUNDS = 15
"""So often a model is added to the vote."""
FEWEST_PARTS = 2


@dataclass(frozen=True)
class Heard:
    """What trials said of the same rows, which were held out in turn.

    Parameters
    ----------
    held
        Places of the rows, part after part.
    said
        Place of a trial → ndarray of shape (n_held,) or (n_held, n_classes).
    """

    judge: Judge
    target: Any
    held: Sequence[Any]
    said: Mapping[int, Any]
    seed: int

    @property
    def rows(self) -> Any:
        """All places, in the order of what was said."""
        import numpy as np

        return np.concatenate(list(self.held))

    def scores(self, said: Any) -> list[float]:
        """One for each part."""
        truth, start, found = self.target[self.rows], 0, []
        for part in self.held:
            end = start + len(part)
            found.append(self.judge.of(said[start:end], truth[start:end]))
            start = end
        return found

    def vote(self, places: Sequence[int]) -> dict[int, int]:
        """How much each of these trials counts: the one that helps most is added, again and again."""
        truth, chosen, best = self.target[self.rows], Counter[int](), None
        total: Any = 0.0
        for count in range(1, ROUNDS + 1):
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

    def stacked(self, places: Sequence[int], final: Callable[[], Any]) -> tuple[float, float]:
        """Mean and standard deviation of the scores of a final model, learned from the other parts in turn."""
        import numpy as np

        given = np.column_stack([self._given(place) for place in places])
        truth = self.target[self.rows]
        scores = []
        for known, held in self._parts(truth):
            learned = final().fit(given[known], truth[known])
            said = learned.predict_proba(given[held]) if self.judge.classes else learned.predict(given[held])
            scores.append(self.judge.of(said, truth[held]))
        return fmean(scores), pstdev(scores)

    def _given(self, place: int) -> Any:
        """What the final model sees of one trial: of two classes, one probability says all."""
        said = self.said[place]
        return said[:, 1:] if self.judge.classes == 2 else said

    def _parts(self, truth: Any) -> list[tuple[Any, Any]]:
        import numpy as np

        if len(self.held) < FEWEST_PARTS:
            return list(parts(3, self.seed, is_classification=bool(self.judge.classes)).split(truth, truth))
        ends = np.cumsum([len(part) for part in self.held])
        places = [np.arange(end - len(part), end) for part, end in zip(self.held, ends, strict=True)]
        everything = np.arange(len(truth))
        return [(np.setdiff1d(everything, held), held) for held in places]


def final_model(*, is_classification: bool) -> Any:
    """What weighs the answers of a stack, as the node Stacking has it."""
    from sklearn import linear_model

    return linear_model.LogisticRegression() if is_classification else linear_model.RidgeCV()


def fit_vote(members: Sequence[Member], weights: Sequence[float], matrix: Any, target: Any) -> Any:
    """The models learned from all rows, whose answers are averaged."""
    from sklearn.ensemble import VotingClassifier, VotingRegressor

    made = named(members, standing_in)
    if members[0].task == "regression":
        return as_learned(VotingRegressor(made, weights=list(weights)).fit(matrix, target), members)
    return as_learned(VotingClassifier(made, voting="soft", weights=list(weights)).fit(matrix, target), members)


def fit_stack(members: Sequence[Member], places: Sequence[int], heard: Heard, matrix: Any, folds: int) -> Any:
    """The models learned from all rows, and a final one from what they said while these were held out."""
    import numpy as np
    from sklearn.ensemble import StackingClassifier, StackingRegressor

    is_classification = members[0].task == "classification"
    rows, kind = heard.rows, StackingClassifier if is_classification else StackingRegressor
    answering = []
    for (name, _), member, place in zip(named(members, standing_in), members, places, strict=True):
        said = np.full((len(heard.target), *heard.said[place].shape[1:]), np.nan)
        said[rows] = heard.said[place]
        answering.append((name, _remembering(is_classification)(member, matrix, heard.target, said)))
    cv = parts(FEWEST_PARTS, 0, is_classification=is_classification)  # which parts: the answers are there already
    final = final_model(is_classification=is_classification)
    ordered = np.sort(rows)
    fitted = kind(answering, final, cv=cv).fit(ordered[:, None], heard.target[ordered])
    fitted = as_learned(fitted, members)
    fitted.cv = folds
    return fitted


@cache
def _remembering(is_classification: bool) -> Any:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

    class Remembering(BaseEstimator):  # type: ignore[misc]
        """Stands in for a member whose answers to rows it has not seen are known; rows come as their places."""

        def __init__(self, member: Member, matrix: Any, target: Any, said: Any) -> None:
            self.member, self.matrix, self.target, self.said = member, matrix, target, said

        def __sklearn_clone__(self) -> Any:
            return type(self)(self.member, self.matrix, self.target, self.said)

        def fit(self, rows: Any, target: Any) -> Any:
            import numpy as np

            self.classes_ = np.unique(target)
            self.whole_ = int(np.isfinite(self.said.reshape(len(self.said), -1)[:, 0]).sum()) == len(rows)
            if self.whole_:
                self.learned_ = self.member.fit(self.matrix, self.target)
            return self

        def predict(self, rows: Any) -> Any:
            said = self.said[rows[:, 0]]
            return said.argmax(axis=1) if said.ndim > 1 else said

    class Classifier(ClassifierMixin, Remembering):  # type: ignore[misc]
        def predict_proba(self, rows: Any) -> Any:
            return self.said[rows[:, 0]]

    class Regressor(RegressorMixin, Remembering):  # type: ignore[misc]
        pass

    return Classifier if is_classification else Regressor
