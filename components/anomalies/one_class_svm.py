"""A support vector machine of one class."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import GROUPED_OUT, Detector, Spec, UnsupervisedParams
from components.models.arguments import Advanced, arguments
from components.models.support_vectors import MOST_ROWS


class OneClassSVMParams(UnsupervisedParams):
    nu: Annotated[float, Field(gt=0, le=1)] = 0.5
    """The most learned rows that may be flagged, as a share; scikit-learn's own 0.5 flags about half of them."""
    kernel: Literal["rbf", "linear", "poly", "sigmoid"] = "rbf"
    """What shape the boundary may have."""
    gamma: Literal["scale", "auto"] | Annotated[float, Field(gt=0)] = "scale"
    """How near a row must be to matter: larger values make it more local; ``scale`` looks at how much features vary."""
    degree: Annotated[int, Field(ge=1, le=20), Advanced] = 3
    """The degree of the kernel poly."""
    coef0: Annotated[float, Advanced] = 0.0
    """The constant term of the kernels poly and sigmoid."""
    shrinking: Annotated[bool, Advanced] = True
    """Whether rows that seem not to matter are set aside, which is often faster."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-3
    """When the solver has converged."""
    max_iter: Annotated[int, Field(ge=-1), Advanced] = -1
    """The most iterations of the solver; -1 for no limit."""


class OneClassSVM(Detector[OneClassSVMParams]):
    """Draws a boundary around most rows; what lies outside is strange.

    When: up to 20,000 rows of scaled numbers, nearly all of them ordinary; lower `nu` to the share of strange rows that
    you expect. The score is the distance outside the boundary; above 0 is an anomaly. Serving: scores each record.
    Source: Schölkopf et al., *Estimating the Support of a High-Dimensional Distribution* (2001);
    `sklearn.svm.OneClassSVM`, the score being its negated `decision_function`.
    """

    spec = Spec(
        key="one_class_svm",
        title="One-class support vectors",
        category="models/anomaly",
        icon="polyline",
        about="Draws a boundary around the ordinary rows; for smaller tables.",
        words=("anomaly", "anomaly detection", "novelty", "outlier detection", "svm"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "nu": 0.1},
    )
    most_rows = MOST_ROWS
    instead = "an isolation forest"

    def build(self) -> Any:
        from sklearn import svm

        return svm.OneClassSVM(**arguments(self.params))
