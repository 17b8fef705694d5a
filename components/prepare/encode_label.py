"""Number the labels of one column."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import CategoryColumns, ColumnPick, Params
from components.portable.groups import listed
from components.portable.numbers import as_float
from components.prepare.categories import CATEGORY, MOST, UNKNOWN, as_text, check_few, ordinal_encoder, with_numbers

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

LABEL = "label"


class EncodeLabelParams(Params):
    column: Annotated[str, ColumnPick(CategoryColumns.kinds)]
    """The column whose values become numbers."""

    @property
    def columns(self) -> CategoryColumns:
        """The one column."""
        return CategoryColumns.of([self.column])


class EncodeLabelState(State):
    labels: dict[str, tuple[str, ...]]  # the labels as text, from number 0 on


class EncodeLabel(LearnedTransform[EncodeLabelParams, EncodeLabelState]):
    """Numbers the labels of one column, from 0 on, in their own order; unseen ones are -1, gaps stay gaps.

    Numbers go by size and texts by the alphabet, and false comes before true.

    When: a target must be numbers for another tool; classifiers here take labels as they are. Serving: replayed with
    the learned labels. Source: `sklearn.preprocessing.LabelEncoder`.
    """

    spec = Spec(
        key="encode_label",
        title="Label encode",
        category="prepare/encode",
        icon="label",
        about="Numbers the labels of one column.",
        words=("label encoder", "category to number", "factorize", "codes"),
        example={"column": "group"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, {self.params.column: dt.int64})}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        rows = table.select(
            _ordered(table[self.params.column]).name(LABEL), as_text(table, self.params.column).name(CATEGORY)
        )
        rows = rows.filter(rows[CATEGORY].notnull())
        labels = rows.group_by(CATEGORY).aggregate(rows[LABEL].min().name(LABEL))
        return {LABEL: listed(labels.limit(MOST + 1), among=table)}

    def learn(self, values: Mapping[str, Any]) -> EncodeLabelState:
        found = values.get(LABEL) or []
        check_few(len(found), self.params.column)
        ordered = sorted(found, key=lambda each: (each[LABEL], each[CATEGORY]))
        return EncodeLabelState(labels={self.params.column: tuple(each[CATEGORY] for each in ordered)})

    def unfitted(self) -> EncodeLabelState:
        return self.learn({})

    def transform(self, table: ir.Table, state: EncodeLabelState) -> ir.Table:
        numbers = {name: {label: number for number, label in enumerate(found)} for name, found in state.labels.items()}
        return with_numbers(table, numbers, {self.params.column: None}, UNKNOWN, "int64")

    def to_sklearn(self, state: EncodeLabelState) -> "Pipeline":
        """As the contract says, over one column of text in which missing values are None (made nan first)."""
        return ordinal_encoder([state.labels[self.params.column]])


def _ordered(column: ir.Column) -> ir.Column:
    return as_float(column) if column.type().is_decimal() else column
