"""The pipeline canvas: the one JavaScript boundary of the user interface."""

from ui.canvas.messages import (
    Cancel,
    CatchUp,
    Edit,
    Fix,
    Graph,
    Here,
    Intent,
    Open,
    Plan,
    Refused,
    Run,
    Save,
    Select,
    Who,
)
from ui.canvas.mount import Said, canvas, feed, said

__all__ = [
    "Cancel",
    "CatchUp",
    "Edit",
    "Fix",
    "Graph",
    "Here",
    "Intent",
    "Open",
    "Plan",
    "Refused",
    "Run",
    "Said",
    "Save",
    "Select",
    "Who",
    "canvas",
    "feed",
    "said",
]
