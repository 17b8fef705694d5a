"""Keep the columns that say most about a target, each by itself."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import Spec
from components.errors import UnfitData
from components.prepare.chosen import Evidence, Selection, SelectionParams, Verdict
from components.prepare.fitted import Advanced, Seed


class SelectKBestParams(SelectionParams):
    k: Annotated[int, Field(ge=1)] = 10
    """How many columns to keep; each category of a one-hot column counts as one."""
    score: Literal["f", "mutual_info", "chi2"] = "f"
    """What a column is judged by: the F test, which sees straight lines; mutual information, which sees any relation
    and is slower; chi², for counts and classes."""
    n_neighbors: Annotated[int, Field(ge=1, le=100), Advanced] = 3
    """How many neighbours mutual information is estimated from."""
    seed: Seed = 0
    """Makes mutual information repeatable."""


class SelectKBest(Selection[SelectKBestParams]):
    """Keeps the columns that say most about the target, each looked at by itself; the others get one value everywhere.

    It looks at train rows whose target is known and in which no number is missing. What is left out stays in the
    table, because its columns must be known before the train rows are; no model learns from it, and an endpoint does
    not ask for it.

    When: many columns, and a quick first choice. Two columns that only matter together are both missed. Serving:
    replayed with what was chosen. Source: Guyon & Elisseeff, *An Introduction to Variable and Feature Selection*
    (2003); `sklearn.feature_selection.SelectKBest`, which drops the columns.
    """

    spec = Spec(
        key="select_k_best",
        title="Select the best columns",
        category="prepare/features",
        icon="filter_list",
        about="Keeps the columns that say most about the target, each by itself.",
        words=(
            "feature selection",
            "selectkbest",
            "univariate",
            "chi2",
            "anova",
            "mutual information",
            "rank",
            "best features",
        ),
        example={"target": "target_class", "columns": ["number", "other"], "k": 1},
    )
    instead = "a selection by variance or correlation"

    def choose(self, evidence: Evidence) -> Verdict:
        import numpy as np
        from sklearn.feature_selection import SelectKBest as Selector

        most = min(self.params.k, evidence.matrix.shape[1])
        with np.errstate(all="ignore"):  # a constant column has no F value
            selector = Selector(self._score(evidence), k=most).fit(evidence.matrix, evidence.target)
        return Verdict(selector.get_support(), selector.scores_)

    def _score(self, evidence: Evidence) -> Any:
        from functools import partial

        from sklearn import feature_selection as by

        is_class = evidence.task == "classification"
        if self.params.score == "chi2":
            _check_chi2(evidence)
            return by.chi2
        if self.params.score == "f":
            return by.f_classif if is_class else by.f_regression
        information = by.mutual_info_classif if is_class else by.mutual_info_regression
        return partial(information, n_neighbors=self.params.n_neighbors, random_state=self.params.seed)


def _check_chi2(evidence: Evidence) -> None:
    if evidence.task != "classification":
        raise UnfitData("chi² needs a target of classes.", hint="Choose another score.", field="score")
    is_negative = (evidence.matrix < 0).any(axis=0)
    negative = [name for place, (name, _) in enumerate(evidence.places) if is_negative[place]]
    if negative:
        raise UnfitData(
            f"chi² cannot take negative values; there are some in {negative[0]!r}.",
            hint="Choose another score, leave the column out, or scale it to 0 to 1 before.",
            field="score",
            column=negative[0],
        )
