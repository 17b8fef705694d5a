"""Who liked what: rows read as a sparse matrix, and the lists made from scores."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from components.errors import ComponentError, UnfitData
from components.params import ColumnPick, NumericColumn, Params, Widget, distinct_names

SCORE, RANK = "score", "rank"
BLOCK = 256
"""Users, or items, that are worked on at once."""


class RatingsParams(Params):
    """What says who liked what, and how much is asked for."""

    user: Annotated[str, ColumnPick(("text", "numeric"))]
    """Who: the column that names the user."""
    item: Annotated[str, ColumnPick(("text", "numeric"))]
    """What: the column that names the item."""
    rating: NumericColumn | None = None
    """How much the user likes the item. Left empty, every row is a sign of interest, and more rows are a stronger
    one."""
    top_n: Annotated[int, Field(ge=1, le=1_000), Widget(unit="items")] = 10
    """How many items to recommend to each user."""
    exclude_seen: bool = True
    """Whether items that a user has rows about are left out."""
    holdout: Annotated[float, Field(ge=0, le=0.5), Widget(advanced=True)] = 0.1
    """The share of ratings that are set aside once, to measure how well they are met; 0 for no such figures. The result
    itself is computed from all ratings."""
    seed: Annotated[int, Field(ge=0, lt=2**32), Widget(advanced=True)] = 0
    """Which ratings are set aside."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        named = {"user": self.user, "item": self.item, "rating": self.rating}
        taken: dict[str, str] = {}
        for field, name in named.items():
            if name is None:
                continue
            if name in taken:
                raise ComponentError(
                    f"Column {name!r} cannot be the {field}, because it is the {taken[name]}.",
                    hint="Choose another column.",
                    field=field,
                    column=name,
                )
            taken[name] = field
        distinct_names([self.user, self.item, *self._added()], "item")
        return bound

    def _added(self) -> tuple[str, ...]:
        """Columns of the outputs that have names of their own."""
        return (SCORE, RANK)

    def columns(self) -> tuple[str, ...]:
        """What is read."""
        return tuple(name for name in (self.user, self.item, self.rating) if name is not None)


@dataclass(frozen=True)
class Ratings:
    """Ratings as a matrix.

    Parameters
    ----------
    users, items : sorted values
    matrix : csr_matrix of shape (n_users, n_items)
        The rating of each pair; how many rows it has where nothing is rated.
    """

    users: pa.Array
    items: pa.Array
    matrix: Any

    def split(self, share: float, seed: int) -> tuple[Any, Any] | None:
        """The matrix without some ratings, and these; the same ones whatever the order of the rows. None for no
        such."""
        import numpy as np
        from scipy.sparse import csr_matrix

        pairs = self.matrix.tocoo()
        is_out = np.random.default_rng(seed).random(pairs.nnz) < share
        if not is_out.any() or is_out.all():
            return None
        sides = (
            csr_matrix((pairs.data[of], (pairs.row[of], pairs.col[of])), shape=pairs.shape) for of in (~is_out, is_out)
        )
        kept, out = sides
        return kept, out


def read_ratings(table: pa.Table, user: str, item: str, rating: str | None, *, adds_up: bool) -> Ratings:
    """The ratings of a table.

    Parameters
    ----------
    adds_up
        Whether several ratings of one pair count together; else their mean does.

    Raises
    ------
    UnfitData
        When there are none, a value is missing, or a rating is not finite.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    for name in (user, item, rating):
        missing = table[name].null_count if name is not None else 0
        if missing:
            rows = "1 row has" if missing == 1 else f"{missing:,} rows have"
            hint = "Drop such rows first (Drop missing)."
            raise UnfitData(f"{rows} no value in column {name!r}.", hint=hint, column=name)
    if not table.num_rows:
        raise UnfitData("There are no rows to learn from.", hint="Look at what the nodes before leave over.")
    (users, rows), (items, columns) = (_places(table[name]) for name in (user, item))
    counts = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(users), len(items)))
    counts.sum_duplicates()
    if rating is None:
        return Ratings(users, items, counts)
    values = table[rating].cast(pa.float64(), safe=False).to_numpy()
    if not np.isfinite(values).all():
        raise UnfitData(f"Column {rating!r} holds infinite values.", hint="Filter such rows first.", column=rating)
    order = np.lexsort((values, columns, rows))  # so that equal sums are added in an equal order
    sums = csr_matrix((values[order], (rows[order], columns[order])), shape=counts.shape)
    sums.sum_duplicates()
    if not adds_up:
        sums.data /= counts.data
    return Ratings(users, items, sums)


def present(matrix: Any) -> Any:
    """1 for every rating, whatever it is."""
    found = matrix.copy()
    found.data = found.data * 0 + 1
    return found


def blocks(count: int) -> Iterator[slice]:
    """All places, some at a time."""
    return (slice(first, min(first + BLOCK, count)) for first in range(0, count, BLOCK))


def _places(column: pa.ChunkedArray) -> tuple[pa.Array, Any]:
    """The sorted values of a column, and the place of each row's among them."""
    coded = pc.dictionary_encode(column).combine_chunks()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    order = pc.sort_indices(coded.dictionary)
    values = coded.dictionary.take(order)
    return values, pc.index_in(coded.dictionary, value_set=values).take(coded.indices).to_numpy(zero_copy_only=False)
