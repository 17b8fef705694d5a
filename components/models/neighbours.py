"""What both nearest-neighbour models share."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field

from components.base import EstimatorParams
from components.errors import UnfitData
from components.models.arguments import Advanced
from components.models.bounded import Bounded
from components.params import only_if

_METRICS = "sklearn.metrics._dist_metrics."

TREES = (
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neighbors._ball_tree.BallTree",
    *(f"{_METRICS}{name}Distance64" for name in ("Euclidean", "Manhattan", "Chebyshev", "Minkowski")),
)
"""What finds neighbours, as skops calls it."""


class NeighboursParams(EstimatorParams):
    """Which rows are near, and how much each counts."""

    n_neighbors: Annotated[int, Field(ge=1, le=10_000)] = 5
    """How many of the nearest train rows answer."""
    weights: Literal["uniform", "distance"] = "uniform"
    """Whether they count the same, or nearer ones more."""
    metric: Annotated[Literal["minkowski", "euclidean", "manhattan", "chebyshev"], Advanced] = "minkowski"
    """What near means."""
    p: Annotated[float, Field(gt=0, le=100), Advanced, only_if(metric="minkowski")] = 2.0
    """The power of the Minkowski metric: 2 for straight lines, 1 for city blocks."""
    algorithm: Annotated[Literal["auto", "ball_tree", "kd_tree", "brute"], Advanced] = "auto"
    """How the nearest rows are found; the answers are the same."""
    leaf_size: Annotated[int, Field(ge=1), Advanced] = 30
    """The fewest rows a search tree goes through one by one."""


N = TypeVar("N", bound=NeighboursParams)


class Neighbours(Bounded[N]):
    """A model that keeps the train rows and looks for the nearest ones; some metrics know no sparse matrix."""

    most_rows = 100_000
    instead = "gradient boosting or a random forest"
    trusted_types = TREES
    search_space: ClassVar[Mapping[str, Any]] = {"n_neighbors": (1, 50), "weights": ("uniform", "distance")}

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        wanted, rows = self.params.n_neighbors, matrix.shape[0]
        if wanted > rows:
            raise UnfitData(
                f"{wanted:,} neighbours are asked for, but there are only {rows:,} train rows.",
                hint="Lower 'n_neighbors'.",
                field="n_neighbors",
            )
        return super().fit(matrix, target, **beside)
