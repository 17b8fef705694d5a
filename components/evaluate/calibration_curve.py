"""Compare predicted chances with what happened."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OR_PREDICTIONS, TABLE_OUT, Evaluation, Predictions, Report, Spec
from components.params import Constant, Params


class CalibrationCurveParams(Params):
    bins: Annotated[int, Field(ge=2, le=100)] = 10
    """Into how many bins the predicted chances are put."""
    strategy: Literal["uniform", "quantile"] = "uniform"
    """Bins of equal width, or with equally many rows."""
    positive: Constant | None = None
    """The class whose chance is looked at; empty for the positive one of two, or for every one of several."""


class CalibrationCurve(Evaluation[CalibrationCurveParams]):
    """Puts test rows with similar predicted chances together and shows how often the class really came.

    Beside the curve: the Brier score, the mean and the largest gap between chance and share, and a 95 % interval of
    each bin. Only bins that have rows are shown.

    When: somebody acts on the probability itself, not only on the answer. Serving: not part of an endpoint.
    Source: `sklearn.calibration.calibration_curve`; Naeini, Cooper & Hauskrecht (2015) for the calibration errors.
    """

    spec = Spec(
        key="calibration_curve",
        title="Calibration curve",
        category="evaluate",
        icon="show_chart",
        about="Compares predicted chances with what happened.",
        words=("reliability", "reliability diagram", "calibration plot", "probability"),
        inputs=MODEL_OR_PREDICTIONS,
        outputs=TABLE_OUT,
        serving="boundary",
        example={"bins": 5},
    )
    tasks = ("classification",)
    figures: ClassVar[Mapping[str, str]] = {
        "class": "string",
        "from": "float64",
        "to": "float64",
        "predicted": "float64",
        "actual": "float64",
        "low": "float64",
        "high": "float64",
        "rows": "int64",
    }

    def report(self, predictions: Predictions) -> Report:
        from components.evaluate.calibration import calibration

        return calibration(predictions, self.params.bins, self.params.strategy, self.params.positive)
