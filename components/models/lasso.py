"""Lasso."""

from collections.abc import Mapping
from typing import Any, ClassVar

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import arguments
from components.models.coordinate_descent import CoordinateDescentParams


class LassoParams(CoordinateDescentParams):
    pass


class Lasso(Estimator[LassoParams]):
    """Least squares with a penalty on the sizes of the coefficients, which sets many to zero.

    When: a linear model of a number that chooses its features; scale numbers first. Serving: scores each request.
    Source: Tibshirani, *Regression Shrinkage and Selection via the Lasso* (1996); `sklearn.linear_model.Lasso`.
    """

    spec = Spec(
        key="lasso",
        title="Lasso",
        category="models/regress",
        icon="filter_list",
        about="A linear model that leaves out features of little use.",
        words=("l1", "linear model", "regularization", "penalized", "sparse"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {"alpha": ("log", 1e-4, 1e2)}

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.Lasso(**arguments(self.params))
