"""Write the number of a category in binary digits."""

from typing import Annotated

from pydantic import Field

from components.base import Spec
from components.prepare.categories import MOST
from components.prepare.coded import Coded, CodedParams


class EncodeBinaryParams(CodedParams):
    max_categories: Annotated[int, Field(ge=1, le=MOST)] = 255
    """How many categories a column may have; it becomes as many columns as that number has binary digits."""

    def width(self, name: str) -> int:
        return self.max_categories.bit_length()


class EncodeBinary(Coded[EncodeBinaryParams]):
    """Numbers the categories by the alphabet, from 1 on, and gives each binary digit a column ``…_0``, ``…_1``, ….

    The first column is the highest digit. A missing value, or a category that was not seen, is 0 in all of them. How
    many columns there are follows from ``max_categories``, so that they are known before the train rows are.

    When: there are many categories, and a column each would be too many. Serving: replayed with the learned
    categories. Source: `category_encoders.BinaryEncoder`, which numbers categories as they appear.
    """

    spec = Spec(
        key="encode_binary",
        title="Binary encode",
        category="prepare/encode",
        icon="looks_two",
        about="Writes the number of a category in binary digits.",
        words=("categorical", "binary encoder", "base 2"),
        example={"columns": ["text", "flag"], "max_categories": 12},
    )

    def codes(self, levels: int, width: int) -> list[list[float]]:
        digits = range(width - 1, -1, -1)
        return [[float(number >> digit & 1) for digit in digits] for number in range(1, levels + 1)]
