"""Recommend by what users and items have in common underneath."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from components.base import Spec
from components.errors import UnfitData
from components.params import Widget
from components.ranked import Lists
from components.recommend.ratings import Ratings, RatingsParams, blocks, present
from components.recommend.recommender import Recommender, best_of

ITEM_DAMPING, USER_DAMPING = 25.0, 10.0
"""How many ratings a mean must rest on to count in half, as Koren (2009) found them."""


class MatrixFactorizationParams(RatingsParams):
    feedback: Literal["auto", "explicit", "implicit"] = "auto"
    """Whether ratings say how much an item is liked, or (implicit) how strong a sign of interest is: counts, minutes.
    Implicit where there is no column of ratings."""
    n_factors: Annotated[int, Field(ge=1, le=500)] = 32
    """How many hidden traits users and items have."""
    regularisation: Annotated[float, Field(gt=0, le=1e6)] = 0.1
    """How much large traits are held against the fit; more for fewer ratings."""
    iterations: Annotated[int, Field(ge=1, le=200)] = 15
    """How often users and items are fitted in turn."""
    alpha: Annotated[float, Field(gt=0, le=1e6), Widget(advanced=True)] = 40.0
    """How much a sign of interest counts beside the absence of one; implicit feedback only."""

    @model_validator(mode="after")
    def _explicit_needs_ratings(self) -> Self:
        if self.feedback == "explicit" and self.rating is None:
            raise ValueError("explicit feedback needs a column of ratings")
        return self

    @property
    def is_explicit(self) -> bool:
        """Whether ratings say how much an item is liked."""
        return self.feedback == "explicit" or (self.feedback == "auto" and self.rating is not None)


@dataclass(frozen=True)
class Factors:
    """What was learned.

    Parameters
    ----------
    users, items : ndarrays of shape (n_users, n_factors), (n_items, n_factors)
    user_bias, item_bias : ndarrays of shape (n_users,), (n_items,)
    """

    mean: float
    users: Any
    items: Any
    user_bias: Any
    item_bias: Any

    def expected(self, rows: Any, columns: Any) -> Any:
        """The ratings that some users are expected to give some items."""
        import numpy as np

        traits = np.einsum("ij,ij->i", self.users[rows], self.items[columns])
        return self.usual(rows, columns) + traits

    def usual(self, rows: Any, columns: Any) -> Any:
        """The same from means alone."""
        return self.mean + self.user_bias[rows] + self.item_bias[columns]


class MatrixFactorization(Recommender[MatrixFactorizationParams]):
    """Finds hidden traits of users and items whose product explains the ratings, and recommends by it.

    Fitted by alternating least squares. Ratings are taken as the mean of all, the damped leanings of user and item, and
    traits held back by `regularisation` times how many ratings they rest on; the score is the rating that is expected.
    Signs of interest are fitted as 1 with weight 1 + `alpha` times their strength, all other pairs as 0 with weight
    1; the score is highest for what the user is most likely to want. Users and items without rows get nothing; an
    item with few ratings stays near the mean. Of several rows about one pair the mean rating counts, or the sum of
    the signs of interest.

    The report compares with ratings that were set aside: the share of them in the lists beside a list of what is most
    popular, and for explicit ratings `rmse` and `mae` beside those of the means alone.

    When: many users and items, few ratings of each. Serving: boundary; look recommendations up by joining this table.
    Source: Zhou, Wilkinson, Schreiber and Pan (2008), *Large-Scale Parallel Collaborative Filtering for the Netflix
    Prize*; Koren, Bell and Volinsky (2009), *Matrix Factorization Techniques for Recommender Systems*; Hu, Koren and
    Volinsky (2008), *Collaborative Filtering for Implicit Feedback Datasets*.
    """

    spec = Spec(
        key="matrix_factorization",
        title="Matrix factorization",
        category="recommend",
        icon="grid_on",
        about="Recommends by hidden traits of users and items.",
        words=("collaborative filtering", "als", "svd", "recommender", "recommendation"),
        serving="boundary",
        example={"user": "group", "item": "text", "rating": "other", "exclude_seen": False, "n_factors": 4},
    )

    @property
    def adds_up(self) -> bool:
        return not self.params.is_explicit

    def check(self, ratings: Ratings) -> None:
        if not self.params.is_explicit and (ratings.matrix.data < 0).any():
            raise UnfitData(
                f"Column {self.params.rating!r} holds values below 0, which are no sign of interest.",
                hint="Choose explicit feedback, or filter such rows first.",
                field="feedback",
                column=self.params.rating,
            )

    def learn(self, matrix: Any) -> Factors:
        import numpy as np

        shape, count = matrix.shape, self.params.n_factors
        nothing = 0.0, np.zeros(shape[0]), np.zeros(shape[1])
        mean, user_bias, item_bias = _leanings(matrix) if self.params.is_explicit else nothing
        rest = matrix.copy()
        rows = np.repeat(np.arange(shape[0]), np.diff(matrix.indptr))
        rest.data = rest.data - (mean + user_bias[rows] + item_bias[matrix.indices])
        turned = rest.T.tocsr()
        items = np.random.default_rng(self.params.seed).normal(0, 0.1, (shape[1], count))
        for _ in range(self.params.iterations):
            users = self._solved(rest, items)
            items = self._solved(turned, users)
        return Factors(mean, users, items, user_bias, item_bias)

    def lists(self, learned: Factors, matrix: Any, *, exclude_seen: bool) -> Sequence[Lists]:
        found = []
        for users in blocks(matrix.shape[0]):
            scores = learned.users[users] @ learned.items.T + learned.item_bias
            scores += learned.mean + learned.user_bias[users][:, None]
            rows, columns, values, ranks = best_of(scores, matrix[users] if exclude_seen else None, self.params.top_n)
            found.append((rows + users.start, columns, values, ranks))
        return found

    def judge(self, learned: Factors, kept: Any, out: Any) -> tuple[dict[str, float], dict[str, float]]:
        import numpy as np

        metrics, baseline = super().judge(learned, kept, out)
        if self.params.is_explicit:
            pairs = out.tocoo()
            for figures, said in ((metrics, learned.expected), (baseline, learned.usual)):
                errors = said(pairs.row, pairs.col) - pairs.data
                figures["rmse"] = float(np.sqrt((errors**2).mean()))
                figures["mae"] = float(np.abs(errors).mean())
        return metrics, baseline

    def _solved(self, matrix: Any, others: Any) -> Any:
        """The traits of each row that fit its entries best, while those of the columns stay."""
        import numpy as np

        count, held = others.shape[1], self.params.regularisation * np.eye(others.shape[1])
        everywhere = others.T @ others
        found = np.zeros((matrix.shape[0], count))
        for rows in blocks(matrix.shape[0]):
            left, right = np.empty((rows.stop - rows.start, count, count)), np.empty((rows.stop - rows.start, count))
            for place, row in enumerate(range(rows.start, rows.stop)):
                entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
                near, values = others[matrix.indices[entries]], matrix.data[entries]
                if self.params.is_explicit:
                    left[place] = near.T @ near + max(len(values), 1) * held
                    right[place] = values @ near
                else:
                    weights = self.params.alpha * values
                    left[place] = everywhere + (near.T * weights) @ near + held
                    right[place] = (1 + weights) @ near
            found[rows] = np.linalg.solve(left, right[..., None])[..., 0]
        return found


def _leanings(matrix: Any) -> tuple[float, Any, Any]:
    """The mean rating, and by how much each user and each item differs from it."""
    import numpy as np

    mean = float(matrix.data.mean())
    own = present(matrix)
    apart = matrix.copy()
    apart.data = apart.data - mean
    of_items = np.asarray(apart.sum(axis=0)).ravel() / (np.asarray(own.sum(axis=0)).ravel() + ITEM_DAMPING)
    apart.data = apart.data - of_items[matrix.indices]
    of_users = np.asarray(apart.sum(axis=1)).ravel() / (np.diff(matrix.indptr) + USER_DAMPING)
    return mean, of_users, of_items
