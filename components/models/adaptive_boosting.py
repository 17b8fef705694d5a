"""What both AdaBoost models share."""

from typing import Annotated, Any

from pydantic import Field

from components.base import WeighedParams
from components.models.arguments import Seed


class AdaBoostParams(WeighedParams):
    """The settings of AdaBoost over small trees."""

    n_estimators: Annotated[int, Field(ge=1, le=5000)] = 50
    """The most trees."""
    learning_rate: Annotated[float, Field(gt=0, le=10)] = 1.0
    """How much each tree counts; smaller values need more trees."""
    seed: Seed = 0
    """Another seed grows other trees."""


SEARCH_SPACE: dict[str, Any] = {"n_estimators": (25, 500), "learning_rate": ("log", 0.01, 2.0)}
