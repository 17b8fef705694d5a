"""Nearest neighbours for classes."""

from typing import Any

from components.base import MODEL_OUT, Spec
from components.models.arguments import ClassifierParams, arguments
from components.models.neighbours import Neighbours, NeighboursParams


class KNeighborsClassifierParams(NeighboursParams, ClassifierParams):
    pass


class KNeighborsClassifier(Neighbours[KNeighborsClassifierParams]):
    """The most frequent class of the nearest train rows.

    When: a smooth relation of few features, scaled to one range. Learns from at most 100,000 rows, which the model
    keeps; each answer goes through them. It cannot weigh classes. Serving: scores each request.
    Source: Cover & Hart, *Nearest Neighbor Pattern Classification* (1967); `sklearn.neighbors.KNeighborsClassifier`.
    """

    spec = Spec(
        key="k_neighbors_classifier",
        title="K nearest neighbours",
        category="models/classify",
        icon="hub",
        about="Answers like the most similar rows it has seen.",
        words=("knn", "nearest neighbors", "k nearest neighbors", "kneighbors", "similar rows"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "n_neighbors": 3},
    )
    task = "classification"

    def build(self) -> Any:
        from sklearn import neighbors

        return neighbors.KNeighborsClassifier(**arguments(self.params))
