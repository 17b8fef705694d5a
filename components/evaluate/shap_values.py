"""Share out each prediction among the columns."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from components.base import TABLE_OUT, Asked, Explanation, Report, Spec
from components.libraries import SHAP
from components.params import Constant, Params, Widget
from components.ports import Port


class ShapValuesParams(Params):
    rows: Annotated[int, Field(ge=2, le=5_000)] = 200
    """How many test rows are explained; of a model that is neither of trees nor linear, at most 50."""
    positive: Constant | None = None
    """The class whose answers are explained; empty for the positive one of two, or for every one of several."""
    background: Annotated[int, Field(ge=2, le=200), Widget(advanced=True)] = 20
    """With how many other test rows a row is compared, for a model that is neither of trees nor linear."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)] = 0
    """Another seed draws other rows to compare with."""


class ShapValues(Explanation[ShapValuesParams]):
    """Says for single rows how much each column moved the prediction away from the mean one, in exact sums.

    Models of trees and linear models are explained by SHAP's own explainers for them, as long as their sums are found
    to be the model's answers; any other one is asked with columns exchanged, by SHAP's kernel explainer. The fragments
    of a one-hot column are summed up, or exchanged together: they are one column. For classes, values are
    probabilities, or log-odds where the model itself adds those up; the report says which. Columns are those that
    arrive at the model.

    When: to tell why the model says what it says, for single rows and over all. Serving: not part of an endpoint.
    Source: Lundberg & Lee, *A Unified Approach to Interpreting Model Predictions* (2017); the library SHAP.
    """

    spec = Spec(
        key="shap_values",
        title="SHAP values",
        category="evaluate",
        icon="waterfall_chart",
        about="Shares out each prediction among the columns.",
        words=("explain", "explanation", "shapley", "feature importance", "contributions", "reasons", "explainability"),
        inputs=(Port("model", "model"),),
        outputs=TABLE_OUT,
        serving="boundary",
        requires=(SHAP,),
        example={"rows": 20},
    )
    figures: ClassVar[Mapping[str, str]] = {
        "row": "int64",
        "class": "string",
        "column": "string",
        "value": "string",
        "shap": "float64",
        "base": "float64",
        "answer": "float64",
    }

    def most_rows(self) -> int:
        return self.params.rows

    def report(self, model: Asked) -> Report:
        from components.evaluate.shapley import shap_values

        return shap_values(model, self.params)
