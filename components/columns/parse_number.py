"""Read texts as numbers."""

from typing import Annotated

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, field_validator

from components.base import Spec
from components.columns.converting import Converting, OnError, ParsingParams
from components.columns.number_pattern import DecimalSign
from components.columns.number_texts import read_number
from components.outline import Outline, changed
from components.params import Widget, only_if

PERCENT = "%"
_NO_UNIT = frozenset("0123456789.,'\u2019+-()")


class ParseNumberParams(ParsingParams):
    decimal: Annotated[DecimalSign, Widget(words={".": "A point: 1,234.50", ",": "A comma: 1.234,50"})] = "."
    """The decimal sign. The other one, blanks and apostrophes may group digits."""
    unit: Annotated[str, Widget(placeholder="%, €, kg"), Field(max_length=20)] = ""
    """What stands before or behind the numbers, as it is written. Numbers without it are taken to have it; those with
    another one are not read."""
    share: Annotated[bool, only_if(unit=PERCENT)] = True
    """Whether 12 % becomes 0.12; else it becomes 12."""
    on_error: OnError = "null"
    """What happens to texts that are no such numbers: they become missing, or the run stops."""

    @field_validator("unit")
    @classmethod
    def _is_no_number(cls, unit: str) -> str:
        unit = unit.strip()
        if unit and (unit[0].isdigit() or _NO_UNIT.issuperset(unit)):
            raise ValueError("a unit is a sign or a word, such as € or kg")
        return unit


class ParseNumber(Converting[ParseNumberParams]):
    """Reads texts as numbers as people write them: with grouped digits, units, signs of money, percent.

    Brackets, as in accounts, and a minus behind the number mean less than zero: ``(1,234.50)`` is −1234.5.

    When: numbers arrived as text; where they are plain, Change type is enough. Serving: replayed row by row.
    Source: readr's ``parse_number``, but nothing is skipped: a text is such a number as a whole, or none.
    """

    spec = Spec(
        key="parse_number",
        title="Parse number",
        category="columns",
        icon="pin",
        about="Reads texts such as 1.234,50 €, 12 % or (300) as numbers.",
        words=("to numeric", "string to number", "percent", "currency", "money", "unit", "thousands separator"),
        example={"columns": ["text"], "unit": "kg"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.float64))}

    @property
    def on_error(self) -> OnError:
        return self.params.on_error

    @property
    def refusal(self) -> str:
        return f"are no numbers with {self.params.unit}" if self.params.unit else "are no numbers"

    def read(self, column: ir.Column) -> ir.FloatingValue:
        number = read_number(column, self.params.decimal, self.params.unit)
        return number / 100 if self.params.unit == PERCENT and self.params.share else number
