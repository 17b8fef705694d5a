"""Divide rows at random."""

from typing import Annotated, Self

import ibis
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Split
from components.errors import ComponentError
from components.params import ColumnPick, Params, Widget
from components.ports import ROW

HEX_DIGITS = 13
Share = Annotated[float, Field(ge=0, lt=1), Widget(unit="share of rows")]


class SplitRandomParams(Params):
    test: Share = 0.2
    """The share of rows that are kept for the final score."""
    validation: Share = 0.0
    """The share of rows that tuning is scored on."""
    stratify: Annotated[str | None, ColumnPick(("text", "boolean", "numeric", "datetime"))] = None
    """Keep the shares exact within each value of this column, usually the target."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Another seed draws other rows."""

    @model_validator(mode="after")
    def _leaves_train_rows(self) -> Self:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation together must leave rows to train on (less than 1)")
        return self


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
        example={"test": 0.25, "stratify": "target_class"},
    )

    def roles(self, table: ir.Table) -> ir.StringColumn:
        if ROW not in table.columns:
            raise ComponentError("These rows carry no ids to split by.", hint="Connect a source first.")
        digest = (ibis.literal(f"{self.params.seed}:") + table[ROW].cast("string")).hexdigest("md5")
        test, both = self.params.test, self.params.test + self.params.validation
        if self.params.stratify is None:
            return _roles(digest < _threshold(test), digest < _threshold(both))
        stratum = table[self.params.stratify]
        rank = ibis.row_number().over(group_by=[stratum], order_by=[digest, table[ROW]])
        rows = table[ROW].count().over(group_by=[stratum])
        return _roles(rank < (rows * test).round(), rank < (rows * both).round())


def _roles(is_test: ir.BooleanColumn, is_kept_back: ir.BooleanColumn) -> ir.StringColumn:
    return ibis.cases((is_test, "test"), (is_kept_back, "validation"), else_="train")


def _threshold(share: float) -> str:
    """The hexadecimal digits below which this share of all digests lies."""
    return f"{round(share * 16**HEX_DIGITS):0{HEX_DIGITS}x}"
