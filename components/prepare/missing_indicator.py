"""Say where values are missing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.params import AnyColumns, Params, distinct_names
from components.ports import kind_of
from components.prepare.packed import FIELD

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion


class MissingIndicatorParams(Params):
    columns: AnyColumns = AnyColumns.all()
    """The columns whose gaps are marked."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*schema, *bound.made()], "columns")
        return bound

    def made(self) -> dict[str, str]:
        """The name of each new column, and the column it tells of."""
        return {f"{name}_missing": name for name in self.columns}


class MissingIndicatorState(State):
    """Nothing: each chosen column gets an indicator, so that the columns are known before the train rows are."""


class MissingIndicator(LearnedTransform[MissingIndicatorParams, MissingIndicatorState]):
    """Adds a column ``…_missing`` for each column: true where the value is missing.

    Nothing has to be learned, but like everything that prepares features it leaves the target of a model alone.

    When: that a value is missing says something, and before gaps are filled. Serving: replayed row by row.
    Source: Little & Rubin, *Statistical Analysis with Missing Data* (2019), §4; `sklearn.impute.MissingIndicator`
    with ``features="all"``.
    """

    spec = Spec(
        key="missing_indicator",
        title="Mark missing values",
        category="prepare/impute",
        icon="flag",
        about="Adds columns that say where values are missing.",
        words=("isna", "is null", "flag missing", "missing", "null flag"),
        example={"columns": ["number", "text", "flag"]},
    )

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {}

    def learn(self, values: Mapping[str, Any]) -> MissingIndicatorState:
        return MissingIndicatorState()

    def unfitted(self) -> MissingIndicatorState:
        return MissingIndicatorState()

    def transform(self, table: ir.Table, state: MissingIndicatorState) -> ir.Table:
        return table.mutate({new: _is_missing(table[name]) for new, name in self.params.made().items()})

    def to_sklearn(self, state: MissingIndicatorState) -> "FeatureUnion":
        """As the contract says: the columns as they are, then the indicators; missing values are None."""
        import numpy as np
        from sklearn import impute
        from sklearn.pipeline import FeatureUnion

        indicator = impute.MissingIndicator(missing_values=None, features="all")
        sample = np.array([[None] * len(self.params.columns)], dtype=object)
        return FeatureUnion([("kept", "passthrough"), ("missing", indicator)]).fit(sample)


def _is_missing(column: ir.Column) -> ir.BooleanColumn:
    return column[FIELD].isnull() if kind_of(column.type()) == "one_hot" else column.isnull()
