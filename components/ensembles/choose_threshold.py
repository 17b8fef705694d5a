"""A model that says the positive class from the probability on where that pays."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MODEL_IN, MODEL_OUT, ROWS_IN, Learned, Spec, Wrapper, WrapperParams
from components.ensembles.folds import check_folds, parts
from components.ensembles.standing_in import standing_in
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

    def learn(self, matrix: Any, target: Any, positive: int = 1, **beside: Any) -> Learned:
        if int(target.max()) > 1:
            raise UnfitData(
                f"{self.spec.title} decides between two classes; the target {self.params.target!r} has "
                f"{int(target.max()) + 1:,}.",
                hint="Predict a target with two classes, or use the model as it is.",
                field="target",
            )
        threshold = self.params.threshold
        made = self.build().set_params(
            threshold=self._chosen(matrix, target, positive, beside) if threshold is None else threshold,
            pos_label=positive,
        )
        made.estimator_ = self.member.fit(matrix, target, **beside)
        return Learned(made, members=self.component_keys())

    def _chosen(self, matrix: Any, target: Any, positive: int, beside: Mapping[str, Any]) -> float:
        """The best threshold for answers to rows that were held out."""
        from sklearn.model_selection import cross_val_predict

        from components.evaluate.thresholds import chosen, counted

        params = self.params
        check_folds(target, params.folds, is_classification=True)
        cv = parts(params.folds, params.seed, is_classification=True)
        asked = {"cv": cv, "method": "predict_proba", "params": dict(beside)}
        said = cross_val_predict(standing_in(self.member), matrix, target, **asked)
        found = counted(target == positive, said[:, positive])
        return chosen(found, params.choose_by, (params.false_alarm_cost, params.miss_cost))
