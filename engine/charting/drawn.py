"""A chart with its points: few enough for any browser, however many rows there are."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.charting.axis import Form
from engine.charting.spec import ChartSpec

MOST_MARKS = 10_000
"""Marks in one picture."""
MOST_PLACES = 500
"""Places along numbers or dates."""
MOST_COLORS, MOST_FACETS = 8, 6
MOST_DOTS = 5_000


class Drawn(BaseModel):
    """What is drawn.

    Parameters
    ----------
    points
        One list for each part of a mark, all of one length. `x`, `y`, `category` (up, in a heat map or a pivot
        table), `color`, `facet` and `size`; `until` where a range ends; `least`, `q1`, `median`, `q3`, `most` of
        boxes; `at` and `density` of curves; `rows` behind each mark. Categories are texts, dates are ISO 8601.
    forms, order, titles
        Of a part: what it holds, its categories in their order, its name for people.
    rows
        How many rows fulfil the conditions.
    totals
        Of a pivot table: figures by row and by column, and the one of all.
    notes
        What is not drawn, or only estimated.
    sentence
        What there is to see.
    """

    model_config = ConfigDict(frozen=True)

    spec: ChartSpec
    points: dict[str, list[Any]]
    forms: dict[str, Form] = {}
    order: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    rows: int = 0
    totals: dict[str, dict[str, float | None]] = {}
    notes: tuple[str, ...] = ()
    sentence: str = ""

    @property
    def marks(self) -> int:
        """How many marks there are."""
        return len(next(iter(self.points.values()), ()))
