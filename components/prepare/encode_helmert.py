"""Compare each category with the ones before it."""

from components.base import Spec
from components.prepare.coded import Coded
from components.prepare.contrasts import ContrastParams, wide


class EncodeHelmertParams(ContrastParams):
    pass


class EncodeHelmert(Coded[EncodeHelmertParams]):
    """Replaces a column by contrasts ``…_0``, ``…_1``, …: each compares a category with the mean of those before it.

    Categories go by the given order, else by the alphabet. A missing value, or a category that was not seen, is 0 in
    all columns. How many columns there are follows from the order or from ``max_categories``, so that they are known
    before the train rows are; those that are not needed are 0.

    When: a linear model should tell at which category something changes. Serving: replayed with the learned
    categories. Source: Chambers & Hastie, *Statistical Models in S* (1992), §2.3.2 (``contr.helmert``);
    `category_encoders.HelmertEncoder`, without its constant column.
    """

    spec = Spec(
        key="encode_helmert",
        title="Helmert encode",
        category="prepare/encode",
        icon="stairs",
        about="Compares each category with the mean of those before it.",
        words=("contrast coding", "categorical"),
        example={"columns": ["text", "flag"], "order": {"text": ["red", "green", "blue"]}, "max_categories": 4},
    )

    def codes(self, levels: int, width: int) -> list[list[float]]:
        return wide([[_contrast(level, column) for column in range(levels - 1)] for level in range(levels)], width)


def _contrast(level: int, column: int) -> float:
    if level <= column:
        return -1.0
    return column + 1.0 if level == column + 1 else 0.0
