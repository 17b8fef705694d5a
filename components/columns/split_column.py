"""Take a text apart at a separator."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.outline import Outline, added
from components.params import NewColumn, Params, TextColumn, distinct_names


class SplitColumnParams(Params):
    column: TextColumn
    """The text to take apart."""
    by: Annotated[str, Field(min_length=1, max_length=100)]
    """The text between the parts, such as a comma or a blank."""
    into: Annotated[tuple[NewColumn, ...], Field(min_length=1, max_length=100)]
    """The names of the new columns, one for each part from the left; the name of an existing one replaces it."""
    rest: Literal["drop", "keep"] = "drop"
    """What happens to parts beyond the last column: they are dropped, or kept in it as they stand."""
    trim: bool = False
    """Remove blanks around each part."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        distinct_names(self.into, "into")
        for schema in schemas.values():
            distinct_names({**dict.fromkeys(schema), **dict.fromkeys(self.into)}, "into")
        return bound


class SplitColumn(Transform[SplitColumnParams]):
    """Takes a text apart at a separator, a column for each part; a part that a text does not have is missing.

    When: one column holds several things, as in ``Delft, NL``. Serving: replayed row by row.
    Source: `pandas.Series.str.split` with ``expand``.
    """

    spec = Spec(
        key="split_column",
        title="Split column",
        category="columns",
        icon="vertical_split",
        about="Takes a text apart at a separator.",
        words=("split text", "delimiter", "separator", "tokenize", "cell splitter", "text to columns", "explode"),
        example={"column": "text", "by": "e", "into": ["before", "after"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": added(schema, dict.fromkeys(self.params.into, dt.string), of=[self.params.column])}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        parts = table[self.params.column].split(self.params.by)
        return table.mutate({name: self._part(parts, place) for place, name in enumerate(self.params.into)})

    def _part(self, parts: ir.ArrayValue, place: int) -> ir.StringValue:
        is_last = place == len(self.params.into) - 1
        part = parts[place]
        if is_last and self.params.rest == "keep":
            part = (parts.length() > place).ifelse(parts[place:].join(self.params.by), part)
        return part.strip() if self.params.trim else part
