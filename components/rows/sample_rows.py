"""Draw rows at random."""

from typing import Annotated, Self

import ibis
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Transform
from components.params import Params, PlainColumn, Widget
from components.portable.draws import digest, is_drawn
from components.rows.order import id_of, in_order

DIGEST, SHARE = "__cb_digest", "__cb_share"


class SampleRowsParams(Params):
    fraction: Annotated[float | None, Field(gt=0, lt=1), Widget(unit="share of rows")] = None
    """The share of rows to draw."""
    rows: Annotated[int | None, Field(ge=1, le=10**12)] = None
    """How many rows to draw, instead of a share; all of them where there are fewer."""
    stratify: PlainColumn | None = None
    """Keep the shares of this column's values as they are, usually the target's."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Another seed draws other rows."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.fraction is None) == (self.rows is None):
            raise ValueError("give either a share of rows or a number of rows")
        return self


class SampleRows(Transform[SampleRowsParams]):
    """Draws rows at random, but always the same ones.

    A row is drawn by a keyed md5 of its stable id, on every engine and in every rerun. A share is met about, a number
    of rows exactly; with ``stratify`` each value keeps its share up to rounding.

    When: a table is too large to try things out on. Serving: skipped, an endpoint answers every row it is asked.
    Source: hash-based sampling; proportional allocation: Cochran, *Sampling Techniques* (1977), §5.5.
    """

    spec = Spec(
        key="sample_rows",
        title="Sample rows",
        category="rows",
        icon="casino",
        about="Draws rows at random, always the same ones.",
        words=("sample", "subset", "random rows", "row sampling", "data sampler", "downsample"),
        serving="training_only",
        example={"rows": 20, "stratify": "target_class"},
    )

    def most_left(self, rows: int) -> int:
        return rows if self.params.rows is None else min(rows, self.params.rows)

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        drawn = table.mutate({DIGEST: digest(id_of(table), f"sample {self.params.seed}:")})
        if self.params.stratify is not None:
            drawn = drawn.mutate({SHARE: _share(drawn, self.params.stratify)})
        made = {DIGEST, SHARE} & set(drawn.columns)
        return self._drawn(drawn).drop(*made)

    def _drawn(self, table: ir.Table) -> ir.Table:
        is_even = SHARE in table.columns
        if self.params.fraction is not None:
            return table.filter(
                table[SHARE] < self.params.fraction if is_even else is_drawn(table[DIGEST], self.params.fraction)
            )
        first = table.order_by([*([table[SHARE]] if is_even else []), table[DIGEST], *in_order(table)])
        chosen = first.limit(self.params.rows)
        return chosen.order_by(in_order(chosen))


def _share(table: ir.Table, stratify: str) -> ir.FloatingValue:
    """Which share of its stratum a row completes: the lowest of all are spread over the strata by their sizes."""
    stratum = table[stratify]
    rank = ibis.row_number().over(group_by=stratum, order_by=[table[DIGEST], *in_order(table)]).cast("float64")
    return (rank + 0.5) / table.count().over(group_by=stratum).cast("float64")
