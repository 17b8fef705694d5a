"""Count the characters or words of texts."""

from collections.abc import Callable, Mapping
from typing import Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Made, Outline, places
from components.params import Params, TextColumns, distinct_names

Unit = Literal["characters", "words"]


class TextLengthParams(Params):
    columns: TextColumns
    """The texts to measure."""
    unit: Unit = "characters"
    """What is counted."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*schema, *bound.names().values()], "columns")
        return bound

    def names(self) -> dict[str, str]:
        """The name of each new column, by the text it measures."""
        return {name: f"{name}_{ENDINGS[self.unit]}" for name in self.columns}


class TextLength(Transform[TextLengthParams]):
    """Adds a column with the length of each text, named ``…_length`` or ``…_words``.

    When: how much somebody wrote tells something. Serving: replayed row by row. Source: SQL ``LENGTH``; an accented
    letter or an emoji counts as the Unicode characters it is made of.
    """

    spec = Spec(
        key="text_length",
        title="Text length",
        category="columns",
        icon="text_fields",
        about="Counts the characters or words of texts.",
        words=("len", "length", "count words", "number of words", "characters"),
        example={"columns": ["text", "group"], "unit": "words"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        names = self.params.names()
        made = {new: Made(places([old])) for old, new in names.items()}
        return {"table": Outline(sch.Schema({**schema, **dict.fromkeys(made, dt.int64)}), made)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        count = COUNTS[self.params.unit]
        return table.mutate({new: count(table[old]).cast("int64") for old, new in self.params.names().items()})


def _words(text: ir.StringColumn) -> ir.IntegerValue:
    return ibis.ifelse(text.strip() == "", 0, text.strip().re_replace(r"\s+", " ").split(" ").length())


COUNTS: Mapping[Unit, Callable[[ir.StringColumn], ir.IntegerValue]] = {
    "characters": lambda text: text.length(),
    "words": _words,
}
ENDINGS: Mapping[Unit, str] = {"characters": "length", "words": "words"}
