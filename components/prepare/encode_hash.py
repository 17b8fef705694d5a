"""Spread categories over a fixed number of columns."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Annotated, Any, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import LearnedTransform, Spec, State
from components.outline import Made, Outline, places
from components.params import CategoryColumns, NewColumn, Params, distinct_names
from components.portable.numbers import integer
from components.portable.row_ids import HEX
from components.prepare.categories import as_text

if TYPE_CHECKING:
    from sklearn.preprocessing import FunctionTransformer

DIGITS = 32
BUCKET = "__cb_bucket_"


class EncodeHashParams(Params):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns whose values are spread."""
    n_features: Annotated[int, Field(ge=2, le=256)] = 8
    """How many columns they are spread over; few make different categories fall together."""
    name: NewColumn = "hash"
    """The new columns are called ``hash_0``, ``hash_1`` and so on."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*(name for name in schema if name not in set(bound.columns)), *bound.made()], "name")
        return bound

    def made(self) -> list[str]:
        """The names of the new columns; none where there is nothing to spread."""
        return [f"{self.name}_{place}" for place in range(self.n_features)] if len(self.columns) else []


class EncodeHashState(State):
    """Nothing: where a category goes follows from its text."""


class EncodeHash(LearnedTransform[EncodeHashParams, EncodeHashState]):
    """Replaces columns by a fixed number of counts: each category adds 1 to the one that its md5 points to.

    Categories of all chosen columns share the new columns. A missing value adds nothing. Nothing has to be learned,
    but like everything that prepares features it leaves the target of a model alone.

    When: there are too many categories for a column each, or new ones appear all the time. Serving: replayed row by
    row. Source: Weinberger et al., *Feature Hashing for Large Scale Multitask Learning* (ICML 2009);
    `category_encoders.HashingEncoder`.
    """

    spec = Spec(
        key="encode_hash",
        title="Hash encode",
        category="prepare/encode",
        icon="tag",
        about="Spreads categories over a fixed number of columns.",
        words=("feature hashing", "hashing trick", "high cardinality", "categorical"),
        example={"columns": ["text", "flag"], "n_features": 4},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        kept = {name: dtype for name, dtype in schema.items() if name not in set(self.params.columns)}
        made = dict.fromkeys(self.params.made(), Made(places(self.params.columns)))
        return {"table": Outline(sch.Schema({**kept, **dict.fromkeys(made, dt.int64)}), made)}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {}

    def learn(self, values: Mapping[str, Any]) -> EncodeHashState:
        return EncodeHashState()

    def unfitted(self) -> EncodeHashState:
        return EncodeHashState()

    def transform(self, table: ir.Table, state: EncodeHashState) -> ir.Table:
        buckets = {f"{BUCKET}{i}": self._bucket(as_text(table, name)) for i, name in enumerate(self.params.columns)}
        if not buckets:
            return table
        spread = table.mutate(buckets)
        counts = {
            name: reduce(add, ((spread[bucket] == place).fill_null(False).cast("int64") for bucket in buckets))
            for place, name in enumerate(self.params.made())
        }
        kept = [spread[name] for name in table.columns if name not in set(self.params.columns)]
        return spread.select(kept + [count.name(name) for name, count in counts.items()])

    def to_sklearn(self, state: EncodeHashState) -> "FunctionTransformer":
        """As the contract says, over columns of text in which missing values are None."""
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer(hashed, kw_args={"n_features": self.params.n_features})

    def _bucket(self, text: ir.StringColumn) -> ir.IntegerColumn:
        """The remainder of the md5, a number of 32 hexadecimal digits, digit by digit."""
        digest = text.hexdigest("md5")
        worth = {place: pow(16, DIGITS - 1 - place, self.params.n_features) for place in range(DIGITS)}
        digits = {place: ibis.literal(HEX).find(digest.substr(place, 1)).cast("int64") for place in worth}
        terms = [digits[place] * integer(each) for place, each in worth.items() if each]
        return reduce(add, terms) % integer(self.params.n_features)


def hashed(rows: Sequence[Sequence[str | None]], n_features: int) -> Any:
    """How often each bucket is pointed to.

    Returns
    -------
    ndarray of shape (n_rows, n_features)
    """
    import hashlib

    import numpy as np

    counts = np.zeros((len(rows), n_features), dtype=int)
    for row, texts in enumerate(rows):
        for text in texts:
            if text is not None:
                counts[row, int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), 16) % n_features] += 1
    return counts
