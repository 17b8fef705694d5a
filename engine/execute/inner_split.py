"""A split of the train rows of another split: one part of them is tested, the rest is learned from."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import ibis
import ibis.expr.types as ir

from components.base import Cut, Spec, Split
from components.params import Params
from components.split.cross_validation import CrossValidation, CrossValidationParams
from components.split.split_random import MOST_STRATA


class InnerSplitParams(Params):
    """Equal for equal roles.

    Parameters
    ----------
    outer
        Key and params of the split whose train rows are split again, and what it learned from all rows.
    inner
        How they are.
    """

    outer: Mapping[str, Any]
    inner: CrossValidationParams


class InnerSplit(Split[InnerSplitParams]):
    """Rows that do not train outside have no part inside. It is never drawn."""

    spec = Spec(key="inner_split", title="Inner split", category="split", icon="view_week", about="Splits train rows.")
    keeps_back = False

    def __init__(self, params: InnerSplitParams, outer: Split[Any], cuts: Sequence[Cut]) -> None:
        super().__init__(params)
        self._outer, self._outer_cuts = outer, cuts
        self._inner = CrossValidation(params.inner)

    @classmethod
    def within(cls, outer: Split[Any], cuts: Sequence[Cut], inner: CrossValidationParams) -> Self:
        """A part of the train rows of a split that has learned its cuts."""
        told = {"key": outer.spec.key, "params": outer.params.model_dump(mode="json"), "cuts": [*map(dict, cuts)]}
        return cls(InnerSplitParams(outer=told, inner=inner), outer, cuts)

    def cuts(self, table: ir.Table) -> ir.Table | None:
        return self._inner.cuts(table.filter(self._trains(table)))

    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        inner, is_many = self._inner, len(cuts) > MOST_STRATA
        if is_many:  # no model learns so many classes, and says so itself
            inner = CrossValidation(self.params.inner.model_copy(update={"stratify": None}))
        return ibis.ifelse(self._trains(table), inner.roles(table, () if is_many else cuts), "validation")

    def _trains(self, table: ir.Table) -> ir.BooleanValue:
        return self._outer.roles(table, self._outer_cuts) == "train"
