"""The pipeline canvas: the one JavaScript boundary of the user interface."""

from ui.canvas.messages import (
    Cancel,
    Edit,
    Fix,
    FixAll,
    Graph,
    Intent,
    Later,
    Open,
    Refused,
    Rename,
    Retype,
    Run,
    Save,
    Select,
)
from ui.canvas.mount import Said, canvas, feed, said

__all__ = [
    "Cancel",
    "Edit",
    "Fix",
    "FixAll",
    "Graph",
    "Intent",
    "Later",
    "Open",
    "Refused",
    "Rename",
    "Retype",
    "Run",
    "Said",
    "Save",
    "Select",
    "canvas",
    "feed",
    "said",
]
