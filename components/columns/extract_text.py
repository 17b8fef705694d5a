"""Take out of a text what a pattern finds."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.columns.patterns import can_rewrite, check_pattern
from components.errors import ComponentError
from components.outline import Outline, added
from components.params import NewColumn, Params, TextColumn, distinct_names
from components.portable.numbers import where


class ExtractTextParams(Params):
    column: TextColumn
    """The text to look through."""
    pattern: Annotated[str, Field(min_length=1, max_length=1_000)]
    """A regular expression; what its first (group) finds is taken, or all of it where it has none."""
    name: NewColumn
    """The name of the new column; the name of an existing one replaces it."""
    group: Annotated[int, Field(ge=0, le=9)] | None = None
    """Which group is taken, counted by opening brackets; 0 takes all that the pattern finds."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        check_pattern(self.pattern, "pattern")
        if not _has_group(self.pattern, self.group or 0):
            raise ComponentError(
                f"The pattern has no group {self.group}.",
                hint="Put brackets around what is wanted, or choose a lower group.",
                field="group",
            )
        for schema in schemas.values():
            distinct_names({**dict.fromkeys(schema), self.name: None}, "name")
        return bound


class ExtractText(Transform[ExtractTextParams]):
    """Takes out of a text the first thing that a regular expression finds; missing where it finds nothing.

    When: a code, a number or a title hides in a longer text. Serving: replayed row by row.
    Source: SQL ``REGEXP_EXTRACT``; patterns are those of RE2.
    """

    spec = Spec(
        key="extract_text",
        title="Extract text",
        category="columns",
        icon="content_cut",
        about="Takes out of a text what a pattern finds.",
        words=("regex", "regular expression", "substring", "regexp extract", "pattern", "parse"),
        example={"column": "text", "pattern": "([a-z])e", "name": "before_e"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": added(schema, {self.params.name: dt.string}, of=[self.params.column])}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        text, pattern = table[self.params.column], self.params.pattern
        group = self.params.group if self.params.group is not None else int(_has_group(pattern, 1))
        return table.mutate({self.params.name: where(text.re_search(pattern), text.re_extract(pattern, group))})


def _has_group(pattern: str, group: int) -> bool:
    return can_rewrite(pattern, f"\\{group}")
