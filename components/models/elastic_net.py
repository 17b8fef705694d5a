"""Elastic net."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import arguments
from components.models.coordinate_descent import CoordinateDescentParams


class ElasticNetParams(CoordinateDescentParams):
    l1_ratio: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the L1 penalty: 1 for lasso, 0 for ridge."""


class ElasticNet(Estimator[ElasticNetParams]):
    """Least squares with a penalty between those of ridge and lasso.

    When: a linear model of a number that chooses its features, and keeps alike ones together; scale numbers first.
    Serving: scores each request. Source: Zou & Hastie, *Regularization and Variable Selection via the Elastic Net*
    (2005); `sklearn.linear_model.ElasticNet`.
    """

    spec = Spec(
        key="elastic_net",
        title="Elastic net",
        category="models/regress",
        icon="join_full",
        about="A linear model between ridge and lasso.",
        words=("linear model", "l1", "l2", "regularization", "penalized", "glmnet"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {"alpha": ("log", 1e-4, 1e2), "l1_ratio": (0.05, 1.0)}

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.ElasticNet(**arguments(self.params))
