"""Kernel ridge regression."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OUT, Spec, WeighedParams
from components.models.arguments import Advanced, arguments
from components.models.bounded import Bounded
from components.params import only_if


class KernelRidgeParams(WeighedParams):
    alpha: Annotated[float, Field(ge=0)] = 1.0
    """Strength of the penalty: larger values make the curve smoother."""
    kernel: Literal["linear", "rbf", "laplacian", "poly", "sigmoid", "cosine"] = "linear"
    """What makes rows similar; rbf is the usual choice for a smooth curve."""
    gamma: Annotated[float, Field(gt=0)] | None = None
    """How near a row must be to matter: larger values make it more local; empty for 1 by the number of columns."""
    degree: Annotated[float, Field(ge=0, le=20), Advanced, only_if(kernel="poly")] = 3.0
    """The degree of the kernel poly."""
    coef0: Annotated[float, Advanced, only_if(kernel=("poly", "sigmoid"))] = 1.0
    """The constant term of the kernels poly and sigmoid."""


class KernelRidge(Bounded[KernelRidgeParams]):
    """Ridge regression on how similar rows are, which bends its line.

    When: up to 5,000 rows of scaled numbers, and a smooth relation: it compares every row with every other at once, and
    the model keeps them all. Serving: scores each request.
    Source: Murphy, *Machine Learning: A Probabilistic Perspective* (2012), §14.4; `sklearn.kernel_ridge.KernelRidge`.
    """

    spec = Spec(
        key="kernel_ridge",
        title="Kernel ridge regression",
        category="models/regress",
        icon="waves",
        about="A smooth curve from the similarity of rows; for small tables.",
        words=("krr", "kernel", "linear model"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "alpha": 0.5},
    )
    task = "regression"
    takes_sparse = True
    most_rows = 5_000
    instead = "a support vector machine (up to 20,000 rows) or gradient boosting"
    search_space: ClassVar[Mapping[str, Any]] = {
        "alpha": ("log", 1e-4, 1e2),
        "kernel": ("linear", "rbf", "laplacian"),
        "gamma": ("log", 1e-4, 10.0),
    }

    def build(self) -> Any:
        from sklearn import kernel_ridge

        return kernel_ridge.KernelRidge(**arguments(self.params))
