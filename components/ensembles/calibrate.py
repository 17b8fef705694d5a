"""Probabilities that mean what they say."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MODEL_IN, MODEL_OUT, ROWS_IN, Spec, Wrapper, WrapperParams
from components.ensembles.folds import check_folds, parts
from components.ensembles.standing_in import learned_by, standing_in
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

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        check_folds(target, self.params.folds, is_classification=True)
        fitted = self._made(standing_in(self.member)).fit(matrix, target, **beside)
        fitted.estimator = self.member.build()
        for calibrated in fitted.calibrated_classifiers_:
            calibrated.estimator = learned_by(calibrated.estimator)
        fitted.cv = self.params.folds
        return fitted

    def _made(self, estimator: Any) -> Any:
        from sklearn.calibration import CalibratedClassifierCV

        cv = parts(self.params.folds, self.params.seed, is_classification=True)
        return CalibratedClassifierCV(estimator, method=self.params.method, cv=cv, ensemble=self.params.ensemble)
