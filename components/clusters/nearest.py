"""Where any row belongs, told from rows of which it is known."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from components.clusters.numbering import numbering, renumbered

NOWHERE = -1

Metric = Literal["euclidean", "manhattan", "chebyshev"]


class _Indexed:
    """Keeps rows; what finds them quickly is made when it is first needed, and never saved."""

    _index: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_index"}


class _Treed(_Indexed):
    rows: Any
    metric: str

    def _nearest(self, matrix: Any, count: int) -> tuple[Any, Any]:
        """Distances to, and places of, the nearest rows; ndarrays of shape (n_rows, count)."""
        from sklearn.neighbors import KDTree

        if self._index is None:
            self._index = KDTree(self.rows, metric=self.metric)
        distances, places = self._index.query(matrix, k=count)
        return distances, places


class Nearest(_Treed):
    """A row belongs where the nearest of some rows does.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    labels : ndarray of shape (n_rows,)
    reach
        A row further away belongs nowhere.
    """

    def __init__(self, rows: Any, labels: Any, reach: float = float("inf"), metric: Metric = "euclidean") -> None:
        self.rows = rows
        self.labels = labels
        self.reach = reach
        self.metric = metric

    def predict(self, matrix: Any) -> Any:
        """The cluster of each row; -1 for none."""
        import numpy as np

        if not len(self.rows):
            return np.full(len(matrix), NOWHERE)
        distances, places = self._nearest(matrix, 1)
        return np.where(distances[:, 0] <= self.reach, self.labels[places[:, 0]], NOWHERE)

    def to_sklearn(self) -> Any:
        """The same as a fitted scikit-learn estimator; None where rows may belong nowhere."""
        from sklearn.neighbors import KNeighborsClassifier

        if self.reach != float("inf") or not len(self.rows):
            return None
        return KNeighborsClassifier(1, metric=self.metric).fit(self.rows, self.labels)


class Reachable(_Treed):
    """A row belongs where that row does from which it is reached most easily, unless even that is too far.

    Reached means the distance, but no less than the core distance of either row.

    Parameters
    ----------
    cores : ndarray of shape (n_rows,)
        How near a row's neighbours are.
    reach : ndarray of shape (n_clusters,)
        Up to which such distance a row belongs to a cluster.
    neighbours
        How many learned rows, at least, must be near a new row.
    looked_at
        How many of the nearest learned rows are considered.
    alpha
        Distances are divided by it.
    """

    def __init__(  # noqa: PLR0913  what there is to know of learned rows
        self,
        rows: Any,
        labels: Any,
        cores: Any,
        reach: Any,
        *,
        neighbours: int = 0,
        looked_at: int = 1,
        alpha: float = 1.0,
        metric: Metric = "euclidean",
    ) -> None:
        self.rows = rows
        self.labels = labels
        self.cores = cores
        self.reach = reach
        self.neighbours = neighbours
        self.looked_at = looked_at
        self.alpha = alpha
        self.metric = metric

    def predict(self, matrix: Any) -> Any:
        """The cluster of each row; -1 for none."""
        import numpy as np

        distances, places = self._nearest(matrix, min(max(self.looked_at, self.neighbours), len(self.rows)))
        reached = np.maximum(distances / self.alpha, self.cores[places])
        if self.neighbours:
            own = distances[:, min(self.neighbours, distances.shape[1]) - 1]
            reached = np.maximum(reached, own[:, None])
        easiest = reached.argmin(axis=1)[:, None]
        labels = self.labels[np.take_along_axis(places, easiest, axis=1)[:, 0]]
        limits = np.append(self.reach, -np.inf)[labels]
        return np.where(np.take_along_axis(reached, easiest, axis=1)[:, 0] <= limits, labels, NOWHERE)


class Known(_Indexed):
    """Of a row that was learned from, what was found then; of any other, what another says.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    found : ndarray of shape (n_rows,)
        Of equal rows, the first counts.
    """

    def __init__(self, rows: Any, found: Any, others: Any) -> None:
        self.rows = rows
        self.found = found
        self.others = others

    @property
    def offset_(self) -> Any:
        """What scores are relative to."""
        return self.others.offset_

    def predict(self, matrix: Any) -> Any:
        """The cluster of each row."""
        return self._asked(matrix, self.others.predict)

    def decision_function(self, matrix: Any) -> Any:
        """How far inside the ordinary each row is."""
        return self._asked(matrix, self.others.decision_function)

    def _asked(self, matrix: Any, other: Callable[[Any], Any]) -> Any:
        import numpy as np

        if self._index is None:
            self._index = self._places()
        places = np.array([self._index.get(key, NOWHERE) for key in _keys(matrix)], dtype=np.int64)
        answers = self.found[np.maximum(places, 0)]
        new = np.flatnonzero(places < 0)
        if len(new):
            answers[new] = other(matrix[new])
        return answers

    def _places(self) -> Mapping[bytes, int]:
        places: dict[bytes, int] = {}
        for place, key in enumerate(_keys(self.rows)):
            places.setdefault(key, place)
        return places


def _keys(matrix: Any) -> list[bytes]:
    """Each row as bytes; a negative zero is a zero."""
    return [row.tobytes() for row in matrix + 0.0]


TYPES = {kind: f"{__name__}.{kind.__name__}" for kind in (Nearest, Reachable, Known)}
"""What skops calls them."""


def by_centres(centres: Any, of: Any, labels: Any, matrix: Any, reach: float = float("inf")) -> Nearest:
    """Every row belongs where the nearest centre does.

    Parameters
    ----------
    centres : ndarray of shape (n_centres, n_columns)
    of : ndarray of shape (n_centres,)
        The cluster of each centre, as the learned rows are labelled.
    labels : ndarray of shape (n_rows,)
        The cluster of each learned row.
    """
    import numpy as np

    of = np.asarray(of)
    numbers = numbering(labels, matrix, int(of.max(initial=NOWHERE)) + 1)
    return Nearest(np.asarray(centres, dtype=np.float64), renumbered(of, numbers), reach)


def by_rows(labels: Any, matrix: Any, metric: Metric = "euclidean") -> Nearest:
    """Every row belongs where the nearest learned row does."""
    return Nearest(matrix, renumbered(labels, numbering(labels, matrix)), metric=metric)
