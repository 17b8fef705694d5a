"""Fill missing numbers with the median."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import measurable
from components.prepare.imputed import ImputedNumbers, fill_numbers, number_imputer

if TYPE_CHECKING:
    from sklearn.impute import SimpleImputer


class ImputeMedianParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numeric columns to fill."""


class ImputeMedian(LearnedTransform[ImputeMedianParams, ImputedNumbers]):
    """Fills missing numbers with the median of the train rows; the columns become decimal numbers.

    A column without any value in the train rows stays as it is.

    When: few values are missing, and some are extreme. Serving: replayed with the learned medians.
    Source: Little & Rubin, *Statistical Analysis with Missing Data* (2019), §4.2; `sklearn.impute.SimpleImputer`.
    """

    spec = Spec(
        key="impute_median",
        title="Impute median",
        category="prepare/impute",
        icon="healing",
        about="Fills missing numbers with the column's median.",
        words=(
            "missing values",
            "fill",
            "na",
            "fillna",
            "fill na",
            "null",
            "nan",
            "missing",
            "missing value",
            "simpleimputer",
            "imputer",
            "replace missing",
        ),
        example={"columns": ["number", "other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {name: measurable(table[name]).quantile(0.5) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> ImputedNumbers:
        return ImputedNumbers(value=dict(values))

    def unfitted(self) -> ImputedNumbers:
        return ImputedNumbers(value=dict.fromkeys(self.params.columns))

    def transform(self, table: ir.Table, state: ImputedNumbers) -> ir.Table:
        return fill_numbers(table, state)

    def to_sklearn(self, state: ImputedNumbers) -> "SimpleImputer":
        return number_imputer("median", [state.value[name] for name in self.params.columns])
