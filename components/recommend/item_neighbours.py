"""Recommend items that are like those a user has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa
from pydantic import Field

from components.base import Spec, new_rows
from components.errors import ComponentError
from components.outline import Outline
from components.params import Widget
from components.ports import Port
from components.ranked import Lists, best
from components.recommend.ratings import RANK, Ratings, RatingsParams, blocks, present
from components.recommend.recommender import Recommender

SIMILARITY = "similarity"


class ItemNeighboursParams(RatingsParams):
    similarity: Literal["cosine", "jaccard", "adjusted_cosine"] = "cosine"
    """How alike two items are: by the angle between their ratings, by the share of their users that they have in
    common, or by the angle after each user's mean is taken off, which needs ratings."""
    neighbours: Annotated[int, Field(ge=1, le=1_000)] = 50
    """With how many items each item is compared, the most similar ones."""
    min_users: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """How many users two items must have in common to count as similar; more keep chance out."""
    shrinkage: Annotated[float, Field(ge=0, le=1e6), Widget(advanced=True)] = 0.0
    """Similarities are multiplied by n / (n + this), where n users are common: 10 to 100 trust few users less."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        if self.similarity == "adjusted_cosine" and self.rating is None:
            raise ComponentError(
                "The adjusted cosine needs ratings.", hint="Choose the column of ratings, or cosine.", field="rating"
            )
        return super().bind(schemas, hidden)

    @property
    def other(self) -> str:
        """The column of an item that is like another."""
        return f"similar_{self.item}"

    def _added(self) -> tuple[str, ...]:
        return (*super()._added(), self.other, SIMILARITY)


class ItemNeighbours(Recommender[ItemNeighboursParams]):
    """Recommends to each user the items that are most like the user's own.

    The score of an item is the sum of its similarities with the user's items, each times its rating; with the adjusted
    cosine it is the rating that is expected: the user's mean and the weighted mean of what the ratings of similar items
    differ from it. Only similarities above 0 count, so a user may get fewer items than asked for. `similar` lists each
    item's neighbours. Users and items without rows get nothing. Of several rows about one pair, the mean rating counts.
    The report says which share of the ratings that were set aside is found again in the lists, beside a list of what is
    most popular.

    When: “who bought this also bought”; the reasons must be plain. Serving: boundary; look recommendations up by
    joining this table. Source: Sarwar, Karypis, Konstan and Riedl (2001), *Item-Based Collaborative Filtering
    Recommendation Algorithms*; Deshpande and Karypis (2004), *Item-Based Top-N Recommendation Algorithms*.
    """

    spec = Spec(
        key="item_neighbours",
        title="Similar items",
        category="recommend",
        icon="recommend",
        about="Recommends items that are like those a user has.",
        words=(
            "collaborative filtering",
            "similar products",
            "recommender",
            "item based",
            "recommendation",
            "people also bought",
        ),
        outputs=(Port("table"), Port("similar")),
        serving="boundary",
        example={"user": "group", "item": "text", "rating": "other", "exclude_seen": False},
    )

    def identity(self, port: str) -> tuple[str, ...]:
        return (self.params.item, self.params.other) if port == "similar" else super().identity(port)

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline]:
        (schema,) = schemas
        asked, read = self.params, self.params.columns()
        similar = {
            asked.item: (schema[asked.item], read),
            asked.other: (schema[asked.item], read),
            SIMILARITY: (dt.float64, read),
            RANK: (dt.int64, read),
        }
        return {**super().outline(schema), "similar": new_rows(similar, read)}

    def learn(self, matrix: Any) -> Any:
        """The similarities of each item with its neighbours, csr_matrix of shape (n_items, n_items)."""
        from scipy.sparse import csr_matrix, vstack

        return vstack([csr_matrix(part) for part in self._neighbours(matrix)]).tocsr()

    def lists(self, learned: Any, matrix: Any, *, exclude_seen: bool) -> Sequence[Lists]:

        centred, own, means = self._centred(matrix), present(matrix), _means(matrix)
        found = []
        for users in blocks(matrix.shape[0]):
            weights = (own[users] @ learned.T).tocoo()
            rows, columns = weights.row, weights.col
            scores = _at(centred[users] @ learned.T, rows, columns)
            if self.params.similarity == "adjusted_cosine":
                scores = means[users][rows] + scores / weights.data
            if exclude_seen:
                new = _at(own[users], rows, columns) == 0
                rows, columns, scores = rows[new], columns[new], scores[new]
            rows, columns, scores, ranks = best(rows, columns, scores, self.params.top_n)
            found.append((rows + users.start, columns, scores, ranks))
        return found

    def others(self, ratings: Ratings, learned: Any) -> dict[str, pa.Table]:
        pairs = learned.tocoo()
        rows, others, alike, ranks = best(pairs.row, pairs.col, pairs.data, self.params.neighbours)
        table = {
            self.params.item: ratings.items.take(pa.array(rows)),
            self.params.other: ratings.items.take(pa.array(others)),
            SIMILARITY: pa.array(alike, pa.float64()),
            RANK: pa.array(ranks, pa.int64()),
        }
        return {"similar": pa.table(table)}

    def _neighbours(self, matrix: Any) -> Iterator[Any]:
        """The neighbours of some items at a time."""
        import numpy as np
        from scipy.sparse import csr_matrix, diags

        own = present(matrix).tocsc()
        users = np.diff(own.indptr)
        values = self._centred(matrix)
        lengths = np.sqrt(np.asarray(values.multiply(values).sum(axis=0)).ravel())
        scaled = (values @ diags(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0))).tocsc()
        for items in blocks(matrix.shape[1]):
            common = (own[:, items].T @ own).tocoo()
            kept = (common.col != common.row + items.start) & (common.data >= self.params.min_users)
            rows, others, both = common.row[kept], common.col[kept], common.data[kept]
            if self.params.similarity == "jaccard":
                alike = both / (users[rows + items.start] + users[others] - both)
            else:
                alike = _at(scaled[:, items].T @ scaled, rows, others)
            alike = alike * both / (both + self.params.shrinkage)
            above = alike > 0
            rows, others, alike, _ = best(rows[above], others[above], alike[above], self.params.neighbours)
            yield csr_matrix((alike, (rows, others)), shape=(items.stop - items.start, matrix.shape[1]))

    def _centred(self, matrix: Any) -> Any:
        """The ratings, with each user's mean taken off where that is asked for."""
        import numpy as np

        if self.params.similarity != "adjusted_cosine":
            return matrix
        centred = matrix.copy()
        centred.data = centred.data - np.repeat(_means(matrix), np.diff(matrix.indptr))
        return centred


def _means(matrix: Any) -> Any:
    """The mean rating of each user; 0 for one without ratings."""
    import numpy as np

    return np.asarray(matrix.sum(axis=1)).ravel() / np.maximum(np.diff(matrix.indptr), 1)


def _at(matrix: Any, rows: Any, columns: Any) -> Any:
    """Some cells of a sparse matrix."""
    import numpy as np

    return np.asarray(matrix.tocsr()[rows, columns]).ravel() if len(rows) else np.zeros(0)
