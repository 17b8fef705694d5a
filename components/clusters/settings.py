"""Settings that several models without a target share."""

from typing import Annotated

from pydantic import Field

from components.base import UnsupervisedParams
from components.models.arguments import Seed

Count = Annotated[int, Field(ge=1, le=1_000)]


class ClustersParams(UnsupervisedParams):
    """How many clusters there are."""

    n_clusters: Count = 8
    """How many clusters to find."""


class SeededParams(UnsupervisedParams):
    """What is left to chance."""

    seed: Seed = 0
    """Another seed begins somewhere else."""
