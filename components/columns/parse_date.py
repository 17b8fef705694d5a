"""Read texts as dates."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec
from components.columns.converting import Converting, OnError, ParsingParams
from components.columns.date_formats import check_format, has_time, read_date
from components.outline import Outline, changed
from components.params import Widget

Format = Annotated[str, Field(min_length=2, max_length=100)]
MOST_OTHERS = 5


class ParseDateParams(ParsingParams):
    format: Annotated[Format, Widget(placeholder="%d/%m/%Y")]
    """How they are written: ``%d/%m/%Y``, ``%d %B %Y``, ``%Y-%m-%d %H:%M:%S``, ``%m/%d/%y %I:%M %p``."""
    others: Annotated[tuple[Format, ...], Field(max_length=MOST_OTHERS)] = ()
    """Other formats that some of the texts have, tried in this order where the first does not fit."""
    on_error: OnError = "null"
    """What happens to texts that are no such dates: they become missing, or the run stops."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        check_format(self.format, "format")
        for other in self.others:
            check_format(other, "others")
        return super().bind(schemas, hidden)

    @property
    def formats(self) -> tuple[str, ...]:
        """All formats, in the order they are tried."""
        return (self.format, *self.others)

    @property
    def has_time(self) -> bool:
        """Whether one of them says more than the day; then all become times."""
        return any(map(has_time, self.formats))


class ParseDate(Converting[ParseDateParams]):
    """Reads texts as dates in one format, or in several; as dates with a time where a format says one.

    Names of months are English, in any case and in full (``%B``) or three letters (``%b``). Zeros in front may be
    missing. A year of two digits lies between 1969 and 2068. A format without a day means the first of the month.

    When: dates arrived as text; ``2026-01-31`` needs no format, Change type is enough. Serving: replayed row by row.
    Source: `datetime.datetime.strptime`; POSIX ``strptime`` for years of two digits.
    """

    spec = Spec(
        key="parse_date",
        title="Parse date",
        category="columns",
        icon="edit_calendar",
        about="Reads texts as dates in the format they are written in.",
        words=("to datetime", "to date", "strptime", "string to date", "date format", "timestamp"),
        example={"columns": ["text"], "format": "%d/%m/%Y"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        made = dt.timestamp if self.params.has_time else dt.date
        return {"table": changed(schema, dict.fromkeys(self.params.columns, made))}

    @property
    def on_error(self) -> OnError:
        return self.params.on_error

    @property
    def refusal(self) -> str:
        return f"are no dates written as {' or '.join(self.params.formats)}"

    def read(self, column: ir.Column) -> ir.Value:
        found = [read_date(column, form) for form in self.params.formats]
        return ibis.coalesce(*(one.cast("timestamp") if self.params.has_time else one for one in found))
