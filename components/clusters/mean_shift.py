"""Mean shift."""

from typing import Annotated, Any

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec, UnsupervisedParams
from components.clusters.nearest import TYPES, Nearest, by_centres
from components.models.arguments import Advanced, arguments


class MeanShiftParams(UnsupervisedParams):
    bandwidth: Annotated[float, Field(gt=0)] | None = None
    """How wide the window is that is shifted; empty to estimate it from the distances of the rows."""
    cluster_all: bool = True
    """Whether every row gets the nearest cluster; otherwise rows outside all windows get -1."""
    bin_seeding: Annotated[bool, Advanced] = False
    """Whether it begins at the cells of a grid instead of at every row, which is quicker."""
    min_bin_freq: Annotated[int, Field(ge=1), Advanced] = 1
    """The fewest rows of a cell to begin at."""
    max_iter: Annotated[int, Field(ge=1), Advanced] = 300
    """The most shifts from one beginning."""


class MeanShift(Clusterer[MeanShiftParams]):
    """Shifts windows to where rows are densest; each such place is a cluster.

    When: round groups of one width and of unknown number, in up to 10,000 rows. Scale the features first. Clusters are
    numbered by size. Serving: each record gets the cluster of the nearest centre; without `cluster_all`, -1 where none
    is within the bandwidth.
    Source: Comaniciu & Meer, *Mean Shift: A Robust Approach Toward Feature Space Analysis* (2002);
    `sklearn.cluster.MeanShift`.
    """

    spec = Spec(
        key="mean_shift",
        title="Mean shift",
        category="models/cluster",
        icon="filter_tilt_shift",
        about="Finds the places where rows are densest; their number is found too.",
        words=("cluster", "clustering", "density"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "bandwidth": 4.0},
    )
    most_rows = 10_000
    instead = "K-means or BIRCH"
    trusted_types = (TYPES[Nearest],)

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.MeanShift(**arguments(self.params))

    def learned(self, fitted: Any, matrix: Any) -> Nearest:
        centres = fitted.cluster_centers_
        return by_centres(centres, range(len(centres)), fitted.labels_, matrix, self._reach(matrix))

    def _reach(self, matrix: Any) -> float:
        from sklearn.cluster import estimate_bandwidth

        if self.params.cluster_all:
            return float("inf")
        return self.params.bandwidth or float(estimate_bandwidth(matrix))
