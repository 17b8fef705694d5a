"""Add, or take away, one column after the other, by how well a model does."""

from typing import Annotated, Literal

from pydantic import Field

from components.base import Spec
from components.errors import UnfitData
from components.prepare.chosen import Evidence, Selection, Verdict
from components.prepare.fitted import Advanced
from components.prepare.judges import JudgedParams, how_many, judge, seen_by

MOST = 60
"""Columns; the work grows with their square."""


class SelectSequentialParams(JudgedParams):
    n_features: Annotated[int, Field(ge=1)] | None = None
    """How many columns to keep; empty for half of them. Each category of a one-hot column counts as one."""
    direction: Literal["forward", "backward"] = "forward"
    """Whether columns are added to none, or taken from all."""
    scoring: Annotated[
        Literal["accuracy", "balanced_accuracy", "f1_macro", "neg_log_loss", "roc_auc", "r2", "neg_mean_absolute_error"]
        | None,
        Advanced,
    ] = None
    """What a good model is; empty for accuracy, or R² for numbers."""
    cv: Annotated[int, Field(ge=2, le=10), Advanced] = 5
    """In how many parts the train rows are cut, each to score a model of the others."""


class SelectSequential(Selection[SelectSequentialParams]):
    """Adds the column that helps a model most, then the next, until there are enough; others get one value everywhere.

    Each step is judged by cross-validation among the train rows whose target is known and in which no number is
    missing. What is left out stays in the table, because its columns must be known before the train rows are; no
    model learns from it, and an endpoint does not ask for it.

    When: few columns and few rows, and the best choice is worth waiting for. Serving: replayed with what was chosen.
    Source: Ferri et al., *Comparative study of techniques for large-scale feature selection* (1994);
    `sklearn.feature_selection.SequentialFeatureSelector`, which drops the columns.
    """

    spec = Spec(
        key="select_sequential",
        title="Select step by step",
        category="prepare/features",
        icon="filter_list",
        about="Adds or removes one column at a time, by how well a model does.",
        words=("feature selection", "forward selection", "backward elimination", "stepwise"),
        example={"target": "target_class", "columns": ["number", "other"], "n_features": 1},
    )
    instead = "the selection by elimination"
    most_rows = 20_000

    def choose(self, evidence: Evidence) -> Verdict:
        import numpy as np
        from sklearn import feature_selection

        columns = evidence.matrix.shape[1]
        if columns == 1 or (self.params.n_features or 0) >= columns:
            return Verdict(np.ones(columns, dtype=bool))
        self._check(evidence, columns)
        selector = feature_selection.SequentialFeatureSelector(
            judge(self.params, evidence),
            n_features_to_select=how_many(self.params.n_features, columns),
            direction=self.params.direction,
            scoring=self.params.scoring,
            cv=self.params.cv,
        )
        selector.fit(seen_by(self.params, evidence), evidence.target)
        return Verdict(selector.get_support())

    def _check(self, evidence: Evidence, columns: int) -> None:
        import numpy as np

        if columns > MOST:
            raise UnfitData(
                f"{columns:,} columns, counting each category, are too many to try one by one.",
                hint=f"Choose at most {MOST}, or choose {self.instead}.",
                field="columns",
            )
        rows = len(evidence.target) if evidence.task == "regression" else np.bincount(evidence.target).max()
        if rows < self.params.cv:
            raise UnfitData(
                f"There are too few train rows to cut them in {self.params.cv} parts.",
                hint="Lower 'cv', or do without this node.",
                field="cv",
            )
