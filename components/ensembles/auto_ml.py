"""The best model for a table that can be found within a time."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

import ibis.expr.schema as sch
from pydantic import Field, model_validator

from components.base import MODEL_OUT, Estimator, Learned, Spec, Task, WeighedParams
from components.ensembles.exploring import Exploring
from components.ensembles.families import candidates
from components.ensembles.folds import HeldOut, most_folds
from components.ensembles.ladder import Ladder, folds_for
from components.ensembles.metrics import Judge, Metric, metric_for
from components.ensembles.pace import Budget
from components.ensembles.remembering import Whole
from components.ensembles.trials import Trials
from components.ensembles.trying import Part
from components.errors import UnfitData
from components.models.arguments import ClassifierParams, Seed
from components.params import Widget
from components.ports import kind_of


class AutoMLParams(ClassifierParams, WeighedParams):
    task: Literal["auto", "classification", "regression"] = "auto"
    """What to predict; ``auto`` takes texts and true/false for classes, and numbers for numbers."""
    budget_seconds: Annotated[float, Field(ge=1, le=86_400), Widget(unit="seconds")] | None = 300
    """How long it may take, from preparing the parts that are held out to saving the model; a fit that was begun is
    finished. Left empty, only the trials count.
    """
    budget_trials: Annotated[int, Field(ge=1, le=1_000), Widget(unit="trials")] | None = None
    """The most models to try; with no time set, every run finds the same."""
    metric: Metric | None = None
    """What to go by; left empty, ROC AUC for classes and R² for numbers."""
    seed: Seed = 0
    """Another seed draws other parts, rows and settings."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.budget_seconds is None and self.budget_trials is None:
            raise ValueError("set how many seconds to search, or how many trials to make")
        return self

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
    """Tries linear models, naive Bayes, neighbours, trees, forests, boosting, support vectors and a neural network,
    each prepared as it needs, searches for better settings of the best, and lets several vote or stacks them if that is
    better still.

    Every trial is scored on train rows held out in turn, and none on test rows. In a large table every family sees some
    rows first, and the better half of them more; what falls behind the best on its first parts is given up. With a
    budget in seconds, how far it gets depends on the machine; with one in trials only, every run finds the same. Text
    columns must be encoded first.

    When: to see what can be reached before much thought is given, or as a mark for a model of one's own. Serving: as
    the model that was found.
    Source: Feurer et al., *Auto-sklearn* (2015); Wang et al., *FLAML* (2021); Jamieson & Talwalkar (2016); Bergstra et
    al. (2011); Caruana et al., *Ensemble Selection* (2004); Wolpert, *Stacked Generalization* (1992).
    """

    spec = Spec(
        key="auto_ml",
        title="AutoML",
        category="models/combine",
        icon="auto_awesome",
        about="Finds a good model within a time.",
        words=("automl", "automatic", "autopilot", "best model", "model selection", "auto"),
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

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        return self.learn(matrix, target, **beside).estimator

    @property
    def time_limit(self) -> float | None:
        return self.params.budget_seconds

    def held_out(self, rows: int, width: int) -> tuple[int, int]:
        return folds_for(rows, width, self.params.budget_seconds)

    def learn(
        self, matrix: Any, target: Any, positive: int = 1, parts: Sequence[Part] = (), begun: float | None = None,
        **beside: Any,
    ) -> Learned:  # fmt: skip
        refuse_constant(target)
        params, is_classification = self.params, self.task == "classification"
        classes = int(target.max()) + 1 if is_classification else 0
        judge = Judge(metric_for(self.task, params.metric), classes, positive)
        folds, held = self.held_out(len(target), matrix.shape[1])
        if is_classification:
            folds = most_folds(target, folds)
        held_out = HeldOut(
            matrix, target, folds, params.seed, is_classification=is_classification, beside=beside, prepared=parts
        )
        budget = Budget(params.budget_seconds, params.budget_trials)
        trials = Trials(judge, budget.clock(begun), remembers=True)
        ladder, whole = Ladder(held_out, len(parts) or min(held, folds)), Whole(matrix, target, beside)
        exploring = Exploring(trials, whole, ladder, self.task, params.seed, budget)
        trials.begin(folds, params.budget_trials)
        exploring.compare(candidates(self.task, params, params.seed, len(target), classes))
        exploring.improve()
        ended = exploring.why()
        exploring.combine()
        best = exploring.chosen()
        keys = tuple(dict.fromkeys(member.spec.key for member in exploring.members[best]))
        told = trials.told(best, ended, folds=folds, seed=params.seed, anew=bool(parts))
        return Learned(exploring.refit(best), told, keys)


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
