"""The one way in: a table and what is wanted of it become a drawing."""

from collections.abc import Callable, Mapping

from engine.drafting.drawn import Draft
from engine.drafting.forecasting import draft_forecast
from engine.drafting.goal import Goal, Kind
from engine.drafting.grouping import draft_groups
from engine.drafting.known import Known
from engine.drafting.oddities import draft_odd_rows
from engine.drafting.prediction import draft_prediction

KINDS: Mapping[Kind, Callable[[Known, Goal, str], Draft]] = {
    "predict": draft_prediction,
    "groups": draft_groups,
    "odd_rows": draft_odd_rows,
    "forecast": draft_forecast,
}


def draft(known: Known, goal: Goal, name: str = "untitled") -> Draft:
    """Draw a pipeline for somebody who knows what they want and not how.

    Parameters
    ----------
    known
        The table, by its profile.
    name
        What the pipeline is called.

    Raises
    ------
    UnknownColumn, UnfitForTraining
        Where what is wanted cannot be learned from this table; with the reason.
    """
    return KINDS[goal.kind](known, goal, name)
