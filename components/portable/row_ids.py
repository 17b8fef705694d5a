"""A stable id for a row that was made from others."""

import ibis
import ibis.expr.types as ir

HEX = "0123456789abcdef"
DIGITS = 15  # 60 bits: the id stays positive in an int64


def row_id(*values: ir.Value) -> ir.IntegerValue:
    """A positive int64 from the md5 of some values, the same on every engine and every rerun."""
    digest = joined(*values).hexdigest("md5")
    digits = (ibis.literal(HEX).find(digest.substr(place, 1)).cast("int64") for place in range(DIGITS))
    return sum((digit * 16**place for place, digit in enumerate(digits)), ibis.literal(0, "int64"))


def joined(*values: ir.Value) -> ir.StringValue:
    """Some values as one text, in which a missing one is like another.

    Each value is preceded by its length, so that ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    texts = (value.cast("string") for value in values)
    parts = (ibis.coalesce(text.length().cast("string") + ibis.literal(":") + text, "-") for text in texts)
    return sum(parts, ibis.literal(""))
