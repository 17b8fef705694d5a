"""Take out rows of the larger classes."""

import ibis.expr.types as ir

from components.base import Balance, Spec, Transform
from components.portable.numbers import as_float, decimal
from components.prepare.balanced import IS_COUNTED, RANK, ROWS, FewerRows, Seed, largest, least, ranked


class UndersampleRandomParams(FewerRows):
    seed: Seed = 0
    """Another seed takes out other rows."""


class UndersampleRandom(Transform[UndersampleRandomParams], Balance[UndersampleRandomParams]):
    """Takes out train rows of the larger classes until these have as many as the smallest; other rows stay.

    The rows that stay are drawn by the md5 of their ids. Rows without a class stay too.

    When: one class is rare, and there are so many rows that the model does not need all. Serving: skipped, an endpoint
    answers every row it is asked. Source: He & Garcia, *Learning from Imbalanced Data* (IEEE TKDE 2009), §3.1.1;
    `imblearn.under_sampling.RandomUnderSampler`.
    """

    spec = Spec(
        key="undersample_random",
        title="Undersample at random",
        category="prepare/balance",
        icon="playlist_remove",
        about="Takes out train rows of the larger classes.",
        words=(
            "undersample",
            "imbalanced",
            "imbalance",
            "class imbalance",
            "downsample",
            "under sampling",
            "balance",
            "equal size sampling",
        ),
        serving="training_only",
        example={"target": "target_class"},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        drawn = ranked(table, self.params.answer, f"undersample {self.params.seed}:")
        stays = ~drawn[IS_COUNTED] | (drawn[RANK] < self._wanted(drawn))
        if self.params.strategy == "majority":
            stays |= drawn[ROWS] < largest(drawn)
        return drawn.mutate(__cb_stays=stays).filter(lambda rows: rows["__cb_stays"]).select(table.columns)

    def _wanted(self, drawn: ir.Table) -> ir.IntegerValue:
        return (as_float(least(drawn)) / decimal(self.params.ratio)).floor().cast("int64")
