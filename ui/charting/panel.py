"""The marks of one facet of a chart, group by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.service.data.charts import MISSING, OTHER, Drawn
from ui.charting import palette
from ui.charting.texts import shown

LEFT_OVER = {MISSING: palette.GREY, OTHER: palette.FAINT}


@dataclass(frozen=True)
class Panel:
    """The marks of one facet, and what their traces need to know.

    Parameters
    ----------
    names
        The categories along, in their order, as plotly gets them.
    lies
        Whether the categories stand one under the other.
    """

    drawn: Drawn
    points: Mapping[str, list[Any]]
    names: list[str]
    lies: bool
    is_first: bool
    is_dark: bool

    def of_color(self, color: str | None) -> dict[str, list[Any]]:
        """The marks of one colour."""
        return chosen(self.points, "color", color)

    def look(self, name: str, at: int) -> dict[str, Any]:
        """A trace's name and place in the legend."""
        return {"name": shown(name), "legendgroup": shown(name), "showlegend": self.is_first and bool(name)}

    def paint(self, name: str, at: int) -> str:
        """A trace's colour; what is left over is grey."""
        colors = palette.categorical(is_dark=self.is_dark)
        return LEFT_OVER.get(name, colors[at % len(colors)])

    @property
    def colors(self) -> list[tuple[int, str | None]]:
        """The groups, numbered; one of no name where there are none."""
        order = self.drawn.order.get("color")
        return list(enumerate(order)) if order and "color" in self.points else [(0, None)]


def chosen(points: Mapping[str, list[Any]], role: str, value: Any) -> dict[str, list[Any]]:
    """The marks of one colour or facet; all of them where there is none."""
    if value is None or role not in points:
        return dict(points)
    kept = [row for row, one in enumerate(points[role]) if one == value]
    return {name: [values[row] for row in kept] for name, values in points.items()}
