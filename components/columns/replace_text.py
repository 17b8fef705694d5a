"""Replace one text by another inside texts."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.columns.patterns import can_rewrite, check_pattern
from components.errors import ComponentError
from components.expressions.texts import LONGEST_INPUT
from components.outline import Outline, changed
from components.params import Params, TextColumns


class ReplaceTextParams(Params):
    columns: TextColumns
    """The texts to change."""
    find: Annotated[str, Field(min_length=1, max_length=1_000)]
    """What is replaced, wherever it occurs."""
    replace: Annotated[str, Field(max_length=1_000)] = ""
    """What comes in its place; nothing removes it."""
    regex: bool = False
    r"""Take ``find`` for a regular expression; ``\1`` in the replacement is then what its first (group) found."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if self.regex:
            check_pattern(self.find, "find")
            if not can_rewrite(self.find, self.replace):
                raise ComponentError(
                    "The replacement names a group that the pattern does not have, or ends in a backslash.",
                    hint=r"Write \\ for a backslash, and put (brackets) around what \1 should stand for.",
                    field="replace",
                )
        return bound


class ReplaceText(Transform[ReplaceTextParams]):
    """Replaces one text by another wherever it occurs inside texts.

    A replacement that makes texts longer, or a pattern, looks at the first 100,000 characters of a text and drops
    the rest, so that one row cannot fill the memory.

    When: the same thing is spelled in two ways, or signs are in the way. Serving: replayed row by row.
    Source: SQL ``REPLACE``, ``REGEXP_REPLACE``; patterns are those of RE2.
    """

    spec = Spec(
        key="replace_text",
        title="Replace text",
        category="columns",
        icon="find_replace",
        about="Replaces one text by another inside texts.",
        words=("find and replace", "regex", "substitute", "string replace", "string manipulation", "gsub"),
        example={"columns": ["text"], "find": "re", "replace": "a b"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.string))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({name: self._replaced(table[name]) for name in self.params.columns})

    def _replaced(self, text: ir.StringColumn) -> ir.StringValue:
        find, replace = self.params.find, self.params.replace
        if self.params.regex:
            return text.substr(0, LONGEST_INPUT).re_replace(find, replace)
        return (text.substr(0, LONGEST_INPUT) if len(replace) > len(find) else text).replace(find, replace)
