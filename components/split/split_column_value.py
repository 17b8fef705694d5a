"""Divide rows by the values of a column."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Cut, Spec, Split
from components.listed import Listed, equals
from components.outline import Made, Outline, places
from components.params import CategoryColumns, ColumnPick, Params
from components.ports import ROLE, kind_of
from components.split.shares import require_ids, roles_of

Values = tuple[Listed, ...]


class SplitColumnValueParams(Params):
    column: Annotated[str, ColumnPick(CategoryColumns.kinds)]
    """The column that says which rows are set aside."""
    test_values: Annotated[Values, Field(min_length=1, max_length=1_000)]
    """Rows with one of these values are kept for the final score."""
    validation_values: Annotated[Values, Field(max_length=1_000)] = ()
    """Rows with one of these values are what tuning is scored on."""

    @model_validator(mode="after")
    def _one_role_each(self) -> Self:
        twice = sorted(set(self.test_values) & set(self.validation_values))
        if twice:
            raise ValueError(f"{twice[0]!r} cannot be for the test and for validation")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            column = ibis.table(sch.Schema({self.column: schema[self.column]}), name="input")[self.column]
            for field in ("test_values", "validation_values"):
                _is_one_of(column, getattr(self, field), field)
        return bound


class SplitColumnValue(Split[SplitColumnValueParams]):
    """Keeps the rows with certain values for the test, and others for validation; all the rest train.

    Listed values are read as what the column holds: ``2025`` is the number 2025 in a column of numbers. Rows without a
    value train.

    When: it is written down already which rows are for the test, or a whole year, shop or country is. Serving: skipped.
    Source: `sklearn.model_selection.PredefinedSplit`; `sklearn.model_selection.LeavePGroupsOut`.
    """

    spec = Spec(
        key="split_column_value",
        title="Split by value",
        category="split",
        icon="rule_settings",
        about="Sets the rows with certain values aside to test and validate the model.",
        words=("predefined split", "partition by column", "given split", "train test column"),
        example={"column": "group", "test_values": ["c"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        require_ids(schema.names)
        return {"table": Outline(sch.Schema({**schema, ROLE: dt.string}), {ROLE: Made(places([self.params.column]))})}

    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        require_ids(table.columns)
        column = table[self.params.column]
        return roles_of(
            _is_one_of(column, self.params.test_values, "test_values"),
            _is_one_of(column, self.params.validation_values, "validation_values"),
        )


def _is_one_of(column: ir.Column, values: Sequence[str], field: str) -> ir.BooleanValue:
    kind = kind_of(column.type())
    return reduce(or_, (equals(column, value, kind, field) for value in values), ibis.literal(False))
