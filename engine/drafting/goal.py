"""What a person wants to know."""

from dataclasses import dataclass
from typing import Literal

from components.base.estimator import Task

Kind = Literal["predict", "groups", "odd_rows", "forecast"]


@dataclass(frozen=True)
class Goal:
    """What is to be found out about a table.

    Parameters
    ----------
    target
        The column to predict or to forecast.
    task
        How it is predicted, where it could be either; None for what fits best.
    time
        When each row was, for a forecast; None for the column that looks most like it.
    """

    kind: Kind = "predict"
    target: str | None = None
    task: Task | None = None
    time: str | None = None
