"""Number the categories of a column."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, field_validator

from components.base import LearnedTransform, Spec, State
from components.errors import ColumnMissing
from components.outline import Outline, changed
from components.params import CategoryColumns, Params, Widget
from components.portable.frequencies import Ranking, smallest
from components.prepare.categories import UNKNOWN, as_text, check_few, ordinal_encoder

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

MOST = 1000

Order = dict[str, Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST)]]


class EncodeOrdinalParams(Params):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns whose values become numbers."""
    order: Annotated[Order | None, Widget("order", keys="columns")] = None
    """The values of a column from lowest to highest; columns that are not named go by the alphabet."""

    @field_validator("order")
    @classmethod
    def _no_repeats(cls, order: Order | None) -> Order | None:
        for name, values in (order or {}).items():
            if len(set(values)) < len(values):
                raise ValueError(f"a value of column {name!r} is listed twice")
        return order

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if schemas:
            for name in self.order or {}:
                if name not in set(bound.columns):
                    raise ColumnMissing(
                        f"The order names column {name!r}, which is not among the columns to encode.",
                        hint="Add it to the columns, or remove its order.",
                        field="order",
                        column=name,
                    )
        return bound


class EncodeOrdinalState(State):
    order: dict[str, tuple[str, ...]]  # the values of each column, from code 0 on


class EncodeOrdinal(LearnedTransform[EncodeOrdinalParams, EncodeOrdinalState]):
    """Numbers the categories of a column, by a given order or the alphabet; unseen ones are -1, gaps stay gaps.

    When: categories have an order (small, medium, large), or for tree models. Serving: replayed with the learned
    order. Source: `sklearn.preprocessing.OrdinalEncoder`.
    """

    spec = Spec(
        key="encode_ordinal",
        title="Ordinal encode",
        category="prepare/encode",
        icon="format_list_numbered",
        about="Numbers the categories of a column in order.",
        words=("category to number", "ordinal", "label encoder", "integer encoding", "categorical", "codes", "rank"),
        example={"columns": ["text"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.int64))}

    def measures(self, table: ir.Table) -> dict[str, Ranking]:
        given = self.params.order or {}
        return {name: smallest(as_text(table, name), MOST + 1) for name in self.params.columns if name not in given}

    def learn(self, values: Mapping[str, Any]) -> EncodeOrdinalState:
        for name, found in values.items():
            check_few(len(found or ()), name, MOST)
        found = {name: tuple(sorted(values.get(name) or ())) for name in self.params.columns}
        return EncodeOrdinalState(order=found | (self.params.order or {}))

    def unfitted(self) -> EncodeOrdinalState:
        return self.learn({})

    def transform(self, table: ir.Table, state: EncodeOrdinalState) -> ir.Table:
        return table.mutate({name: _code(as_text(table, name), state.order[name]) for name in self.params.columns})

    def to_sklearn(self, state: EncodeOrdinalState) -> "Pipeline":
        """As the contract says, over columns of text in which missing values are None (made nan first)."""
        return ordinal_encoder([state.order[name] for name in self.params.columns])


def _code(text: ir.StringColumn, order: tuple[str, ...]) -> ir.IntegerColumn:
    codes = ((text == value, ibis.literal(code, "int64")) for code, value in enumerate(order))
    return ibis.cases((text.isnull(), ibis.null("int64")), *codes, else_=ibis.literal(UNKNOWN, "int64"))
