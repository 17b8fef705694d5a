"""Fill gaps with the most frequent value."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import CategoryColumns, Params
from components.portable.frequencies import Ranking, most_frequent
from components.portable.numbers import finite, is_float

if TYPE_CHECKING:
    from sklearn.impute import SimpleImputer


class ImputeModeParams(Params):
    columns: CategoryColumns = CategoryColumns.all()
    """The columns to fill."""


class ImputeModeState(State):
    value: dict[str, bool | int | float | str | None]  # None where the train rows have no value at all


class ImputeMode(LearnedTransform[ImputeModeParams, ImputeModeState]):
    """Fills gaps with the most frequent value of the train rows; of equally frequent ones, the smallest.

    A column without any value in the train rows stays as it is.

    When: gaps in texts, flags or whole numbers. Serving: replayed with the learned values.
    Source: Little & Rubin, *Statistical Analysis with Missing Data* (2019), §4.2; `sklearn.impute.SimpleImputer`.
    """

    spec = Spec(
        key="impute_mode",
        title="Impute most frequent",
        category="prepare/impute",
        icon="healing",
        about="Fills gaps with the column's most frequent value.",
        words=(
            "missing values",
            "fillna",
            "fill na",
            "mode",
            "missing value",
            "fill category",
            "simpleimputer",
            "imputer",
            "na",
            "null",
        ),
        example={"columns": ["text", "flag", "number"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, {name: schema[name] for name in self.params.columns})}

    def measures(self, table: ir.Table) -> dict[str, Ranking]:
        return {name: most_frequent(_finite(table[name]), limit=1) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> ImputeModeState:
        return ImputeModeState(value={name: found[0] if found else None for name, found in values.items()})

    def unfitted(self) -> ImputeModeState:
        return ImputeModeState(value=dict.fromkeys(self.params.columns))

    def transform(self, table: ir.Table, state: ImputeModeState) -> ir.Table:
        filled = {
            name: ibis.coalesce(table[name], ibis.literal(value).cast(table[name].type()))
            for name, value in state.value.items()
            if value is not None
        }
        return table.mutate(filled)

    def to_sklearn(self, state: ImputeModeState) -> "SimpleImputer":
        import numpy as np
        from sklearn.impute import SimpleImputer

        learned = np.array([state.value[name] for name in self.params.columns], dtype=object)
        imputer = SimpleImputer(missing_values=None, strategy="most_frequent", keep_empty_features=True)
        imputer.fit(learned.reshape(1, -1))
        imputer.statistics_ = learned
        return imputer


def _finite(column: ir.Column) -> ir.Column:
    """A state is JSON, which holds no infinite numbers."""
    return finite(column.cast("float64")).cast(column.type()) if is_float(column) else column
