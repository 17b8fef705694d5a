"""Replace categories by the mean of the target."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from components.base import Spec
from components.prepare.answered import Figures
from components.prepare.crossfitted import CrossFitted, CrossFittedParams


class EncodeTargetParams(CrossFittedParams):
    smooth: Literal["auto"] | Annotated[float, Field(ge=0)] = "auto"
    """How many rows of the overall mean are added to each category, so that a rare one is near it; ``auto`` goes by how
    much the target varies within categories."""


class EncodeTarget(CrossFitted[EncodeTargetParams]):
    """Replaces each category by the (smoothed) mean of the target among the train rows that have it.

    A train row gets the mean of the other folds, so that no row meets its own answer; all other rows get the mean of
    all train rows. A category that was not seen gets the overall mean. The target is a number, a flag, or two classes;
    with more of them, name the one that counts as 1.

    When: there are many categories, and a column each would be too many. Serving: replayed with the means of all train
    rows. Source: Micci-Barreca, *A Preprocessing Scheme for High-Cardinality Categorical Attributes* (SIGKDD
    Explorations 2001); `sklearn.preprocessing.TargetEncoder`.
    """

    spec = Spec(
        key="encode_target",
        title="Target encode",
        category="prepare/encode",
        icon="target",
        about="Replaces categories by the mean of the target.",
        words=("target encoding", "mean encoding", "high cardinality", "categorical", "impact coding"),
        example={"columns": ["text", "flag"], "target": "number"},
    )

    def estimates(self, categories: Mapping[str | None, Figures], overall: Figures) -> dict[str | None, float]:
        return {category: self._estimate(figures, overall) for category, figures in categories.items()}

    def _estimate(self, figures: Figures, overall: Figures) -> float:
        if self.params.smooth != "auto":
            rows = figures.rows + self.params.smooth
            return (figures.rows * figures.mean + self.params.smooth * overall.mean) / rows
        between = overall.deviations / overall.rows * figures.rows
        within = figures.deviations / figures.rows
        weight = between / (between + within) if between + within else 0.0
        return weight * figures.mean + (1 - weight) * overall.mean
