"""Hide most of a value."""

from typing import Annotated, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.outline import Outline, changed
from components.params import Params, PlainColumns


class MaskColumnParams(Params):
    columns: PlainColumns
    """The columns to mask."""
    keep: Annotated[int, Field(ge=0, le=1_000)] = 4
    """How many characters stay readable."""
    side: Literal["end", "start"] = "end"
    """Which characters these are: the last or the first."""
    sign: Annotated[str, Field(min_length=1, max_length=1)] = "*"
    """What stands for each hidden character."""


class MaskColumn(Transform[MaskColumnParams]):
    """Hides the characters of values, all but a few at one end: ``************3456``.

    A value that is no longer than what would stay readable is hidden altogether. Missing values stay missing.

    When: people must recognise a number without reading it. Serving: replayed row by row.
    Source: the display rule of PCI DSS 4.0, requirement 3.4.
    """

    spec = Spec(
        key="mask_column",
        title="Mask values",
        category="columns",
        icon="visibility_off",
        about="Hides most of a value.",
        words=("anonymize", "redact", "hide", "privacy", "gdpr"),
        example={"columns": ["text", "other"], "keep": 2},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.string))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({name: self._masked(table[name].cast("string")) for name in self.params.columns})

    def _masked(self, text: ir.StringColumn) -> ir.StringValue:
        keep, sign = self.params.keep, ibis.literal(self.params.sign)
        if not keep:
            return sign.repeat(text.length())
        hidden = sign.repeat(ibis.greatest(text.length() - keep, 0))
        shown = hidden + text.right(keep) if self.params.side == "end" else text.left(keep) + hidden
        return ibis.ifelse(text.length() <= keep, sign.repeat(text.length()), shown)
