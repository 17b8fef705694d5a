"""Charts of a table, computed by DuckDB over all rows: from what is asked for to a few thousand points."""

from engine.charting.draw import draw
from engine.charting.drawn import Drawn
from engine.charting.kept import drawn_of_points
from engine.charting.kinds import CHARTS, ChartType, Role
from engine.charting.spec import ChartSpec, Condition
from engine.charting.suggest import Suggestion, drawables, suggest
from engine.charting.titles import title_of

__all__ = [
    "CHARTS", "ChartSpec", "ChartType", "Condition", "Drawn", "Role", "Suggestion", "draw", "drawables",
    "drawn_of_points", "suggest",
    "title_of",
]  # fmt: skip
