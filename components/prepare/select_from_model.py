"""Keep the columns that a model leans on."""

from typing import Annotated, Literal

from pydantic import Field

from components.base import Spec
from components.prepare.chosen import Evidence, Selection, Verdict
from components.prepare.judges import JudgedParams, judge, seen_by


class SelectFromModelParams(JudgedParams):
    threshold: Literal["mean", "median"] | Annotated[float, Field(ge=0)] = "mean"
    """Columns are kept whose importance is at least this: the mean or the median of all, or a number."""
    max_features: Annotated[int, Field(ge=1)] | None = None
    """How many columns are kept at most; empty for no limit."""


class SelectFromModel(Selection[SelectFromModelParams]):
    """Keeps the columns that a model leans on when it has learned from all; the others get one value everywhere.

    It looks at train rows whose target is known and in which no number is missing. What is left out stays in the
    table, because its columns must be known before the train rows are; no model learns from it, and an endpoint does
    not ask for it.

    When: many columns, of which some only matter together. Serving: replayed with what was chosen. Source: Breiman,
    *Random Forests* (2001), §10; `sklearn.feature_selection.SelectFromModel`, which drops the columns.
    """

    spec = Spec(
        key="select_from_model",
        title="Select by a model",
        category="prepare/features",
        icon="filter_list",
        about="Keeps the columns that a model leans on.",
        words=("feature selection", "feature importance", "lasso selection"),
        example={"target": "target_class", "columns": ["number", "other"], "max_features": 1},
    )
    instead = "the best columns, each by itself"
    most_rows = 500_000

    def choose(self, evidence: Evidence) -> Verdict:
        from sklearn import feature_selection

        most = self.params.max_features
        selector = feature_selection.SelectFromModel(
            judge(self.params, evidence),
            threshold=self.params.threshold,
            max_features=None if most is None else min(most, evidence.matrix.shape[1]),
        )
        selector.fit(seen_by(self.params, evidence), evidence.target)
        return Verdict(selector.get_support(), _importance(selector.estimator_))


def _importance(model: object) -> object:
    """How much each column matters to a fitted model, as the selector reads it."""
    import numpy as np

    found = getattr(model, "feature_importances_", None)
    if found is not None:
        return found
    weights = np.atleast_2d(np.abs(model.coef_))  # type: ignore[attr-defined]  # a model without importances has it
    return weights.sum(axis=0)
