"""Remove blanks around texts."""

from collections.abc import Callable, Mapping
from typing import Literal

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline, changed
from components.params import Params, TextColumns

Side = Literal["both", "start", "end"]


class TrimTextParams(Params):
    columns: TextColumns = TextColumns.all()
    """The texts to trim."""
    side: Side = "both"
    """At which end blanks are removed."""
    inside: bool = False
    """Make one blank of several between words, too."""
    empty_is_missing: bool = False
    """Make texts of which nothing is left missing values."""


class TrimText(Transform[TrimTextParams]):
    """Removes blanks, tabs and line breaks around texts.

    When: values look alike but do not match. Serving: replayed row by row. Source: SQL ``TRIM``.
    """

    spec = Spec(
        key="trim_text",
        title="Trim text",
        category="columns",
        icon="format_clear",
        about="Removes blanks around texts.",
        words=("strip", "whitespace", "blanks", "spaces", "clean text"),
        example={"columns": ["text"], "inside": True, "empty_is_missing": True},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.string))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({name: self._trimmed(table[name]) for name in self.params.columns})

    def _trimmed(self, text: ir.StringColumn) -> ir.StringValue:
        single = text.re_replace(r"\s+", " ") if self.params.inside else text
        trimmed = SIDES[self.params.side](single)
        return trimmed.nullif("") if self.params.empty_is_missing else trimmed


SIDES: Mapping[Side, Callable[[ir.StringValue], ir.StringValue]] = {
    "both": lambda text: text.strip(),
    "start": lambda text: text.lstrip(),
    "end": lambda text: text.rstrip(),
}
