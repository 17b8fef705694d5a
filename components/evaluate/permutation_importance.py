"""Shuffle one column at a time and see how much worse a model gets."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from components.base import TABLE_OUT, Asked, Explanation, Report, Spec
from components.evaluate.compare_models import Metric
from components.params import AnyColumns, Params, Widget
from components.ports import Port


class PermutationImportanceParams(Params):
    columns: AnyColumns = AnyColumns.all()
    """The columns to shuffle, as they are where the model's rows begin."""
    metric: Metric | None = None
    """What gets worse; empty for ROC AUC (accuracy with more classes), or R²."""
    repeats: Annotated[int, Field(ge=1, le=100)] = 5
    """How often each column is shuffled."""
    rows: Annotated[int, Field(ge=10, le=100_000)] = 2_000
    """Of how many test rows the model is asked; fewer are quicker."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)] = 0
    """Another seed shuffles otherwise."""


class PermutationImportance(Explanation[PermutationImportanceParams]):
    """Measures what a model loses when a column tells it nothing any more.

    The columns are those of the table where the model's line begins: a text that is encoded on the way, or a date from
    which several features are made, counts as a whole. Of two columns that say the same, each seems to matter little.

    When: to see what a model leans on. Serving: not part of an endpoint. Source: Breiman, *Random Forests* (2001);
    `sklearn.inspection.permutation_importance`, whose draws these are.
    """

    spec = Spec(
        key="permutation_importance",
        title="Permutation importance",
        category="evaluate",
        icon="shuffle",
        about="Shuffles one column at a time and sees how much worse a model gets.",
        words=("feature importance", "variable importance", "importance", "explain", "permutation"),
        inputs=(Port("model", "model"),),
        outputs=TABLE_OUT,
        serving="boundary",
        example={"repeats": 3},
    )
    figures: ClassVar[Mapping[str, str]] = {
        "column": "string",
        "importance": "float64",
        "std": "float64",
        "low": "float64",
        "high": "float64",
    }

    def most_rows(self) -> int:
        return self.params.rows

    def report(self, model: Asked) -> Report:
        from components.evaluate.shuffling import permutation_importance

        return permutation_importance(model, self.params)
