"""Replace categories by how often they occur."""

import ibis.expr.datatypes as dt

from components.base import Spec
from components.prepare.counted import Counted, Counts, Numbers


class EncodeCount(Counted):
    """Replaces each category by the number of train rows that have it; unseen ones are 0, a gap is a category too.

    When: how common a category is says more than which one it is, and there are many. Serving: replayed with the
    learned counts. Source: `category_encoders.CountEncoder`; `pandas.Series.value_counts`.
    """

    spec = Spec(
        key="encode_count",
        title="Count encode",
        category="prepare/encode",
        icon="tag",
        about="Replaces categories by how many rows have them.",
        words=("categorical", "frequency", "count encoder"),
        example={"columns": ["text", "flag"]},
    )
    makes = dt.int64

    def numbers(self, state: Counts) -> Numbers:
        return state.rows, state.missing
