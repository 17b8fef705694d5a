"""The rows that leave a pipeline: the columns that people see, in their order."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import AfterValidator, Field

from components.errors import WrongKind
from components.params import AnyColumns, Params
from components.ports import kind_of
from components.rows.order import in_order

REMEDY = {
    "one_hot": "Take it out of the columns, or connect the table from before it was encoded.",
    "other": "Take it out of the columns, or turn it into text first.",
}


def _seen(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise ValueError("a name has letters, and no line breaks or control characters")
    return name.strip()


Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_seen)]
"""What a dataset or a model is called."""


class LeavingParams(Params):
    """What every output of rows asks for."""

    columns: AnyColumns = AnyColumns.all()
    """The columns that leave, in this order."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            for name in bound.columns:
                kind = kind_of(schema[name])
                if kind in REMEDY:
                    what = "one-hot encoded" if kind == "one_hot" else "nested data"
                    raise WrongKind(
                        f"Column {name!r} is {what}, which cannot leave a pipeline.",
                        hint=REMEDY[kind],
                        field="columns",
                        column=name,
                    )
            if not len(bound.columns):
                raise WrongKind("There is no column to keep.", hint="Choose some.", field="columns")
        return bound


def leaving(table: ir.Table, columns: Iterable[str]) -> ir.Table:
    """Some columns of a table, in the order of the last Sort, or else of the rows themselves."""
    order = in_order(table)
    return (table.order_by(order) if order else table).select(*columns)
