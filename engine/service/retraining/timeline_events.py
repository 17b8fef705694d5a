"""What a timeline is made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from engine.service.views import View

EventKind = Literal["change", "round", "run", "data", "sync", "alert", "drift", "model", "access", "setting"]
KINDS: Mapping[EventKind, str] = {
    "change": "What answers",
    "round": "Retraining",
    "run": "Runs",
    "data": "Data",
    "sync": "Syncs that failed",
    "alert": "Alerts",
    "drift": "Drift",
    "model": "Sign-offs and aliases",
    "access": "Keys",
    "setting": "Settings",
}


class EventView(View):
    """One thing that happened.

    Parameters
    ----------
    title
        What happened, in a few words.
    about
        More of it: a note, a verdict, an error.
    why
        What led to it, in words.
    because
        The ids of the events that led to it.
    place
        The page that tells more of it (``model``, ``run``, ``dataset``, ``pipeline``), with what its address needs.
    """

    id: str
    at: datetime
    kind: EventKind
    title: str
    about: str = ""
    by: str = ""
    why: str = ""
    because: list[str] = Field(default_factory=list)
    place: dict[str, Any] = Field(default_factory=dict)
    is_bad: bool = False
