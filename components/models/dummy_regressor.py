"""Numbers without features: what a model must beat."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import arguments
from components.params import only_if


class DummyRegressorParams(WeighedParams):
    strategy: Literal["mean", "median", "quantile", "constant"] = "mean"
    """Which number of the train rows it answers with, or a constant."""
    quantile: Annotated[Annotated[float, Field(ge=0, le=1)] | None, only_if(strategy="quantile")] = None
    """Which quantile, with the strategy quantile."""
    constant: Annotated[float | None, only_if(strategy="constant")] = None
    """Which number, with the strategy constant."""

    @model_validator(mode="after")
    def _number_has_its_strategy(self) -> Self:
        for name in ("quantile", "constant"):
            if (self.strategy == name) != (getattr(self, name) is not None):
                raise ValueError(f"{name!r} is set exactly when the strategy is {name!r}")
        return self


class DummyRegressor(Estimator[DummyRegressorParams]):
    """Answers with one number, whatever the features.

    When: to see what a model must beat. Serving: scores each request. Source: `sklearn.dummy.DummyRegressor`.
    """

    spec = Spec(
        key="dummy_regressor",
        title="One number",
        category="models/regress",
        icon="horizontal_rule",
        about="Ignores the features: what a model must beat.",
        words=("baseline", "dummyregressor", "constant", "mean"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_missing = True
    takes_sparse = True

    def build(self) -> Any:
        from sklearn import dummy

        return dummy.DummyRegressor(**arguments(self.params))
