"""The pipeline canvas: the one JavaScript boundary of the user interface."""

from ui.canvas.messages import Begin, Cancel, Edit, Fix, Graph, Intent, Look, Open, Paste, Refused, Run, Save, Select
from ui.canvas.mount import Said, acknowledge, canvas, feed, look, looked_at, said

__all__ = [
    "Begin",
    "Cancel",
    "Edit",
    "Fix",
    "Graph",
    "Intent",
    "Look",
    "Open",
    "Paste",
    "Refused",
    "Run",
    "Said",
    "Save",
    "Select",
    "acknowledge",
    "canvas",
    "feed",
    "look",
    "looked_at",
    "said",
]
