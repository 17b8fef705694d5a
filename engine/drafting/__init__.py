"""First drawings: what a person wants to know of a table becomes a pipeline, each node with the reason for it.

Everything here is a pure function of a profile. Nothing runs, and what is drawn is the person's to change.
"""

from engine.drafting.answers import Answer, Suggestion, answers, suggestions
from engine.drafting.draft import draft
from engine.drafting.drawn import Draft
from engine.drafting.goal import Goal, Kind
from engine.drafting.known import Known
from engine.drafting.left_out import LeftOut
from engine.drafting.repairs import steps_of
from engine.drafting.times import times

__all__ = [
    "Answer",
    "Draft",
    "Goal",
    "Kind",
    "Known",
    "LeftOut",
    "Suggestion",
    "answers",
    "draft",
    "steps_of",
    "suggestions",
    "times",
]
