"""A model that learns from the answers of others."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MODEL_OUT, MODELS_IN, ROWS_IN, Estimator, Learned, Spec, Wrapper, WrapperParams
from components.ensembles.blending import fit_stack
from components.ensembles.folds import check_folds
from components.ensembles.folds import parts as drawn_parts
from components.ensembles.remembering import HeldRows, Whole, said_of_held
from components.ensembles.standing_in import as_learned, named, standing_in
from components.ensembles.trying import Part
from components.models.arguments import Advanced, Seed

Final = Literal["linear", "random_forest", "hist_gradient_boosting"]


class StackingParams(WrapperParams):
    final_estimator: Final = "linear"
    """What weighs the answers: logistic regression for classes and ridge regression for numbers, or trees."""
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """In how many parts rows are held out, so that the final model learns from answers to rows no model knew."""
    passthrough: Annotated[bool, Advanced] = False
    """Whether the final model sees the columns too, beside the answers."""
    seed: Annotated[Seed, Advanced] = 0
    """Another seed draws other parts."""


class Stacking(Wrapper[StackingParams]):
    """A final model that learns how far to trust each of several models, from their answers to rows held out in turn.

    The models learn anew, each with its own settings, from the rows of the first: once for each part, and once from all
    train rows. All must predict the same column.

    When: several good models of different kinds; usually a little better than their average. Serving: asks every model,
    then the final one.
    Source: Wolpert, *Stacked Generalization* (1992); `sklearn.ensemble.StackingClassifier` and `StackingRegressor`.
    """

    spec = Spec(
        key="stacking",
        title="Stacking",
        category="models/combine",
        icon="stacks",
        about="Learns how far to trust each of several models.",
        words=("ensemble", "blend", "blending", "stack", "meta model", "stacked"),
        inputs=(ROWS_IN, MODELS_IN),
        outputs=MODEL_OUT,
        example={"final_estimator": "linear", "folds": 3},
    )
    takes_weights = True
    trusted_types = (
        "sklearn.utils._bunch.Bunch",
        "sklearn.tree._tree.Tree",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    )

    def __init__(self, params: StackingParams, members: "tuple[Estimator[Any], ...]" = ()) -> None:
        super().__init__(params, members)
        if params.passthrough:
            self.takes_missing = self.takes_missing and params.final_estimator != "linear"
            self.takes_sparse = self.takes_sparse and params.final_estimator != "hist_gradient_boosting"

    def build(self) -> Any:
        return self._made(named(self.members, lambda member: member.build()))

    def held_out(self, rows: int, width: int) -> tuple[int, int]:
        return self.params.folds, 0 if self.params.passthrough else self.params.folds

    def learn(self, matrix: Any, target: Any, positive: int = 1, parts: Sequence[Part] = (), **beside: Any) -> Learned:
        if not parts:
            return super().learn(matrix, target, positive, **beside)
        check_folds(target, self.params.folds, is_classification=self.task == "classification")
        method = "predict_proba" if self.task == "classification" else "predict"
        said = [said_of_held(member, parts, method) for member in self.members]
        held, whole = HeldRows.of(parts), Whole(matrix, target, beside)
        made = fit_stack(self.members, said, held, whole, folds=self.params.folds, final=self._final())
        return Learned(made, members=self.component_keys())

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        check_folds(target, self.params.folds, is_classification=self.task == "classification")
        fitted = as_learned(self._made(named(self.members, standing_in)).fit(matrix, target, **beside), self.members)
        fitted.cv = self.params.folds
        return fitted

    def _made(self, estimators: list[tuple[str, Any]]) -> Any:
        from sklearn.ensemble import StackingClassifier, StackingRegressor

        is_classification = self.task == "classification"
        cv = drawn_parts(self.params.folds, self.params.seed, is_classification=is_classification)
        kind = StackingClassifier if is_classification else StackingRegressor
        return kind(estimators, self._final(), cv=cv, passthrough=self.params.passthrough)

    def _final(self) -> Any:
        from sklearn import ensemble, linear_model

        kinds: dict[tuple[Final, str], Any] = {
            ("linear", "classification"): linear_model.LogisticRegression,
            ("linear", "regression"): linear_model.RidgeCV,
            ("random_forest", "classification"): ensemble.RandomForestClassifier,
            ("random_forest", "regression"): ensemble.RandomForestRegressor,
            ("hist_gradient_boosting", "classification"): ensemble.HistGradientBoostingClassifier,
            ("hist_gradient_boosting", "regression"): ensemble.HistGradientBoostingRegressor,
        }
        drawn = {} if self.params.final_estimator == "linear" else {"random_state": self.params.seed}
        return kinds[self.params.final_estimator, self.task](**drawn)
