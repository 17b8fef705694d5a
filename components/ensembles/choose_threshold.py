"""A model that says the positive class from the probability on where that pays."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MODEL_IN, MODEL_OUT, ROWS_IN, Learned, Spec, Wrapper, WrapperParams
from components.ensembles.folds import check_folds
from components.ensembles.folds import parts as drawn_parts
from components.ensembles.remembering import HeldRows, said_of_held
from components.ensembles.standing_in import standing_in
from components.ensembles.trying import Part
from components.errors import ComponentError, UnfitData
from components.models.arguments import Advanced, Seed

Cost = Annotated[float, Field(ge=0, le=1e12)]


class ChooseThresholdParams(WrapperParams):
    false_alarm_cost: Cost = 1.0
    """What it costs to act on a row that is not of the positive class: a call that was not needed."""
    miss_cost: Cost = 1.0
    """What it costs to overlook a row of the positive class: a customer who left."""
    choose_by: Literal["cost", "f1", "balanced_accuracy"] = "cost"
    """What the threshold is chosen for: the least cost, or the best F1 or balanced accuracy."""
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Say the positive class from this probability on; left empty, it is chosen."""
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """In how many parts train rows are held out to choose it; each class needs as many rows."""
    seed: Annotated[Seed, Advanced] = 0
    """Another seed draws other parts."""


class ChooseThreshold(Wrapper[ChooseThresholdParams]):
    """A model for two classes that says the positive one from the probability on from which that costs least.

    The model learns anew from its own rows. Train rows are held out in turn to choose the threshold, never test rows:
    the scores are those of the decisions that an endpoint will make. Probabilities stay as they are.

    When: a miss costs more, or less, than a false alarm. Look at the costs with Tune threshold first, if you like.
    Serving: scores each request, and says the class by the threshold.
    Source: Elkan, *The Foundations of Cost-Sensitive Learning* (2001);
    `sklearn.model_selection.FixedThresholdClassifier` and `TunedThresholdClassifierCV`.
    """

    spec = Spec(
        key="choose_threshold",
        title="Decide by cost",
        category="models/combine",
        icon="rule",
        about="Makes a model say yes from the probability on where that pays.",
        words=("threshold", "cutoff", "cost sensitive", "profit", "cost matrix"),
        inputs=(ROWS_IN, MODEL_IN),
        outputs=MODEL_OUT,
        example={"miss_cost": 5, "folds": 3},
    )

    takes_weights = True

    def check(self) -> None:
        if self.member.task != "classification":
            raise ComponentError(
                f"{self.member.spec.title} predicts numbers; only a model for classes has a threshold.",
                hint="Connect a classifier.",
            )

    def build(self) -> Any:
        from sklearn.model_selection import FixedThresholdClassifier

        return FixedThresholdClassifier(self.member.build(), response_method="predict_proba")

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        return self.learn(matrix, target, **beside).estimator

    def held_out(self, rows: int, width: int) -> tuple[int, int]:
        return (self.params.folds, self.params.folds) if self.params.threshold is None else (0, 0)

    def learn(self, matrix: Any, target: Any, positive: int = 1, parts: Sequence[Part] = (), **beside: Any) -> Learned:
        if int(target.max()) > 1:
            raise UnfitData(
                f"{self.spec.title} decides between two classes; the target {self.params.target!r} has "
                f"{int(target.max()) + 1:,}.",
                hint="Predict a target with two classes, or use the model as it is.",
                field="target",
            )
        threshold = self.params.threshold
        if threshold is None:
            check_folds(target, self.params.folds, is_classification=True)
            held = self._prepared_alone(parts) if parts else self._cut(matrix, target, beside)
            threshold = self._chosen(*held, positive)
        made = self.build().set_params(threshold=threshold, pos_label=positive)
        made.estimator_ = self.member.fit(matrix, target, **beside)
        return Learned(made, members=self.component_keys())

    def _prepared_alone(self, held_out: Sequence[Part]) -> tuple[Any, Any]:
        """What is so of the rows that were held out, and what was said."""
        return HeldRows.of(held_out).truth, said_of_held(self.member, held_out, "predict_proba")

    def _cut(self, matrix: Any, target: Any, beside: Mapping[str, Any]) -> tuple[Any, Any]:
        """The same of rows that are held out of one matrix."""
        from sklearn.model_selection import cross_val_predict

        cv = drawn_parts(self.params.folds, self.params.seed, is_classification=True)
        asked = {"cv": cv, "method": "predict_proba", "params": dict(beside)}
        return target, cross_val_predict(standing_in(self.member), matrix, target, **asked)

    def _chosen(self, truth: Any, said: Any, positive: int) -> float:
        """The best threshold for these answers."""
        from components.evaluate.thresholds import chosen, counted

        params = self.params
        found = counted(truth == positive, said[:, positive])
        return chosen(found, params.choose_by, (params.false_alarm_cost, params.miss_cost))
