"""Divide rows at random."""

from collections.abc import Sequence
from typing import Annotated, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Cut, Spec, Split
from components.errors import UnfitData
from components.outline import Made, Outline, places
from components.params import ColumnPick
from components.portable import draws
from components.ports import ROLE, ROW
from components.split.shares import BEYOND_ALL, Seed, Shares, require_ids, roles_of, threshold

MOST_STRATA = 1_000


class SplitRandomParams(Shares):
    stratify: Annotated[str | None, ColumnPick(("text", "boolean", "numeric", "datetime"))] = None
    """Keep the shares exact within each value of this column, usually the target."""
    seed: Seed = 0
    """Another seed draws other rows."""


class SplitRandom(Split[SplitRandomParams]):
    """Gives rows the role train, validation or test at random, but always the same rows.

    A row's role comes from a keyed md5 of its stable id: it is the same on every engine, in every rerun, and does not
    change when rows are added. With ``stratify``, rows are ranked by that md5 within each stratum and cut at the
    exact share.

    When: rows are independent of each other. Serving: skipped. Source: hash-based splitting; Kuhn & Johnson,
    *Applied Predictive Modeling* (2013), §4.3, for stratified sampling.
    """

    spec = Spec(
        key="split_random",
        title="Split at random",
        category="split",
        icon="call_split",
        about="Sets rows aside to test and validate the model.",
        words=(
            "split",
            "train test",
            "train test split",
            "train/test",
            "holdout",
            "hold out",
            "partition",
            "partitioning",
            "stratify",
            "stratified split",
            "validation set",
            "data sampler",
            "test set",
        ),
        example={"test": 0.25, "stratify": "target_class"},
    )
    by_row = True

    def cuts(self, table: ir.Table) -> ir.Table | None:
        if self.params.stratify is None:
            return None
        rows = table.select(stratum=_text(table[self.params.stratify]), digest=self._digest(table))
        size = rows.count().over(group_by=rows["stratum"])
        ranked = rows.mutate(rank=ibis.row_number().over(group_by=rows["stratum"], order_by=rows["digest"]), size=size)
        return ranked.group_by("stratum").aggregate(
            test=self._cut(ranked, self.params.test),
            both=self._cut(ranked, self.params.test + self.params.validation),
        )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        require_ids(schema.names)
        source = Made(places([ROW, *filter(None, [self.params.stratify])]))
        return {"table": Outline(sch.Schema({**schema, ROLE: dt.string}), {ROLE: source})}

    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        digest = self._digest(table)
        if self.params.stratify is None:
            test, both = self.params.test, self.params.test + self.params.validation
            return roles_of(digest < threshold(test), digest < threshold(both))
        if len(cuts) > MOST_STRATA:
            raise UnfitData(
                f"Column {self.params.stratify!r} has {len(cuts):,} different values, too many to keep shares exact "
                "within each.",
                hint="Stratify by a column with fewer values, or by none.",
                field="stratify",
                column=self.params.stratify,
            )
        stratum = _text(table[self.params.stratify])
        return roles_of(digest < _cut_of(stratum, cuts, "test"), digest < _cut_of(stratum, cuts, "both"))

    def _digest(self, table: ir.Table) -> ir.StringColumn:
        require_ids(table.columns)
        return draws.digest(table[ROW], f"{self.params.seed}:")

    def _cut(self, ranked: ir.Table, share: float) -> ir.StringScalar:
        """The first digest beyond this share of a stratum."""
        beyond = ranked["rank"] >= (ranked["size"] * share).round()
        return ranked["digest"].min(where=beyond).fill_null(BEYOND_ALL)


def _cut_of(stratum: ir.StringColumn, cuts: Sequence[Cut], which: Literal["test", "both"]) -> ir.StringValue:
    if not cuts:
        return ibis.literal("")
    branches = [
        (stratum.isnull() if cut.stratum is None else stratum == cut.stratum, getattr(cut, which)) for cut in cuts
    ]
    return ibis.cases(*branches, else_="")


def _text(column: ir.Column) -> ir.StringColumn:
    return column.cast("string")
