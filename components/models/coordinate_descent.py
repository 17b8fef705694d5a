"""What linear models with an L1 penalty share."""

from typing import Annotated, Literal

from pydantic import Field

from components.base import WeighedParams
from components.models.arguments import Advanced, Seed


class CoordinateDescentParams(WeighedParams):
    """The settings of scikit-learn's coordinate descent."""

    alpha: Annotated[float, Field(gt=0)] = 1.0
    """Strength of the penalty: larger values set more coefficients to zero."""
    positive: bool = False
    """Whether coefficients must not be negative."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    max_iter: Annotated[int, Field(ge=1, le=1_000_000), Advanced] = 1000
    """The most iterations of the solver."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-4
    """When the solver has converged."""
    selection: Annotated[Literal["cyclic", "random"], Advanced] = "cyclic"
    """Whether coefficients are improved in turn or at random."""
    seed: Annotated[Seed, Advanced] = 0
    """Makes the random selection repeatable."""
