"""Leave out the least important column, again and again."""

from typing import Annotated

from pydantic import Field

from components.base import Spec
from components.prepare.chosen import Evidence, Selection, Verdict
from components.prepare.judges import JudgedParams, how_many, judge, seen_by


class SelectRFEParams(JudgedParams):
    n_features: Annotated[int, Field(ge=1)] | None = None
    """How many columns to keep; empty for half of them. Each category of a one-hot column counts as one."""
    step: Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)] = 1
    """How many columns go at a time, or which share of them; more is quicker."""


class SelectRFE(Selection[SelectRFEParams]):
    """Leaves out the column that a model leans on least, learns again, and so on; those get one value in every row.

    It looks at train rows whose target is known and in which no number is missing. What is left out stays in the
    table, because its columns must be known before the train rows are; no model learns from it, and an endpoint does
    not ask for it.

    When: columns repeat each other, so that a single look at a model misleads; slower than that. Serving: replayed
    with what was chosen. Source: Guyon et al., *Gene Selection for Cancer Classification using Support Vector
    Machines* (2002); `sklearn.feature_selection.RFE`, which drops the columns.
    """

    spec = Spec(
        key="select_rfe",
        title="Select by elimination",
        category="prepare/features",
        icon="filter_list",
        about="Leaves out the least important column, again and again.",
        words=("feature selection", "rfe", "recursive feature elimination", "backward elimination"),
        example={"target": "target_class", "columns": ["number", "other"], "n_features": 1},
    )
    instead = "the selection by a model"
    most_rows = 100_000

    def choose(self, evidence: Evidence) -> Verdict:
        from sklearn import feature_selection

        wanted = how_many(self.params.n_features, evidence.matrix.shape[1])
        selector = feature_selection.RFE(
            judge(self.params, evidence), n_features_to_select=wanted, step=self.params.step
        )
        selector.fit(seen_by(self.params, evidence), evidence.target)
        return Verdict(selector.get_support(), -selector.ranking_.astype(float))
