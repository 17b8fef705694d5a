"""The pipeline canvas: the one JavaScript boundary of the user interface."""

from ui.canvas.messages import Begin, Cancel, Edit, Fix, Graph, Intent, Open, Refused, Run, Save, Select
from ui.canvas.mount import Said, canvas, feed, said

__all__ = [
    "Begin",
    "Cancel",
    "Edit",
    "Fix",
    "Graph",
    "Intent",
    "Open",
    "Refused",
    "Run",
    "Said",
    "Save",
    "Select",
    "canvas",
    "feed",
    "said",
]
