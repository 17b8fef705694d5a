"""The best model for a table that can be found within a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Annotated, Any, Literal, Self

import ibis.expr.schema as sch
from pydantic import Field

from components.base import MODEL_OUT, Estimator, Learned, Spec, Task
from components.ensembles.families import Candidate, candidates
from components.ensembles.folds import cut, parts
from components.ensembles.halving import mixed
from components.ensembles.metrics import Judge, Metric, metric_for
from components.ensembles.spaces import draws, space_of
from components.ensembles.standing_in import as_learned, named, standing_in
from components.ensembles.trials import Clock, Trials
from components.models.arguments import ClassifierParams, Seed
from components.models.threads import few_threads
from components.params import Widget
from components.ports import kind_of

FOLDS = 3
FIRST_ROWS = 10_000
"""On so many rows every family is looked at."""
FACTOR = 4
"""How many times as many rows the better half of the families sees next."""
MOST_TRIALS = 200
"""Beyond, what looks better is so by luck."""
STACKED = 3
"""How many models a final one weighs."""
SEARCHED = 0.6
"""The share of the time that is searched for better settings; the rest is for stacking and the last fit."""
STACKING = "Stacking"


class AutoMLParams(ClassifierParams):
    task: Literal["auto", "classification", "regression"] = "auto"
    """What to predict; ``auto`` takes texts and true/false for classes, and numbers for numbers."""
    budget_seconds: Annotated[float, Field(ge=1, le=86_400), Widget(unit="seconds")] = 300
    """How long to search; the last fit that was begun is finished."""
    metric: Metric | None = None
    """What to go by; left empty, ROC AUC for classes and R² for numbers."""
    seed: Seed = 0
    """Another seed draws other parts, rows and settings."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        schema = next(iter(schemas.values()), None)
        if schema is None:
            return bound
        is_number = kind_of(schema[self.target]) == "numeric"
        task = ("regression" if is_number else "classification") if self.task == "auto" else self.task
        metric_for(task, self.metric)
        return bound.model_copy(update={"task": task})


class AutoML(Estimator[AutoMLParams]):
    """Tries linear models, naive Bayes, neighbours, trees, forests, boosting and a neural network, each prepared as it
    needs, searches for better settings of the best, and stacks those if that is better still.

    Every trial is scored on train rows held out in turn, and none on test rows. In a large table every family sees some
    rows first, and the better half of them more. How far it gets depends on the machine: to make a run again exactly,
    use the model that it found. Text columns must be encoded first.

    When: to see what can be reached before much thought is given, or as a mark for a model of one's own. Serving: as
    the model that was found.
    Source: Feurer et al., *Auto-sklearn* (2015); Wang et al., *FLAML* (2021); Jamieson & Talwalkar (2016); Wolpert,
    *Stacked Generalization* (1992); scikit-learn's `Pipeline` and `StackingClassifier`.
    """

    spec = Spec(
        key="auto_ml",
        title="AutoML",
        category="models/combine",
        icon="auto_awesome",
        about="Finds a good model within a time.",
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "budget_seconds": 2},
    )
    task: Task = "classification"
    takes_missing = True
    trusted_types = ("numpy.dtype", "sklearn.utils._bunch.Bunch")

    def __init__(self, params: AutoMLParams) -> None:
        super().__init__(params)
        if params.task != "auto":
            self.task = params.task

    def build(self) -> Any:
        """What is tried first."""
        return candidates(self.task, self.params, self.params.seed)[0].build()

    def fit(self, matrix: Any, target: Any) -> Any:
        return self.learn(matrix, target).estimator

    def learn(self, matrix: Any, target: Any, positive: int = 1) -> Learned:
        classes = int(target.max()) + 1 if self.task == "classification" else 0
        judge = Judge(metric_for(self.task, self.params.metric), classes, positive)
        trials = Trials(matrix, target, judge, Clock(self.params.budget_seconds))
        tried = _Tried(trials, self.task, self.params.seed)
        tried.compare(candidates(self.task, self.params, self.params.seed))
        tried.improve(self.params.budget_seconds * SEARCHED)
        tried.stack()
        best = trials.best()
        chosen = tried.members[best]
        ended = "the time was over" if trials.clock.is_over else "there was nothing more to try in its time"
        keys = tuple(dict.fromkeys(member.spec.key for member in chosen))
        return Learned(tried.refit(best), trials.told(best, ended), keys)


@dataclass
class _Tried:
    """Candidates beside the trials that were made of them.

    Parameters
    ----------
    members
        For each trial, the one candidate, or those that were stacked.
    """

    trials: Trials
    task: Task
    seed: int

    def __post_init__(self) -> None:
        self.members: list[tuple[Candidate, ...]] = []
        self._is_classification = self.task == "classification"
        self._order = mixed(self.trials.target, self.seed, is_classification=self._is_classification)
        self._all = len(self.trials.target)

    def compare(self, families: Sequence[Candidate]) -> None:
        """Every family on some rows, the better half of them on more, and so on up to all."""
        left, rows = list(families), self._first_rows()
        while left and not (self.trials.done and self.trials.clock.is_over):
            cuts = self._cuts(rows)
            for candidate in left:
                if not self.members or self._is_affordable(candidate, rows):
                    self._attempt(candidate, cuts, must=not self.members)
            if rows == self._all:
                return
            scored = [place for place in self._ranking() if self.trials.done[place].rows == rows]
            left = [self.members[place][0] for place in scored[: max(STACKED, len(scored) // 2)]]
            rows = min(rows * FACTOR, self._all)

    def improve(self, seconds: float) -> None:
        """Settings drawn at random for the best families in turn, as long as there is time."""
        best = [self.members[place][0] for place in self._distinct()]
        ways = [(each, draws(space_of(each.family.kind.search_space), self.seed)) for each in best[:STACKED]]
        rows = max((trial.rows for trial in self.trials.done if trial.score is not None), default=self._all)
        cuts = self._cuts(rows)
        self.trials.gives_up = True
        misses = 0
        for candidate, settings in cycle(ways):
            if self.trials.clock.spent >= seconds or misses == len(ways) or len(self.members) >= MOST_TRIALS:
                return
            changed = candidate.with_settings(next(settings))
            is_affordable = self._is_affordable(changed, rows, within=seconds - self.trials.clock.spent)
            misses = 0 if is_affordable else misses + 1
            if is_affordable:
                self._attempt(changed, cuts)

    def stack(self) -> None:
        """A final model over the best of different families, if there is time to try it and to fit it again."""
        places = self._distinct()[:STACKED]
        members = tuple(self.members[place][0] for place in places)
        once = sum(self._seconds(place) for place in places) * (FOLDS + 1)
        if len(members) < 2 or once * (FOLDS + 1) > self.trials.clock.left:
            return
        self.trials.gives_up = False
        named_ones = {"of": [member.spec.title for member in members]}
        self.members.append(members)
        self.trials.attempt(STACKING, named_ones, lambda x, y: self._stacked(members, x, y), self._cuts(self._all))

    def refit(self, place: int) -> Any:
        """The model of a trial, learned from all train rows."""
        members, (matrix, target) = self.members[place], (self.trials.matrix, self.trials.target)
        with few_threads(matrix):
            return members[0].fit(matrix, target) if len(members) == 1 else self._stacked(members, matrix, target)

    def _attempt(self, candidate: Candidate, cuts: list[tuple[Any, Any]], *, must: bool = False) -> None:
        self.members.append((candidate,))
        self.trials.attempt(candidate.spec.title, candidate.settings, candidate.fit, cuts, must=must)

    def _first_rows(self) -> int:
        return min(FIRST_ROWS, self._all)

    def _cuts(self, rows: int) -> list[tuple[Any, Any]]:
        import numpy as np

        kept = np.sort(self._order[:rows])
        pairs = cut(self.trials.target[kept], FOLDS, self.seed, is_classification=self._is_classification)
        return [(kept[known], kept[held]) for known, held in pairs]

    def _ranking(self) -> list[int]:
        """The trials that were scored: those on the most rows first, and of these the best."""
        sign = 1 if self.trials.judge.lower_is_better else -1
        whole = [(place, trial) for place, trial in enumerate(self.trials.done) if not trial.note]
        keyed = [(-trial.rows, sign * trial.score, place) for place, trial in whole if trial.score is not None]
        return [place for _, _, place in sorted(keyed)]

    def _distinct(self) -> list[int]:
        """The best trial of each family, the best first."""
        found: dict[str, int] = {}
        for place in self._ranking():
            found.setdefault(self.members[place][0].spec.key, place)
        return list(found.values())

    def _seconds(self, place: int) -> float:
        """What a fit on all rows would take."""
        trial = self.trials.done[place]
        return trial.seconds * FOLDS / (FOLDS - 1) * self._all / max(trial.rows, 1)

    def _is_affordable(self, candidate: Candidate, rows: int, within: float | None = None) -> bool:
        """Whether a trial would end in time, as far as others of its family tell."""
        left = self.trials.clock.left if within is None else within
        same = [
            trial.seconds * rows / trial.rows
            for trial, members in zip(self.trials.done, self.members, strict=True)
            if members[0].spec.key == candidate.spec.key and trial.seconds
        ]
        return left > 0 and (not same or max(same) * FOLDS <= left)

    def _stacked(self, members: tuple[Candidate, ...], matrix: Any, target: Any) -> Any:
        from sklearn import ensemble, linear_model

        kind, final = (
            (ensemble.StackingClassifier, linear_model.LogisticRegression())
            if self._is_classification
            else (ensemble.StackingRegressor, linear_model.RidgeCV())
        )
        cv = parts(FOLDS, self.seed, is_classification=self._is_classification)
        fitted = as_learned(kind(named(members, standing_in), final, cv=cv).fit(matrix, target), members)
        fitted.cv = FOLDS
        return fitted
