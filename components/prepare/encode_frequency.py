"""Replace categories by the share of rows that have them."""

import ibis.expr.datatypes as dt

from components.base import Spec
from components.prepare.counted import Counted, Counts, Numbers


class EncodeFrequency(Counted):
    """Replaces each category by the share of train rows that have it; unseen ones are 0, a gap is a category too.

    When: how common a category is says more than which one it is, and tables of different sizes must agree. Serving:
    replayed with the learned shares. Source: `category_encoders.CountEncoder` with ``normalize=True``.
    """

    spec = Spec(
        key="encode_frequency",
        title="Frequency encode",
        category="prepare/encode",
        icon="percent",
        about="Replaces categories by the share of rows that have them.",
        words=("categorical", "frequency encoder", "share"),
        example={"columns": ["text", "flag"]},
    )
    makes = dt.float64

    def numbers(self, state: Counts) -> Numbers:
        total = {name: sum(rows.values()) + state.missing[name] or 1 for name, rows in state.rows.items()}
        shares = {name: {c: count / total[name] for c, count in rows.items()} for name, rows in state.rows.items()}
        return shares, {name: count / total[name] for name, count in state.missing.items()}
