"""Repeat rows of the smaller classes."""

from typing import ClassVar

import ibis
import ibis.expr.types as ir

from components.base import Adds, Balance, Spec, Transform
from components.portable.numbers import integer
from components.portable.row_ids import row_id
from components.ports import ROW
from components.prepare.balanced import IS_COUNTED, RANK, ROWS, MoreRows, Seed, largest, least, ranked, times

COPY, REPEATS = "__cb_copy", "__cb_repeats"


class OversampleRandomParams(MoreRows):
    seed: Seed = 0
    """Another seed repeats other rows."""


class OversampleRandom(Transform[OversampleRandomParams], Balance[OversampleRandomParams]):
    """Repeats train rows of the smaller classes until these have as many as the largest; other rows stay as they are.

    Every row of a class is repeated equally often, up to one time that the md5 of its id draws. A copy has all values
    of its row, one-hot and missing ones too, and an id of its own. Rows without a class stay as they are. Encoders
    that use the target come before it: they would show a copy the answer of its row.

    When: one class is rare, and the model has no class weights. Serving: skipped, an endpoint answers every row once.
    Source: He & Garcia, *Learning from Imbalanced Data* (IEEE TKDE 2009), §3.1.1; `RandomOverSampler` in
    imbalanced-learn, which draws with replacement.
    """

    adds: ClassVar[Adds] = "copies"
    spec = Spec(
        key="oversample_random",
        title="Oversample at random",
        category="prepare/balance",
        icon="library_add",
        about="Repeats train rows of the smaller classes.",
        words=(
            "oversample",
            "imbalanced",
            "class weight",
            "imbalance",
            "class imbalance",
            "upsample",
            "over sampling",
            "balance",
        ),
        serving="training_only",
        example={"target": "target_class"},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        drawn = ranked(table, self.params.answer, f"oversample {self.params.seed}:")
        counted = drawn.mutate({REPEATS: self._repeats(drawn)})
        counted = counted.filter(
            counted[REPEATS] > 0
        )  # all of them; Spark repeats no rows in the query that ranks them
        copies = ibis.range(integer(0), counted[REPEATS]).unnest()
        repeated = counted.select(*table.columns, copies.name(COPY))
        if ROW in table.columns:
            copied = integer(-1) - row_id(repeated[ROW], repeated[COPY])
            repeated = repeated.mutate({ROW: ibis.ifelse(repeated[COPY] == 0, repeated[ROW], copied)})
        return repeated.select(table.columns)

    def _repeats(self, drawn: ir.Table) -> ir.IntegerValue:
        """How often a row is there afterwards."""
        rows, wanted = drawn[ROWS], times(largest(drawn), self.params.ratio)
        grows = drawn[IS_COUNTED] & (wanted > rows)
        if self.params.strategy == "minority":
            grows &= rows == least(drawn)
        repeats = wanted // rows + (drawn[RANK] < wanted % rows).cast("int64")
        return ibis.ifelse(grows, repeats, integer(1))
