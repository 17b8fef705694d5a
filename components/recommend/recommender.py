"""What every recommender is: rows of users and items in, a list for each user out."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa

from components.base import Computation, Computed, new_rows
from components.outline import Outline
from components.ranked import Lists, best
from components.recommend.ratings import RANK, SCORE, Ratings, RatingsParams, present, read_ratings

R = TypeVar("R", bound=RatingsParams)


class Recommender(Computation[R]):
    """Learns from ratings which items each user may like."""

    most_rows = 5_000_000
    instead = "Take the latest rows, or the users and items with the most rows."

    @abstractmethod
    def learn(self, matrix: Any) -> Any:
        """What is learned from ratings, csr_matrix of shape (n_users, n_items)."""

    @abstractmethod
    def lists(self, learned: Any, matrix: Any, *, exclude_seen: bool) -> Sequence[Lists]:
        """The best items of each user, some users at a time."""

    def needs(self, port: str, schema: sch.Schema) -> tuple[str, ...]:
        return self.params.columns()

    def identity(self, port: str) -> tuple[str, ...]:
        return (self.params.user, self.params.item)

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline]:
        (schema,) = schemas
        asked, read = self.params, self.params.columns()
        columns = {
            asked.user: (schema[asked.user], [asked.user]),
            asked.item: (schema[asked.item], read),
            SCORE: (dt.float64, read),
            RANK: (dt.int64, read),
        }
        return {"table": new_rows(columns, read)}

    def compute(self, *tables: pa.Table) -> Computed:
        asked = self.params
        ratings = read_ratings(tables[0], asked.user, asked.item, asked.rating, adds_up=self.adds_up)
        self.check(ratings)
        learned = self.learn(ratings.matrix)
        found = self.lists(learned, ratings.matrix, exclude_seen=asked.exclude_seen)
        return Computed({"table": self._table(ratings, found), **self.others(ratings, learned)}, self._report(ratings))

    @property
    def adds_up(self) -> bool:
        """Whether several ratings of one pair count together; else their mean does."""
        return False

    def check(self, ratings: Ratings) -> None:
        """Refuse ratings that cannot be learned from.

        Raises
        ------
        UnfitData
        """

    def others(self, ratings: Ratings, learned: Any) -> dict[str, pa.Table]:
        """Further outputs."""
        return {}

    def judge(self, learned: Any, kept: Any, out: Any) -> tuple[dict[str, float], dict[str, float]]:
        """Figures on ratings that were set aside, and the same of a baseline that knows no user.

        Parameters
        ----------
        learned
            What was learned from ``kept``.
        """
        import numpy as np
        from scipy.sparse import csr_matrix

        found = self.lists(learned, kept, exclude_seen=True)
        rows, columns = (np.concatenate([one[part] for one in found]) for part in (0, 1))
        listed = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=out.shape)
        hits = np.asarray(listed.multiply(present(out)).sum(axis=1)).ravel()
        return {"recall": _recall(hits, out)}, {"recall": _recall(_popular(kept, out, self.params.top_n), out)}

    def _report(self, ratings: Ratings) -> dict[str, Any] | None:
        sides = ratings.split(self.params.holdout, self.params.seed)
        if sides is None:
            return None
        kept, out = sides
        metrics, baseline = self.judge(self.learn(kept), kept, out)
        sizes = {"users": len(ratings.users), "items": len(ratings.items), "ratings": int(ratings.matrix.nnz)}
        return {"rows": int(out.nnz), **sizes, "top_n": self.params.top_n, "metrics": metrics, "baseline": baseline}

    def _table(self, ratings: Ratings, found: Sequence[Lists]) -> pa.Table:
        import numpy as np

        rows, columns, scores, ranks = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return pa.table(
            {
                self.params.user: ratings.users.take(pa.array(rows)),
                self.params.item: ratings.items.take(pa.array(columns)),
                SCORE: pa.array(scores, pa.float64()),
                RANK: pa.array(ranks, pa.int64()),
            }
        )


def _recall(hits: Any, out: Any) -> float:
    """The mean, over users of whom something was set aside, of the share of it that their list holds."""
    import numpy as np

    wanted = np.diff(out.indptr)
    return float((hits[wanted > 0] / wanted[wanted > 0]).mean())


def _popular(kept: Any, out: Any, most: int) -> Any:
    """For each user, the hits of a list of what most others have and the user has not."""
    import numpy as np

    counts = np.asarray(present(kept).sum(axis=0)).ravel()
    order = np.lexsort((np.arange(len(counts)), -counts))
    hits = np.zeros(out.shape[0])
    for user in np.flatnonzero(np.diff(out.indptr)):
        seen, wanted = (side.indices[side.indptr[user] : side.indptr[user + 1]] for side in (kept, out))
        ahead = order[: most + len(seen)]
        hits[user] = np.isin(wanted, ahead[~np.isin(ahead, seen)][:most]).sum()
    return hits


def best_of(scores: Any, seen: Any | None, most: int) -> Lists:
    """The highest scores of each row of a full matrix.

    Parameters
    ----------
    scores : ndarray of shape (n_users, n_items)
        Changed.
    seen : csr_matrix of the same shape
        What is left out.
    """
    import numpy as np

    if seen is not None:
        pairs = seen.tocoo()
        scores[pairs.row, pairs.col] = -np.inf
    count = min(most, scores.shape[1])
    columns = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    rows = np.repeat(np.arange(len(scores)), count)
    found = scores[rows, columns.ravel()]
    is_left = np.isfinite(found)
    return best(rows[is_left], columns.ravel()[is_left], found[is_left], most)
