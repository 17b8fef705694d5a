"""Texts read as numbers, as people write them: ``1,234.50``, ``1.234,50 €``, ``(300)``, ``12 %``; on every engine."""

import ibis
import ibis.expr.types as ir

from components.columns.number_pattern import APOSTROPHES, BLANKS, MINUS, DecimalSign, number_pattern
from components.portable.casts import read_as
from components.portable.numbers import where


def read_number(text: ir.StringValue, decimal: DecimalSign, unit: str) -> ir.FloatingValue:
    """The number that a text is; NULL where it is none. Brackets, and a minus behind it, mean less than zero."""
    written = text.strip()
    plain = written.replace(unit, "") if unit else written
    plain = plain.re_replace(f"[+){APOSTROPHES}{BLANKS}{'.' if decimal == ',' else ','}]", "")
    plain = plain.replace("(", "-").replace(MINUS, "-").replace(",", ".")
    is_behind = plain.re_search("-$")
    plain = ibis.ifelse(is_behind, ibis.literal("-") + plain.replace("-", ""), plain)
    return read_as(where(written.re_search(number_pattern(decimal, unit)), plain), "float64")
