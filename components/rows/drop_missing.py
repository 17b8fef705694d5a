"""Drop rows with missing values."""

from functools import reduce
from operator import and_, or_
from typing import Literal

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline, places
from components.params import AnyColumns, Params
from components.ports import kind_of
from components.predicates import Predicate


class DropMissingParams(Params):
    columns: AnyColumns = AnyColumns.all()
    """The columns to look at."""
    how: Literal["any", "all"] = "any"
    """Drop a row when any of them is missing, or only when all are."""


class DropMissing(Transform[DropMissingParams]):
    """Drops rows in which values are missing.

    When: few rows are incomplete and nothing can be said in their place. Serving: skipped, an endpoint answers
    every row it is asked. Source: SQL ``IS NOT NULL``.
    """

    spec = Spec(
        key="drop_missing",
        title="Drop missing",
        category="rows",
        icon="rule",
        about="Drops rows with missing values.",
        words=(
            "dropna",
            "drop na",
            "na",
            "nan",
            "null",
            "remove missing",
            "complete cases",
            "missing values",
            "is not null",
            "delete empty rows",
        ),
        serving="training_only",
        filters=True,
        example={"columns": ["number", "text"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        columns = [*self.params.columns]
        given = columns if self.params.how == "any" or len(columns) == 1 else []
        return {"table": Outline(schema, rows=places(columns), met=tuple(Predicate(name, "given") for name in given))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        given = [_given(table[name]) for name in self.params.columns]
        if not given:
            return table
        return table.filter(reduce(and_ if self.params.how == "any" else or_, given))


def _given(column: ir.Column) -> ir.BooleanColumn:
    return column["one_hot"].notnull() if kind_of(column.type()) == "one_hot" else column.notnull()
