"""A linear support vector machine."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from components.base import MODEL_OUT, Spec
from components.models.arguments import Advanced, Seed
from components.models.calibrated import Calibrated, CalibratedParams
from components.models.soundness import no_numbers

LARGEST = 1e50
"""Beyond, the squares that the solver works with overflow, and it never ends."""


class LinearSVCParams(CalibratedParams):
    C: Annotated[float, Field(gt=0)] = 1.0
    """Inverse strength of regularization: smaller values keep the coefficients smaller."""
    max_iter: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    """The most iterations of the solver."""
    penalty: Annotated[Literal["l2", "l1"], Advanced] = "l2"
    """How coefficients are kept small; l1 sets some to zero."""
    loss: Annotated[Literal["squared_hinge", "hinge"], Advanced] = "squared_hinge"
    """How a row on the wrong side counts."""
    dual: Annotated[Literal["auto"] | bool, Advanced] = "auto"
    """Whether the solver works on rows instead of columns; ``auto`` chooses."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-4
    """When the solver has converged."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    intercept_scaling: Annotated[float, Field(gt=0), Advanced] = 1.0
    """Larger values regularize the constant term less."""
    seed: Annotated[Seed, Advanced] = 0
    """Makes the solver that shuffles rows repeatable."""

    @model_validator(mode="after")
    def _solver_exists(self) -> Self:
        if self.penalty == "l1" and self.loss == "hinge":
            raise ValueError("the penalty 'l1' needs the loss 'squared_hinge'")
        if self.penalty == "l1" and self.dual is True:
            raise ValueError("the penalty 'l1' cannot be solved with 'dual'")
        if self.loss == "hinge" and self.dual is False:
            raise ValueError("the loss 'hinge' can only be solved with 'dual'")
        return self


class LinearSVC(Calibrated[LinearSVCParams]):
    """The straight boundary that keeps the widest distance between the classes.

    When: many rows or many columns, such as words; scale numbers first. Probabilities come from a logistic curve over
    the distances of rows held out in turn, so it is trained `cv` + 1 times. Serving: scores each request.
    Source: Fan et al., *LIBLINEAR* (2008); `sklearn.svm.LinearSVC`, which knows no probabilities, in
    `sklearn.calibration.CalibratedClassifierCV`.
    """

    spec = Spec(
        key="linear_svc",
        title="Linear support vector machine",
        category="models/classify",
        icon="linear_scale",
        about="A straight boundary with the widest margin; quick on wide tables.",
        words=("svm", "linear svm", "support vector"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    search_space: ClassVar[Mapping[str, Any]] = {"C": ("log", 1e-3, 1e3), "class_weight": (None, "balanced")}

    def uncalibrated(self, settings: dict[str, Any]) -> Any:
        from sklearn import svm

        return svm.LinearSVC(**settings)

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        if max(matrix.max(), -matrix.min()) > LARGEST:
            raise no_numbers()
        return super().fit(matrix, target, **beside)
