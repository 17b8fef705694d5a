"""Probabilities that mean what they say."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MODEL_IN, MODEL_OUT, ROWS_IN, Learned, Spec, Wrapper, WrapperParams
from components.ensembles.folds import check_folds
from components.ensembles.folds import parts as drawn_parts
from components.ensembles.remembering import HeldRows, Whole, remembering, said_of_held
from components.ensembles.standing_in import learned_by, standing_in
from components.ensembles.trying import Part
from components.errors import ComponentError
from components.models.arguments import Advanced, Seed


class CalibrateParams(WrapperParams):
    method: Literal["sigmoid", "isotonic", "temperature"] = "sigmoid"
    """A logistic curve, steps (for thousands of rows), or one temperature for all classes."""
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """In how many parts rows are held out to learn the curve; each class needs as many rows."""
    ensemble: Annotated[bool, Advanced] = False
    """Whether to keep the model of each part with its own curve, and average them: slower to ask, often better."""
    seed: Annotated[Seed, Advanced] = 0
    """Another seed draws other parts."""


class Calibrate(Wrapper[CalibrateParams]):
    """A model for classes, and a curve from what it says to how often that is so, learned from rows held out in turn.

    The model learns anew, with its own settings, from its own rows.

    When: probabilities are used as such, in costs, thresholds or ranked lists; forests, boosting and naive Bayes are
    often too sure or too cautious. Serving: scores each request, then follows the curve.
    Source: Platt (1999) for sigmoid; Zadrozny & Elkan (2002) for isotonic; Guo et al. (2017) for temperature;
    `sklearn.calibration.CalibratedClassifierCV`.
    """

    spec = Spec(
        key="calibrate",
        title="Calibrate",
        category="models/combine",
        icon="balance",
        about="Makes the probabilities of a model mean what they say.",
        words=("platt", "isotonic", "probability calibration", "calibratedclassifier"),
        inputs=(ROWS_IN, MODEL_IN),
        outputs=MODEL_OUT,
        example={"method": "isotonic", "folds": 3},
    )
    takes_weights = True
    trusted_types = tuple(
        f"sklearn.calibration.{name}"
        for name in ("_CalibratedClassifier", "_SigmoidCalibration", "_TemperatureScaling")
    )

    def check(self) -> None:
        if self.member.task != "classification":
            raise ComponentError(
                f"{self.member.spec.title} predicts numbers; only a model for classes has probabilities.",
                hint="Connect a classifier.",
            )

    def build(self) -> Any:
        return self._made(self.member.build())

    def held_out(self, rows: int, width: int) -> tuple[int, int]:
        return self.params.folds, 0 if self.params.ensemble else self.params.folds

    def learn(self, matrix: Any, target: Any, positive: int = 1, parts: Sequence[Part] = (), **beside: Any) -> Learned:
        check_folds(target, self.params.folds, is_classification=True)
        if not parts:
            return super().learn(matrix, target, positive, **beside)
        method = "decision_function" if hasattr(self.member.build(), "decision_function") else "predict_proba"
        said, held = said_of_held(self.member, parts, method), HeldRows.of(parts)
        made = self._made(remembering(self.member, Whole(matrix, target, beside), said, method))
        made.cv = drawn_parts(2, 0, is_classification=True)  # which parts: the answers are there already
        return Learned(
            self._as_learned(made.fit(held.places, held.truth, **held.beside)), members=self.component_keys()
        )

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        check_folds(target, self.params.folds, is_classification=True)
        return self._as_learned(self._made(standing_in(self.member)).fit(matrix, target, **beside))

    def _as_learned(self, fitted: Any) -> Any:
        fitted.estimator = self.member.build()
        for calibrated in fitted.calibrated_classifiers_:
            calibrated.estimator = learned_by(calibrated.estimator)
        fitted.cv = self.params.folds
        return fitted

    def _made(self, estimator: Any) -> Any:
        from sklearn.calibration import CalibratedClassifierCV

        cv = drawn_parts(self.params.folds, self.params.seed, is_classification=True)
        return CalibratedClassifierCV(estimator, method=self.params.method, cv=cv, ensemble=self.params.ensemble)
