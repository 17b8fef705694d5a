"""Drawing rows at random, but the same rows on every engine and every rerun."""

from math import tau

import ibis
import ibis.expr.types as ir

from components.portable.numbers import as_float, decimal
from components.portable.row_ids import HEX

HEX_DIGITS = 13
DIGITS = 8


def digest(row: ir.IntegerColumn, key: str) -> ir.StringColumn:
    """The md5 of a row's stable id under a key, 32 hexadecimal digits.

    Sort by it to shuffle; compare its first digits with a threshold to draw a share.
    """
    return (ibis.literal(key) + row.cast("string")).hexdigest("md5")


def is_drawn(digest: ir.StringColumn, share: float) -> ir.BooleanColumn:
    """Whether a digest is among the lowest; about this share (below 1) of all digests is."""
    return digest < f"{round(share * 16**HEX_DIGITS):0{HEX_DIGITS}x}"


def whole(digest: ir.StringColumn, first: int = 0) -> ir.IntegerColumn:
    """A whole number from 0 on and below 16⁸: so many digits of a digest, from one of them on."""
    digits = (ibis.literal(HEX).find(digest.substr(first + place, 1)).cast("int64") for place in range(DIGITS))
    return sum((digit * 16**place for place, digit in enumerate(digits)), ibis.literal(0, "int64"))


def normal(digest: ir.StringColumn) -> ir.FloatingColumn:
    """A number of the standard normal distribution.

    Source: Box & Muller, *A Note on the Generation of Random Normal Deviates* (Annals of Mathematical Statistics 1958).
    """
    evenly = [(as_float(whole(digest, first)) + decimal(0.5)) / decimal(16.0**DIGITS) for first in (0, DIGITS)]
    return (decimal(-2.0) * evenly[0].ln()).sqrt() * (decimal(tau) * evenly[1]).cos()
