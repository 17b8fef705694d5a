"""The pipeline canvas: the one JavaScript boundary of the user interface."""

from ui.canvas.messages import Cancel, Edit, Fix, Graph, Intent, Look, Open, Refused, Run, Save, Select
from ui.canvas.mount import Said, canvas, feed, look, looked_at, said

__all__ = [
    "Cancel",
    "Edit",
    "Fix",
    "Graph",
    "Intent",
    "Look",
    "Open",
    "Refused",
    "Run",
    "Said",
    "Save",
    "Select",
    "canvas",
    "feed",
    "look",
    "looked_at",
    "said",
]
