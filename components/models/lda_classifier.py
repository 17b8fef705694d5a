"""Linear discriminant analysis."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import Advanced, BalancedParams, arguments
from components.models.soundness import no_numbers


class LDAClassifierParams(BalancedParams):
    solver: Literal["svd", "lsqr", "eigen"] = "svd"
    """The algorithm; svd is best with many columns, and cannot shrink."""
    shrinkage: Literal["auto"] | Annotated[float, Field(ge=0, le=1)] | None = None
    """How much spreads are evened out, which helps with few rows; ``auto`` as by Ledoit and Wolf."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-4
    """Below which singular value the solver svd takes a direction as constant."""

    @model_validator(mode="after")
    def _solver_can_shrink(self) -> Self:
        if self.solver == "svd" and self.shrinkage is not None:
            raise ValueError("'shrinkage' needs the solver 'lsqr' or 'eigen'")
        return self


class LDAClassifier(Estimator[LDAClassifierParams]):
    """Takes the features of each class as normally distributed around its own centre, all with the same spread.

    When: numbers that are roughly normal; quick, and good with several classes. Balanced classes are taken as equally
    likely to begin with. Serving: scores each request.
    Source: Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2009), §4.3;
    `sklearn.discriminant_analysis.LinearDiscriminantAnalysis`.
    """

    spec = Spec(
        key="lda_classifier",
        title="Linear discriminant analysis",
        category="models/classify",
        icon="scatter_plot",
        about="Draws lines between the centres of the classes; quick.",
        words=("lda", "discriminant"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    search_space: ClassVar[Mapping[str, Any]] = {"solver": ("lsqr",), "shrinkage": (0.0, 1.0)}

    def build(self) -> Any:
        from sklearn import discriminant_analysis

        return discriminant_analysis.LinearDiscriminantAnalysis(**arguments(self.params, "class_weight"))

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        import numpy as np

        estimator = self.build()
        if self.params.class_weight:
            count = len(np.unique(target))
            estimator.set_params(priors=[1 / count] * count)
        try:
            return estimator.fit(matrix, target)
        except IndexError as error:  # what the solver svd raises where no direction is left
            raise no_numbers() from error
