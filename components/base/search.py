"""What a model tells of how it was found."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class Trial(BaseModel):
    """One setting that was tried.

    Parameters
    ----------
    model
        The title of the component.
    score, spread
        Mean and standard deviation over the folds; None where it could not be scored, and the deviation also where it
        was scored on a single one. Of the metric itself: for an error, less is better.
    seconds, answer_seconds
        What one fit took, and 1,000 answers.
    rows
        How many rows it was fitted and scored on, all folds together.
    note
        Why it was ended early, or what it failed of.
    component, preparation
        The keys of the model and of what comes before it, where the search chose them itself.
    members, weights
        The places of the trials that it is made of, and how much each counts.
    size
        Bytes of the fitted model.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    params: dict[str, Any]
    score: float | None = None
    spread: float | None = None
    seconds: float = 0.0
    answer_seconds: float | None = None
    rows: int = 0
    note: str = ""
    component: str = ""
    preparation: tuple[str, ...] = ()
    members: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    size: int | None = None


class Search(BaseModel):
    """How a model was found among others.

    Parameters
    ----------
    metric
        By scikit-learn's name.
    best
        The place of the trial that was kept; None where all of them together made the model.
    ended
        What ended it.
    folds, seed
        In how many parts rows were held out in turn, and what drew them.
    anew
        Whether what was drawn before the search learned anew for each part, from the rows of the others.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    trials: tuple[Trial, ...]
    best: int | None
    ended: str
    folds: int = 0
    seed: int = 0
    anew: bool = False


@dataclass(frozen=True)
class Learned:
    """A fitted estimator and what was found out on the way.

    Parameters
    ----------
    estimator
        Fitted.
    search
        How it was found, where it was searched for.
    members
        The keys of the components that it is made of, where these are others than its own.
    """

    estimator: Any
    search: Search | None = None
    members: tuple[str, ...] = ()
