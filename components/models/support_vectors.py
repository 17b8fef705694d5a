"""What both support vector machines with kernels share."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import WeighedParams
from components.models.arguments import Advanced
from components.params import only_if

MOST_ROWS = 20_000
"""Their work grows with the square of the rows, or worse: these take about a minute."""


class SupportVectorParams(WeighedParams):
    """The settings of libsvm."""

    C: Annotated[float, Field(gt=0)] = 1.0
    """Inverse strength of regularization: larger values follow the rows more closely."""
    kernel: Literal["rbf", "linear", "poly", "sigmoid"] = "rbf"
    """What shape the boundary may have."""
    gamma: Annotated[
        Literal["scale", "auto"] | Annotated[float, Field(gt=0)], only_if(kernel=("rbf", "poly", "sigmoid"))
    ] = "scale"
    """How near a row must be to matter: larger values make it more local; ``scale`` looks at how much features vary."""
    degree: Annotated[int, Field(ge=1, le=20), Advanced, only_if(kernel="poly")] = 3
    """The degree of the kernel poly."""
    coef0: Annotated[float, Advanced, only_if(kernel=("poly", "sigmoid"))] = 0.0
    """The constant term of the kernels poly and sigmoid."""
    shrinking: Annotated[bool, Advanced] = True
    """Whether rows that seem not to matter are set aside, which is often faster."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-3
    """When the solver has converged."""
    max_iter: Annotated[int, Field(ge=-1), Advanced] = -1
    """The most iterations of the solver; -1 for no limit."""


SEARCH_SPACE: dict[str, Any] = {"C": ("log", 1e-2, 1e3), "gamma": ("log", 1e-4, 10.0)}
