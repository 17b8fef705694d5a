"""Models whose work grows with the square of the rows, or that keep every row: so many rows, and no more."""

from typing import Any, ClassVar

from components.base import E, Estimator
from components.errors import UnfitData


class Bounded(Estimator[E]):
    """A model that would not finish on large data."""

    most_rows: ClassVar[int]
    """How many rows it learns from within minutes on one machine."""
    instead: ClassVar[str]
    """What learns much the same from more rows."""

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        rows = matrix.shape[0]
        if rows > self.most_rows:
            raise UnfitData(
                f"{self.spec.title} learns from at most {self.most_rows:,} rows, but there are {rows:,}.",
                hint=f"Choose {self.instead}, or sample rows first.",
            )
        return super().fit(matrix, target, **beside)
