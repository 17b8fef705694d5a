"""Divide rows by group."""

from collections.abc import Sequence
from typing import Annotated

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Cut, Spec, Split
from components.outline import Made, Outline, places
from components.params import ColumnPick, PlainColumns
from components.portable import draws
from components.portable.numbers import as_float, decimal
from components.ports import ROLE, ROW
from components.split.shares import BEYOND_ALL, Seed, Shares, parts, require_ids, roles_of, threshold

DIGEST, RANK, GROUPS = "digest", "rank", "groups"
SLACK = 1e-9
"""What rounding adds to a share of groups."""


class SplitGroupParams(Shares):
    column: Annotated[str, ColumnPick(PlainColumns.kinds)]
    """Rows with the same value in this column get the same role."""
    seed: Seed = 0
    """Another seed draws other groups."""


class SplitGroup(Split[SplitGroupParams]):
    """Gives whole groups of rows the role train, validation or test at random, but always the same groups.

    The shares are shares of the groups, rounded up, so that at least one is tested. Groups are ranked by a keyed md5 of
    their value; a row without a value is on its own.

    When: several rows tell of one customer, patient or machine, and the model will meet new ones. Serving: skipped.
    Source: `sklearn.model_selection.GroupShuffleSplit`; hash-based splitting.
    """

    spec = Spec(
        key="split_group",
        title="Split by group",
        category="split",
        icon="groups",
        about="Sets whole groups of rows aside to test and validate the model.",
        words=("groupkfold", "group split", "grouped", "by customer", "groupshufflesplit", "leakage"),
        example={"column": "group", "test": 0.3},
    )

    def needs(self) -> dict[str, tuple[int, str]]:
        return {self.params.column: (parts(self.params), "column")}

    def together(self) -> str | None:
        return self.params.column

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        require_ids(schema.names)
        source = Made(places([self.params.column, ROW]))
        return {"table": Outline(sch.Schema({**schema, ROLE: dt.string}), {ROLE: source})}

    def cuts(self, table: ir.Table) -> ir.Table:
        ranked = ranked_groups(table, self._digest(table[self.params.column]))
        test = _rounded_up(ranked, self.params.test)
        return ranked.aggregate(
            stratum=ibis.null("string"),
            test=beyond(ranked, test),
            both=beyond(ranked, test + _rounded_up(ranked, self.params.validation)),
        )

    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        require_ids(table.columns)
        group, row = self._digest(table[self.params.column]), self._digest(table[ROW])
        cut, test = next(iter(cuts), Cut(stratum=None, test="", both="")), self.params.test
        return roles_of(
            ibis.ifelse(group.isnull(), row < threshold(test), group < cut.test),
            ibis.ifelse(group.isnull(), row < threshold(test + self.params.validation), group < cut.both),
        )

    def _digest(self, column: ir.Column) -> ir.StringColumn:
        return draws.digest(column, f"{self.params.seed}:")


def _rounded_up(ranked: ir.Table, share: float) -> ir.FloatingColumn:
    return (as_float(ranked[GROUPS]) * decimal(share) - decimal(SLACK)).ceil()


def ranked_groups(table: ir.Table, digest: ir.StringColumn) -> ir.Table:
    """Each group once, with its place among all."""
    groups = table.select(digest.name(DIGEST)).distinct()
    groups = groups.filter(groups[DIGEST].notnull())
    return groups.mutate({RANK: ibis.row_number().over(order_by=groups[DIGEST]), GROUPS: groups.count().over()})


def beyond(ranked: ir.Table, groups: ir.NumericColumn) -> ir.StringScalar:
    """The first digest beyond so many groups."""
    return ranked[DIGEST].min(where=ranked[RANK] >= groups).fill_null(BEYOND_ALL)
