"""A support vector machine for numbers."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from components.base import MODEL_OUT, Spec
from components.models.arguments import arguments
from components.models.bounded import Bounded
from components.models.support_vectors import MOST_ROWS, SEARCH_SPACE, SupportVectorParams


class SVRParams(SupportVectorParams):
    epsilon: Annotated[float, Field(ge=0)] = 0.1
    """How large an error may be before it counts, in the target's unit."""


class SVR(Bounded[SVRParams]):
    """The flattest curve, bent by a kernel, that stays near the rows; small errors count nothing.

    When: up to 20,000 rows of scaled numbers, and a smooth relation. Serving: scores each request.
    Source: Drucker et al., *Support Vector Regression Machines* (1997); `sklearn.svm.SVR`.
    """

    spec = Spec(
        key="svr",
        title="Support vector machine",
        category="models/regress",
        icon="polyline",
        about="A smooth curve that does not mind small errors; for smaller tables.",
        words=("svm", "kernel", "rbf", "support vectors"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_sparse = True
    most_rows = MOST_ROWS
    instead = "gradient boosting or a neural network"
    search_space: ClassVar[Mapping[str, Any]] = {**SEARCH_SPACE, "epsilon": ("log", 1e-3, 1.0)}

    def build(self) -> Any:
        from sklearn import svm

        return svm.SVR(**arguments(self.params))
