"""Put rare categories together."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import CategoryColumns, Params, Widget
from components.portable.groups import listed
from components.portable.numbers import as_float, decimal
from components.prepare.categories import CATEGORY, MOST, ROWS, as_text

if TYPE_CHECKING:
    from sklearn.preprocessing import FunctionTransformer

ALL = "all"


class GroupRareParams(Params):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns in which rare categories are put together."""
    min_share: Annotated[float, Field(ge=1 / MOST, lt=1), Widget(unit="share of rows")] = 0.01
    """A category that fewer train rows have is rare."""
    name: Annotated[str, Field(min_length=1, max_length=200)] = "(other)"
    """What rare categories become."""


class GroupRareState(State):
    kept: dict[str, tuple[str, ...]]


class GroupRare(LearnedTransform[GroupRareParams, GroupRareState]):
    """Gives categories that are rare among the train rows, and unseen ones, one common name; gaps stay gaps.

    Columns become text.

    When: before an encoder, because little can be learned of a category with few rows. Serving: replayed with the
    learned categories. Source: `sklearn.preprocessing.OneHotEncoder` with ``min_frequency``; Kuhn & Johnson,
    *Feature Engineering and Selection* (2019), §5.
    """

    spec = Spec(
        key="group_rare",
        title="Group rare categories",
        category="prepare/encode",
        icon="group_work",
        about="Gives rare categories one common name.",
        words=("other", "rare labels", "lump", "infrequent", "high cardinality", "top categories"),
        example={"columns": ["text", "other"], "min_share": 0.1},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.string))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {name: self._frequent(table, name) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> GroupRareState:
        found = {name: [each[CATEGORY] for each in values.get(name) or ()] for name in self.params.columns}
        return GroupRareState(kept={name: tuple(sorted(categories)) for name, categories in found.items()})

    def unfitted(self) -> GroupRareState:
        return self.learn({})

    def transform(self, table: ir.Table, state: GroupRareState) -> ir.Table:
        return table.mutate({name: self._grouped(as_text(table, name), kept) for name, kept in state.kept.items()})

    def to_sklearn(self, state: GroupRareState) -> "FunctionTransformer":
        """As the contract says, over columns of text in which missing values are None."""
        from sklearn.preprocessing import FunctionTransformer

        kept = [frozenset(state.kept[name]) for name in self.params.columns]
        return FunctionTransformer(_group, kw_args={"kept": kept, "other": self.params.name})

    def _frequent(self, table: ir.Table, name: str) -> ir.ArrayScalar:
        rows = table.select(as_text(table, name).name(CATEGORY))
        counted = rows.group_by(CATEGORY).aggregate(rows.count().name(ROWS))
        counted = counted.mutate({ALL: counted[ROWS].sum().over()})
        is_frequent = as_float(counted[ROWS]) >= as_float(counted[ALL]) * decimal(self.params.min_share)
        return listed(counted.filter(is_frequent & counted[CATEGORY].notnull()).select(CATEGORY), among=table)

    def _grouped(self, text: ir.StringColumn, kept: tuple[str, ...]) -> ir.StringColumn:
        nothing = ibis.null("string")
        return ibis.cases((text.isnull(), nothing), (text.isin(kept), text), else_=self.params.name)


def _group(rows: Any, kept: list[frozenset[str]], other: str) -> Any:
    """What it does in Python, over an array of objects."""
    import numpy as np

    columns = zip(np.asarray(rows, dtype=object).T, kept, strict=True)
    grouped = [[value if value is None or value in known else other for value in column] for column, known in columns]
    return np.array(grouped, dtype=object).T
