"""Leave out columns that say what another one says."""

from collections.abc import Mapping
from itertools import combinations
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import LearnedTransform, Spec
from components.errors import ComponentError
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import measurable
from components.prepare.held import Held, hold, holder

if TYPE_CHECKING:
    from sklearn.preprocessing import FunctionTransformer

MOST = 100
"""Columns; each pair is a figure of its own."""


class SelectCorrelatedParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to choose from; of two that are alike the first one is kept."""
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Columns are alike when their correlation among the train rows is above this, or below its negative."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if len(bound.columns) > MOST:
            raise ComponentError(
                f"{len(bound.columns):,} columns are too many to compare each with each.",
                hint=f"Choose at most {MOST}, or take several of these nodes in a row.",
                field="columns",
            )
        return bound


class SelectCorrelated(LearnedTransform[SelectCorrelatedParams, Held]):
    """Keeps one of several columns that rise and fall together; the others are held at their mean in every row.

    Columns are gone through in their order: one that is correlated with a column that was kept is left out. Rows in
    which one of two values is missing do not count for the two. What is left out stays in the table, because its
    columns must be known before the train rows are; an endpoint does not ask for it.

    When: columns repeat each other, which makes the coefficients of linear models meaningless. Serving: replayed with
    what was chosen. Source: Kuhn & Johnson, *Applied Predictive Modeling* (2013), §3.5; `pandas.DataFrame.corr`
    (Pearson); `feature_engine.selection.DropCorrelatedFeatures`, which drops the columns.
    """

    spec = Spec(
        key="select_correlated",
        title="Select by correlation",
        category="prepare/features",
        icon="filter_list",
        about="Leaves out numeric columns that repeat another one.",
        words=(
            "feature selection",
            "correlation",
            "collinearity",
            "redundant",
            "correlation filter",
            "multicollinearity",
        ),
        example={"columns": ["number", "other"], "threshold": 0.9},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        numbers = [measurable(table[name]) for name in self.params.columns]
        means: dict[str, ir.Scalar] = {f"mean {place}": number.mean() for place, number in enumerate(numbers)}
        pairs = combinations(enumerate(numbers), 2)
        return means | {f"{first} {second}": one.corr(other, how="pop") for (first, one), (second, other) in pairs}

    def learn(self, values: Mapping[str, Any]) -> Held:
        kept: list[int] = []
        at: dict[str, float | None] = {}
        for place, name in enumerate(self.params.columns):
            if any(self._are_alike(values[f"{other} {place}"]) for other in kept):
                at[name] = values[f"mean {place}"]
            else:
                kept.append(place)
                at[name] = None
        return Held(at=at)

    def unfitted(self) -> Held:
        return Held(at=dict.fromkeys(self.params.columns))

    def transform(self, table: ir.Table, state: Held) -> ir.Table:
        return hold(table, state)

    def to_sklearn(self, state: Held) -> "FunctionTransformer":
        return holder([state.at[name] for name in self.params.columns])

    def _are_alike(self, correlation: float | None) -> bool:
        """A constant column has no correlation."""
        return correlation is not None and isfinite(correlation) and abs(correlation) > self.params.threshold
