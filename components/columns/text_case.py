"""Write texts in capital or small letters."""

from collections.abc import Callable, Mapping
from typing import Literal

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline, changed
from components.params import Params, TextColumns

Case = Literal["lower", "upper", "sentence", "title"]


class TextCaseParams(Params):
    columns: TextColumns
    """The texts to change."""
    to: Case = "lower"
    """Small letters, CAPITALS, Only the first letter a capital, or The First Letter Of Each Word."""


class TextCase(Transform[TextCaseParams]):
    """Writes texts in small letters, in capitals, or with capitals at the start of the text or of each word.

    Words are what stands between blanks.

    When: the same name is written as ``Delft`` and ``DELFT``. Serving: replayed row by row.
    Source: SQL ``LOWER``, ``UPPER``; `str.capitalize` for ``sentence``, `string.capwords` for ``title``.
    """

    spec = Spec(
        key="text_case",
        title="Change case",
        category="columns",
        icon="match_case",
        about="Writes texts in capital or small letters.",
        words=("lower", "upper", "lowercase", "uppercase", "capitalize", "title case", "case converter"),
        example={"columns": ["text"], "to": "title"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.string))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({name: CASES[self.params.to](table[name]) for name in self.params.columns})


def _sentence(text: ir.StringValue) -> ir.StringValue:
    return text.substr(0, 1).upper() + text.substr(1).lower()


CASES: Mapping[Case, Callable[[ir.StringValue], ir.StringValue]] = {
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "sentence": _sentence,
    "title": lambda text: text.split(" ").map(_sentence).join(" "),
}
