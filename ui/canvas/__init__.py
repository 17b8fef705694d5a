"""The pipeline canvas: the one JavaScript boundary of the user interface."""

from ui.canvas.messages import Asked, Cancel, Edit, Fix, Graph, Intent, Open, Refused, Run, Save, Select, check_graph
from ui.canvas.mount import Said, canvas, feed, said

__all__ = [
    "Asked",
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
    "check_graph",
    "feed",
    "said",
]
