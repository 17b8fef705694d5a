"""Replace categories by the mean of the target, drawn towards the overall mean."""

from collections.abc import Mapping

from components.base import Spec
from components.prepare.answered import Figures
from components.prepare.crossfitted import CrossFitted, CrossFittedParams


class EncodeJamesSteinParams(CrossFittedParams):
    pass


class EncodeJamesStein(CrossFitted[EncodeJamesSteinParams]):
    """Replaces each category by the target's mean among its train rows, drawn towards the overall mean where it varies.

    A train row gets the value of the other folds, so that no row meets its own answer; all other rows get the value of
    all train rows. A category that was not seen gets the overall mean. The target is a number, a flag, or two classes;
    with more of them, name the one that counts as 1.

    When: there are many categories, and the target varies more in some of them. Serving: replayed with the values of
    all train rows. Source: Efron & Hastie, *Computer Age Statistical Inference* (2016), equations 7.19 and 7.20;
    `category_encoders.JamesSteinEncoder` with ``model="independent"``.
    """

    spec = Spec(
        key="encode_james_stein",
        title="James-Stein encode",
        category="prepare/encode",
        icon="target",
        about="Replaces categories by means of the target, drawn towards the overall mean.",
        words=("target encoding", "categorical", "mean encoding"),
        example={"columns": ["text", "flag"], "target": "number"},
    )

    def estimates(self, categories: Mapping[str | None, Figures], overall: Figures) -> dict[str | None, float]:
        if len(categories) == overall.rows:  # every row is a category of its own
            return dict.fromkeys(categories, overall.mean)
        return {c: _estimate(figures, overall, len(categories)) for c, figures in categories.items()}


def _estimate(figures: Figures, overall: Figures, categories: int) -> float:
    own, all_rows = _variance(figures), _variance(overall)
    share = own / (all_rows + own) if all_rows + own else 0.0
    weight = min(max(1 - share * (categories - 3) / max(categories - 1, 1), 0.0), 1.0)
    return weight * figures.mean + (1 - weight) * overall.mean


def _variance(figures: Figures) -> float:
    """That of a sample; 0 where there is but one row."""
    return figures.deviations / (figures.rows - 1) if figures.rows > 1 else 0.0
