"""Nearest neighbours for numbers."""

from typing import Any

from components.base import MODEL_OUT, Spec
from components.models.arguments import arguments
from components.models.neighbours import Neighbours, NeighboursParams


class KNeighborsRegressorParams(NeighboursParams):
    pass


class KNeighborsRegressor(Neighbours[KNeighborsRegressorParams]):
    """The average of the nearest train rows.

    When: a smooth relation of few features, scaled to one range. Learns from at most 100,000 rows, which the model
    keeps; each answer goes through them. Serving: scores each request.
    Source: Cover & Hart, *Nearest Neighbor Pattern Classification* (1967); `sklearn.neighbors.KNeighborsRegressor`.
    """

    spec = Spec(
        key="k_neighbors_regressor",
        title="K nearest neighbours",
        category="models/regress",
        icon="hub",
        about="Answers like the most similar rows it has seen.",
        words=("knn", "nearest neighbors", "k nearest neighbors", "kneighbors", "similar rows"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "n_neighbors": 3},
    )
    task = "regression"

    def build(self) -> Any:
        from sklearn import neighbors

        return neighbors.KNeighborsRegressor(**arguments(self.params))
