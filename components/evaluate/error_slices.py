"""Find the groups of rows for which a model fails."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from components.base import MODEL_OR_PREDICTIONS, TABLE_OUT, Evaluation, Predictions, Report, Spec
from components.params import Params, PlainColumns, Widget


class ErrorSlicesParams(Params):
    columns: PlainColumns = PlainColumns.all()
    """The columns that may describe a slice, as they are where the rows begin."""
    depth: Annotated[int, Field(ge=1, le=4)] = 2
    """The most conditions that describe a slice."""
    least_rows: Annotated[int, Field(ge=5)] = 30
    """A slice has at least so many test rows."""
    most: Annotated[int, Field(ge=1, le=50)] = 10
    """The most slices that are told."""
    significance: Annotated[float, Field(gt=0, lt=1), Widget(advanced=True)] = 0.05
    """The chance of a false finding, over all slices together."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)] = 0
    """Another seed looks for slices in another half of the test rows."""


class ErrorSlices(Evaluation[ErrorSlicesParams]):
    """Describes segments of the test rows where the model is wrong more often (or further off) than elsewhere.

    Small decision trees over the original columns propose segments on one half of the test rows; the other half, which
    has not proposed them, tells how the model does there: its error, its lift over the average, and whether that may be
    chance (Fisher's exact test for classes, Welch's test for numbers, Holm's correction for how many were tried). Each
    slice comes with a condition that Filter rows understands.

    When: the score is fine, but some rows go wrong. Serving: not part of an endpoint. Source: Chung et al., *Slice
    Finder* (2019); `sklearn.tree.DecisionTreeRegressor`, `scipy.stats.fisher_exact` and `ttest_ind`; Holm (1979).
    """

    spec = Spec(
        key="error_slices",
        title="Error slices",
        category="evaluate",
        icon="troubleshoot",
        about="Finds the groups of rows for which a model fails.",
        words=("subgroup", "weak spots", "error analysis", "segments", "where it fails"),
        inputs=MODEL_OR_PREDICTIONS,
        outputs=TABLE_OUT,
        serving="boundary",
        example={"columns": ["number", "text", "flag", "when"], "least_rows": 5},
    )
    figures: ClassVar[Mapping[str, str]] = {
        "slice": "string",
        "condition": "string",
        "rows": "int64",
        "share": "float64",
        "error": "float64",
        "error_elsewhere": "float64",
        "lift": "float64",
        "p_value": "float64",
        "is_significant": "boolean",
    }

    def looks_at(self) -> tuple[str, ...]:
        return tuple(self.params.columns)

    def report(self, predictions: Predictions) -> Report:
        from components.evaluate.slices import error_slices

        return error_slices(predictions, self.params)
