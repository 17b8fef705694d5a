"""From params to the arguments of a scikit-learn estimator."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import EstimatorParams, UnsupervisedParams, WeighedParams
from components.params import Widget

Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Advanced = Widget(advanced=True)


class ClassifierParams(EstimatorParams):
    """What every classifier asks for."""

    positive: str | bool | int | float | None = None
    """Of two classes, the one to look for; left empty, ``yes``, ``true``, ``1`` and the like, else the last one."""


class BalancedParams(ClassifierParams):
    """What every classifier asks for that can weigh its classes."""

    class_weight: Literal["balanced"] | None = None
    """``balanced`` gives rare classes more weight."""


def arguments(params: EstimatorParams | UnsupervisedParams, *others: str) -> dict[str, Any]:
    """The estimator's own arguments; a ``seed`` becomes ``random_state``, and ``others`` are not for the estimator."""
    positive = ["positive"] if isinstance(params, ClassifierParams) else []
    ours = {*WeighedParams.model_fields, "seed", *positive, *others}
    own = {name: value for name, value in params if name not in ours}
    return own | ({"random_state": params.seed} if hasattr(params, "seed") else {})
