"""Make numbers look normal, by a power."""

from collections.abc import Sequence
from typing import Any, Literal

from components.base import MatrixTransform, Spec
from components.prepare.fitted import NumbersParams, arguments, figures


class PowerTransformParams(NumbersParams):
    method: Literal["yeo-johnson", "box-cox"] = "yeo-johnson"
    """The family of powers; box-cox takes only numbers above 0."""
    standardize: bool = True
    """Whether columns get mean 0 and standard deviation 1 afterwards."""


class PowerTransform(MatrixTransform[PowerTransformParams]):
    """Gives each column the power under which it looks most like a normal distribution; missing values stay missing.

    When: skewed numbers such as prices and durations, before linear models, neighbours and components. Serving:
    replayed with the fitted powers. Source: Yeo & Johnson, *A new family of power transformations* (2000); Box & Cox,
    *An analysis of transformations* (1964); `sklearn.preprocessing.PowerTransformer`.
    """

    spec = Spec(
        key="power_transform",
        title="Power transform",
        category="prepare/scale",
        icon="show_chart",
        about="Takes the skew out of numeric columns.",
        words=("box cox", "yeo johnson", "skew", "log", "normal distribution", "gaussian"),
        example={"columns": ["number", "other"]},
    )
    takes_missing = True

    def build(self) -> Any:
        from sklearn import preprocessing

        return preprocessing.PowerTransformer(**arguments(self.params))

    def sources(self) -> dict[str, tuple[str, ...]]:
        return {name: (name,) for name in self.params.columns}

    def unfit(self, matrix: Any) -> tuple[str, Any, str] | None:
        if self.params.method != "box-cox":
            return None
        return "zero or negative", matrix <= 0, "Choose the method yeo-johnson, or leave these columns out."

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        return figures(columns, power=fitted.lambdas_)
