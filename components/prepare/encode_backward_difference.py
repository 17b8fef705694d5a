"""Compare each category with the one before it."""

from components.base import Spec
from components.prepare.coded import Coded
from components.prepare.contrasts import ContrastParams, wide


class EncodeBackwardDifferenceParams(ContrastParams):
    pass


class EncodeBackwardDifference(Coded[EncodeBackwardDifferenceParams]):
    """Replaces a column by contrasts ``…_0``, ``…_1``, …: each compares a category with the one before it.

    Categories go by the given order, else by the alphabet. A missing value, or a category that was not seen, is 0 in
    all columns. How many columns there are follows from the order or from ``max_categories``, so that they are known
    before the train rows are; those that are not needed are 0.

    When: categories have an order, and a linear model should tell what each step is worth. Serving: replayed with the
    learned categories. Source: Venables & Ripley, *Modern Applied Statistics with S* (2002), §6.2 (``contr.sdif``);
    `category_encoders.BackwardDifferenceEncoder`, without its constant column.
    """

    spec = Spec(
        key="encode_backward_difference",
        title="Backward difference encode",
        category="prepare/encode",
        icon="stairs_2",
        about="Compares each category with the one before it.",
        words=("contrast coding", "categorical"),
        example={"columns": ["text", "flag"], "order": {"text": ["red", "green", "blue"]}, "max_categories": 4},
    )

    def codes(self, levels: int, width: int) -> list[list[float]]:
        return wide([[_contrast(level, step, levels) for step in range(1, levels)] for level in range(levels)], width)


def _contrast(level: int, step: int, levels: int) -> float:
    return (step - levels) / levels if level < step else step / levels
