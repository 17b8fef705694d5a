"""What contrast encoders share: categories in an order, and one column less than there are categories."""

from typing import Annotated

from pydantic import Field

from components.prepare.coded import CodedParams
from components.prepare.encode_ordinal import EncodeOrdinalParams


class ContrastParams(EncodeOrdinalParams, CodedParams):
    max_categories: Annotated[int, Field(ge=2, le=100)] = 10
    """How many categories a column without a given order may have; it becomes one column less."""

    def width(self, name: str) -> int:
        return len(self.given(name) or range(self.max_categories)) - 1

    def given(self, name: str) -> tuple[str, ...] | None:
        return (self.order or {}).get(name)


def wide(contrasts: list[list[float]], width: int) -> list[list[float]]:
    """Contrasts with zeros for the columns that are not needed."""
    return [row + [0.0] * (width - len(row)) for row in contrasts]
