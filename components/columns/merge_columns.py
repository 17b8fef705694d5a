"""Put the values of several columns into one text."""

from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.errors import ComponentError
from components.outline import Outline, added
from components.params import NewColumn, Params, PlainColumns, distinct_names
from components.portable.numbers import where


class MergeColumnsParams(Params):
    columns: PlainColumns
    """The columns to put together, in this order."""
    separator: Annotated[str, Field(max_length=100)] = " "
    """What stands between two values."""
    name: NewColumn
    """The name of the new column; the name of an existing one replaces it."""
    missing: Literal["leave_out", "missing"] = "leave_out"
    """Missing values are left out together with their separator, or make the whole text missing."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if not len(bound.columns):
                raise ComponentError("There is no column to merge.", hint="Choose some columns.", field="columns")
            distinct_names({**dict.fromkeys(schema), self.name: None}, "name")
        return bound


class MergeColumns(Transform[MergeColumnsParams]):
    """Puts the values of several columns into one text, with a separator between them.

    Where all values are missing, so is the text.

    When: parts only mean something together, as street and number do. Serving: replayed row by row.
    Source: SQL ``CONCAT_WS``.
    """

    spec = Spec(
        key="merge_columns",
        title="Merge columns",
        category="columns",
        icon="merge",
        about="Puts the values of several columns into one text.",
        words=("concat", "concatenate", "combine columns", "join text", "paste", "concat strings", "column combiner"),
        example={"columns": ["text", "other", "flag"], "separator": ", ", "name": "merged"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": added(schema, {self.params.name: dt.string}, of=self.params.columns)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        texts = [table[name].cast("string") for name in self.params.columns]
        return table.mutate({self.params.name: self._merged(texts)})

    def _merged(self, texts: list[ir.StringColumn]) -> ir.StringValue:
        if self.params.missing == "missing":
            return reduce(lambda found, text: found + ibis.literal(self.params.separator) + text, texts)
        is_nothing = reduce(and_, (text.isnull() for text in texts))
        return where(~is_nothing, ibis.literal(self.params.separator).join(texts))
